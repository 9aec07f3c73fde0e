"""Adds to a shape that collections share what is one's own: its kind, what it reports about."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from contracts.fields import Closed


def with_own(
    shape: type[Schema], name: str, *, after: str | None, **own: fields.Field[Any]
) -> type[Schema]:
    """Return the shape under another name, with more fields after one of its own, or before all."""
    shared = shape._declared_fields
    names = list(shared)
    place = names.index(after) + 1 if after else 0
    parts = {each: shared[each] for each in names[:place]} | own | shared
    parent = Closed if issubclass(shape, Closed) else Schema
    return parent.from_dict(parts, name=name)
