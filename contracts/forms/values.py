"""What each type of field takes: the JSON kinds, and the checks of a single value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from marshmallow import ValidationError, validate

Definition = Mapping[str, Any]
TEXT_MAX = 500
LIST_MAX = 100
EVIDENCE_MAX = 10
WHOLE_NUMBER_MAX = 1_000_000_000
EXACT_NUMBER_MAX = 2**53 - 1  # beyond it canonical JSON (RFC 8785) has no such number


class Wrong(NamedTuple):
    """What is wrong with a value: a code, and the facts its message tells."""

    code: str
    facts: dict[str, Any]


Check = Callable[[Any], Wrong | None]
"""Says what is wrong with a value of the right kind, or None."""


class FieldType(NamedTuple):
    """One type of field: the JSON kinds it takes, its checks, and the settings they read."""

    kinds: tuple[type, ...]
    checks: tuple[Callable[[Definition], Check], ...] = ()
    settings: frozenset[str] = frozenset()


def judge_of(field: Definition) -> Callable[[Any], Iterator[Wrong]]:
    """Return what tells everything that is wrong with a value of a field."""
    kind = TYPES[field["type"]]
    fits = _NUMBERS.get(field["type"]) or _kind_check(kind.kinds)
    wrong_type = Wrong("type", {"type": field["type"]})
    checks = [make(field) for make in kind.checks]

    def judge(value: Any) -> Iterator[Wrong]:
        if not fits(value):
            yield wrong_type
            return
        for check in checks:
            found = check(value)
            if found is not None:
                yield found

    return judge


def is_number(value: Any) -> bool:
    """Whether a value is a number that every face of a form can hold exactly."""
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and abs(value) <= EXACT_NUMBER_MAX
    )


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and is_number(value)


def _kind_check(kinds: tuple[type, ...]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, kinds)


def _length(field: Definition) -> Check:
    most = field.get("max_length", TEXT_MAX)
    return lambda value: Wrong("length", {"max": most}) if len(value) > most else None


def _range(field: Definition) -> Check:
    least, most = field.get("min", 0), field.get("max", WHOLE_NUMBER_MAX)
    wrong = Wrong("range", {"min": least, "max": most})
    return lambda value: None if least <= value <= most else wrong


def _decimals(field: Definition) -> Check:
    places = field.get("decimals", 2)

    def check(value: Any) -> Wrong | None:
        exponent = Decimal(str(value)).normalize().as_tuple().exponent
        is_fine = isinstance(exponent, int) and -exponent <= places
        return None if is_fine else Wrong("decimals", {"places": places})

    return check


def _choice(field: Definition) -> Check:
    allowed = [choice["id"] for choice in field["choices"]]
    wrong = Wrong("choice", {"choices": ", ".join(allowed)})
    return lambda value: None if value in allowed else wrong


def _each_choice(field: Definition) -> Check:
    allowed = [choice["id"] for choice in field["choices"]]
    wrong = Wrong("choice", {"choices": ", ".join(allowed)})

    def check(values: list[Any]) -> Wrong | None:
        is_fine = len(values) <= len(allowed) and all(value in allowed for value in values)
        return None if is_fine else wrong

    return check


def _items(kind: type, told: str, most_if_unsaid: int) -> Callable[[Definition], Check]:
    def make(field: Definition) -> Check:
        most = field.get("max_items", most_if_unsaid)

        def check(values: list[Any]) -> Wrong | None:
            if len(values) > most:
                return Wrong("items", {"max": most})
            is_fine = all(isinstance(value, kind) for value in values)
            return None if is_fine else Wrong("type", {"type": told})

        return check

    return make


def _evidence_ids(_: Definition) -> Check:
    matches = re.compile(r"[A-Za-z0-9_-]{1,64}").fullmatch

    def check(values: list[Any]) -> Wrong | None:
        ids = [value for value in values if isinstance(value, str)]
        if not all(map(matches, ids)):
            return Wrong("format", {"example": "5f2b6c0e9d1a4c7f8e3b2a10"})
        return Wrong("repeated", {}) if len(set(ids)) < len(ids) else None

    return check


def _pattern(pattern: str, example: str) -> Callable[[Definition], Check]:
    matches = re.compile(pattern).fullmatch
    wrong = Wrong("format", {"example": example})
    return lambda _: lambda value: None if matches(value) else wrong


def _is_day(_: Definition) -> Check:
    wrong = Wrong("format", {"example": "2025-12-28"})

    def check(value: str) -> Wrong | None:
        try:
            is_day = date.fromisoformat(value).isoformat() == value
        except ValueError:
            is_day = False
        return None if is_day else wrong

    return check


def _by(validator: validate.Validator, example: str) -> Callable[[Definition], Check]:
    wrong = Wrong("format", {"example": example})

    def check(value: str) -> Wrong | None:
        try:
            validator(value)
        except ValidationError:
            return wrong
        return None

    return lambda _: check


_NUMBERS: dict[str, Callable[[Any], bool]] = {"whole_number": _is_whole, "decimal": is_number}
_TEXT = frozenset({"max_length"})
_RANGE = frozenset({"min", "max"})
_URL = validate.URL(schemes={"http", "https"})
TYPES: dict[str, FieldType] = {
    "text": FieldType((str,), (_length,), _TEXT | {"titles"}),
    "whole_number": FieldType((int,), (_range,), _RANGE),
    "decimal": FieldType((int, float), (_range, _decimals), _RANGE | {"decimals"}),
    "yes_no": FieldType((bool,)),
    "choice": FieldType((str,), (_choice,), frozenset({"choices"})),
    "choices": FieldType((list,), (_each_choice,), frozenset({"choices"})),
    "list": FieldType(
        (list,), (_items(dict, "list of objects", LIST_MAX),), frozenset({"max_items", "fields"})
    ),
    "evidence": FieldType(
        (list,),
        (_items(str, "list of evidence ids", EVIDENCE_MAX), _evidence_ids),
        frozenset({"max_items"}),
    ),
    "date": FieldType((str,), (_is_day,)),
    "phone": FieldType((str,), (_pattern(r"0\d{8,9}( ต่อ \d{1,6})?", "021234567"),)),
    "email": FieldType((str,), (_length, _by(validate.Email(), "name@example.go.th")), _TEXT),
    "url": FieldType((str,), (_length, _by(_URL, "https://example.go.th/1")), _TEXT),
}
