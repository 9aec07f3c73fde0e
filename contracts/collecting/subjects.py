"""Adds to a shape that collections share what one of them owes its reports about."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from contracts.fields import Closed


def about(
    shape: type[Schema], name: str, *, after: str, **subject: fields.Field[Any]
) -> type[Schema]:
    """Return the shape under a name of its own, with the subject's fields after one of its own."""
    told: dict[str, fields.Field[Any]] = {}
    for each, field in shape._declared_fields.items():
        told[each] = field
        if each == after:
            told |= subject
    parent = Closed if issubclass(shape, Closed) else Schema
    return parent.from_dict(told, name=name)
