"""Loads a body that is plainly right without marshmallow's machinery, at half of its cost.

Whatever is not plainly right is marshmallow's to judge, and so is every word said about it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from marshmallow import Schema, ValidationError, fields, missing
from marshmallow.decorators import POST_LOAD, PRE_LOAD, VALIDATES, VALIDATES_SCHEMA

from contracts.fields import Text, WholeNumber

Take = Callable[[Any], Any]
"""Returns a value as its field loads it. Raises ValidationError, or _Unsure."""


class _Unsure(ValueError):
    """Not plainly right; it may be right all the same."""


@cache
def fast_loader(schema: Schema) -> Callable[[Any], dict[str, Any] | None] | None:
    """Return what loads an input as `schema.load` does, or gives None when that has to judge it.

    None for a schema with anything in it that is not known here.
    """
    hooks = (PRE_LOAD, POST_LOAD, VALIDATES, VALIDATES_SCHEMA)
    found = {name: _take(field) for name, field in schema.load_fields.items()}
    takes = {name: take for name, take in found.items() if take is not None}
    if any(schema._hooks[hook] for hook in hooks) or len(takes) < len(found):
        return None
    defaults = {name: field.load_default for name, field in schema.load_fields.items()}
    required = {name for name, field in schema.load_fields.items() if field.required}

    def load(given: Any) -> dict[str, Any] | None:
        if type(given) is not dict or not required <= given.keys() <= takes.keys():
            return None
        loaded = {}
        try:
            for name, take in takes.items():
                if name in given:
                    loaded[name] = take(given[name])
                elif (default := defaults[name]) is not missing:
                    loaded[name] = default() if callable(default) else default
        except (ValidationError, _Unsure):
            return None
        return loaded

    return load


def _take(field: fields.Field[Any]) -> Take | None:
    """Return what takes a value of the field, None for a kind that is not known here."""
    if field.data_key is not None or field.attribute is not None:
        return None
    take = _KINDS.get(type(field), lambda _: None)(field)
    if take is None:
        return None
    validators = field.validators
    may_be_none = field.allow_none

    def checked(value: Any) -> Any:
        if value is None:
            if may_be_none:
                return None
            raise _Unsure
        taken = take(value)
        for validate in validators:
            validate(taken)
        return taken

    return checked


def _exactly(kind: type) -> Callable[[Any], Take]:
    def take(value: Any) -> Any:
        if type(value) is not kind:
            raise _Unsure
        return value

    return lambda _: take


def _integer(field: fields.Integer) -> Take | None:
    return _exactly(int)(field) if field.strict else None


def _mapping(field: fields.Dict) -> Take | None:
    parts = [_take(part) if part else _as_it_is for part in (field.key_field, field.value_field)]
    name_of, value_of = parts
    if name_of is None or value_of is None:
        return None

    def take(value: Any) -> Any:
        if type(value) is not dict:
            raise _Unsure
        if name_of is value_of is _as_it_is:
            return value
        return {name_of(name): value_of(inner) for name, inner in value.items()}

    return take


def _as_it_is(value: Any) -> Any:
    return value


_KINDS: dict[type, Callable[[Any], Take | None]] = {
    fields.String: _exactly(str),
    fields.Integer: _integer,
    fields.Dict: _mapping,
    Text: lambda field: field.read,
    WholeNumber: _integer,
}
