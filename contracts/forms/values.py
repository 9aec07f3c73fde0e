"""What each type of field takes: the JSON kinds, and the checks of a single value."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from contracts.errors import Wording
from contracts.reading import (
    FIRST_YEAR,
    LAST_YEAR,
    Unread,
    read_day,
    read_email,
    read_phone,
    read_web_address,
)
from contracts.reference.thai_text import is_blank, without_controls

Definition = Mapping[str, Any]
TEXT_MAX = 500
LIST_MAX = 100
EVIDENCE_MAX = 10
WHOLE_NUMBER_MAX = 1_000_000_000
FAR_TOO_LONG = 10
"""So many times as long as it may be, a text is not even kept in a draft."""
EXACT_NUMBER_MAX = 2**53 - 1  # beyond it canonical JSON (RFC 8785) has no such number


class Wrong(NamedTuple):
    """What is wrong with a value: a code, and the facts its message tells."""

    code: str
    facts: dict[str, Any]
    wording: Wording | None = None


Read = Callable[[Any], Any]
"""Returns a value in its one spelling; as it is, where none is certain."""
Check = Callable[[Any], Wrong | None]
"""Says what is wrong with a value of the right kind, or None."""


class FieldType(NamedTuple):
    """One type of field: the JSON kinds it takes and how people call them, its checks, the
    settings they read, and how its values are brought to one spelling.
    """

    kinds: tuple[type, ...]
    called: tuple[str, str]
    checks: tuple[Callable[[Definition], Check], ...] = ()
    settings: frozenset[str] = frozenset()
    reader: Callable[[Definition], Read | None] = lambda _: None


def judge_of(field: Definition) -> Callable[[Any], Sequence[Wrong]]:
    """Return what tells everything that is wrong with a value of a field."""
    kind = TYPES[field["type"]]
    kinds, fits = kind.kinds, _NUMBERS.get(field["type"])
    wrong_type = _wrong_type(kind)
    checks = [make(field) for make in kind.checks]

    def judge(value: Any) -> Sequence[Wrong]:
        if type(value) not in kinds or (fits is not None and not fits(value)):
            return (wrong_type,)
        wrongs: tuple[Wrong, ...] = ()
        for check in checks:
            found = check(value)
            if found is not None:
                wrongs = (*wrongs, found)
                if found.code in _ENDS_JUDGING:
                    break
        return wrongs

    return judge


def reader_of(field: Definition) -> Read | None:
    """Return what brings a value of a field to its one spelling; None where any is as it is.

    A list that is too long comes back with one item too many, so that nobody looks at the rest.
    """
    return TYPES[field["type"]].reader(field)


def most_items(field: Definition) -> int:
    """Return how many items the answer to a field may have at most."""
    if "choices" in field:
        return len(field["choices"])
    return int(field.get("max_items", EVIDENCE_MAX if field["type"] == "evidence" else LIST_MAX))


def _wrong_type(kind: FieldType) -> Wrong:
    return Wrong("type", dict(zip(("th", "en"), kind.called, strict=True)))


def is_number(value: Any) -> bool:
    """Whether a value is a number that every face of a form can hold exactly."""
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and abs(value) <= EXACT_NUMBER_MAX
    )


def _is_whole(value: Any) -> bool:
    return is_number(value) and (isinstance(value, int) or value.is_integer())


def _length(field: Definition) -> Check:
    most = field.get("max_length", TEXT_MAX)

    def check(value: str) -> Wrong | None:
        if len(value) <= most:
            return None
        is_far = len(value) > FAR_TOO_LONG * most
        return Wrong("size" if is_far else "length", {"max": most})

    return check


def _is_short(_: Definition) -> Check:
    wrong = Wrong("size", {"max": TEXT_MAX})
    return lambda value: wrong if len(value) > TEXT_MAX else None


def _range(field: Definition) -> Check:
    least, most = field.get("min", 0), field.get("max", WHOLE_NUMBER_MAX)
    wrong = Wrong("range", {"min": least, "max": most})
    return lambda value: None if least <= value <= most else wrong


def _decimals(field: Definition) -> Check:
    places = field.get("decimals", 2)

    def check(value: Any) -> Wrong | None:
        if round(value, places) == value and abs(value) <= WHOLE_NUMBER_MAX:
            return None
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
    return lambda values: None if all(value in allowed for value in values) else wrong


def _items(kind: type[str] | type[dict[str, Any]]) -> Callable[[Definition], Check]:
    def make(field: Definition) -> Check:
        most = most_items(field)
        wrong_type = _wrong_type(TYPES[field["type"]])

        def check(values: list[Any]) -> Wrong | None:
            if len(values) > most:
                return Wrong("items", {"max": most})
            is_fine = all(
                isinstance(value, kind) and (isinstance(value, dict) or len(value) <= TEXT_MAX)
                for value in values
            )
            return None if is_fine else wrong_type

        return check

    return make


def _evidence_ids(_: Definition) -> Check:
    matches = re.compile(r"[A-Za-z0-9_-]{1,64}").fullmatch

    def check(values: list[str]) -> Wrong | None:
        if not all(map(matches, values)):
            return Wrong("format", {"example": "5f2b6c0e9d1a4c7f8e3b2a10"})
        return Wrong("repeated", {}) if len(set(values)) < len(values) else None

    return check


def is_day(value: str) -> bool:
    """Whether a text is a day in its one spelling, of a year that can be meant."""
    return len(value) == len("2025-12-28") and _is_day(value)


@lru_cache(maxsize=4096)
def _is_day(value: str) -> bool:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return False
    return FIRST_YEAR <= day.year <= LAST_YEAR and day.isoformat() == value


def _fits(plainly: Callable[[str], object], read: Callable[[str], Any]) -> Callable[..., Check]:
    """Return the check that a value is plainly right, or that a reader takes it as it is."""

    def check(value: str) -> Wrong | None:
        if plainly(value):
            return None
        try:
            is_fine = read(value) == value
            return None if is_fine else Wrong("format", {"example": read(value)})
        except Unread as problem:
            return Wrong("format", {}, problem.wording)

    return lambda _: check


_SEEN_FIRST = re.compile("[!-~ก-๛]").match


def _read_text(_: Definition) -> Read:
    def read(value: Any) -> Any:
        if type(value) is not str:
            return value
        if value.isprintable() and _SEEN_FIRST(value):
            return value
        if is_blank(value):
            return ""
        return value if value.isprintable() else without_controls(value)

    return read


def _read_as(
    plainly: Callable[[str], object], read: Callable[[str], Any]
) -> Callable[[Definition], Read]:
    def spelled(value: Any) -> Any:
        if type(value) is not str or plainly(value) or len(value) > FAR_TOO_LONG * TEXT_MAX:
            return value
        try:
            return "" if is_blank(value) else str(read(value))
        except Unread:
            return value

    return lambda _: spelled


def _read_whole(_: Definition) -> Read:
    return lambda value: int(value) if type(value) is float and _is_whole(value) else value


def _read_items(field: Definition) -> Read:
    most = most_items(field)
    read_item = reading({each["id"]: each for each in field.get("fields", ())})

    def read(values: Any) -> Any:
        if type(values) is not list:
            return values
        if len(values) > most:
            return values[: most + 1]
        items = [read_item(item) if type(item) is dict else item for item in values]
        return values if all(map(operator.is_, items, values)) else items

    return read


def reading(fields: Mapping[str, Definition]) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    """Return what brings answers to these fields to their one spelling."""
    readers = {name: of_field for name, field in fields.items() if (of_field := reader_of(field))}

    def read(answers: Mapping[str, Any]) -> Mapping[str, Any]:
        changed = {}
        for name, value in answers.items():
            reader = readers.get(name)
            if reader is not None:
                spelled = reader(value)
                if spelled is not value:
                    changed[name] = spelled
        return {**answers, **changed} if changed else answers

    return read


_PHONE = re.compile(r"(?:0[2-57]\d{7}|0[689]\d{8})(?: ต่อ \d{1,6})?", re.ASCII).fullmatch
# What is plainly an address; anything else is for the readers to judge.
_HOST = r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
_EMAIL = re.compile(rf"(?=.{{3,254}}\Z)[\w+-]{{1,64}}@{_HOST}", re.ASCII | re.IGNORECASE).fullmatch
_WEB_ADDRESS = re.compile(rf"https?://{_HOST}(?:[/?#][!-~]*)?", re.ASCII | re.IGNORECASE).fullmatch


_ENDS_JUDGING = frozenset({"items", "size", "type"})
_NUMBERS: dict[str, Callable[[Any], bool]] = {"whole_number": _is_whole, "decimal": is_number}
_TEXT = frozenset({"max_length"})
_RANGE = frozenset({"min", "max"})
_A_TEXT = ("ข้อความ", "a text")
TYPES: dict[str, FieldType] = {
    "text": FieldType((str,), _A_TEXT, (_length,), _TEXT | {"titles"}, _read_text),
    "whole_number": FieldType(
        (int, float), ("จำนวนเต็ม", "a whole number"), (_range,), _RANGE, _read_whole
    ),
    "decimal": FieldType(
        (int, float), ("ตัวเลข", "a number"), (_range, _decimals), _RANGE | {"decimals"}
    ),
    "yes_no": FieldType((bool,), ("จริงหรือเท็จ (true หรือ false)", "true or false")),
    "choice": FieldType(
        (str,), ("รหัสของตัวเลือกหนึ่งข้อ", "the id of one choice"), (_is_short, _choice),
        frozenset({"choices"}),
    ),
    "choices": FieldType(
        (list,), ("รายการรหัสของตัวเลือก", "a list of ids of choices"), (_items(str), _each_choice),
        frozenset({"choices"}), _read_items,
    ),
    "list": FieldType(
        (list,), ("รายการ แต่ละรายการเป็นออบเจ็กต์", "a list of objects"), (_items(dict),),
        frozenset({"max_items", "fields"}), _read_items,
    ),
    "evidence": FieldType(
        (list,), ("รายการรหัสไฟล์หลักฐาน", "a list of evidence ids"), (_items(str), _evidence_ids),
        frozenset({"max_items"}), _read_items,
    ),
    "date": FieldType(
        (str,), ("วันที่ เช่น 28/12/2569", "a date such as 2026-12-28"),
        (_is_short, _fits(is_day, lambda value: read_day(value).isoformat())),
        reader=_read_as(is_day, lambda value: read_day(value).isoformat()),
    ),
    "phone": FieldType(
        (str,), _A_TEXT, (_is_short, _fits(_PHONE, read_phone)),
        reader=_read_as(_PHONE, read_phone),
    ),
    "email": FieldType(
        (str,), _A_TEXT, (_length, _fits(_EMAIL, read_email)), _TEXT, _read_as(_EMAIL, read_email)
    ),
    "url": FieldType(
        (str,), _A_TEXT, (_length, _fits(_WEB_ADDRESS, read_web_address)), _TEXT,
        _read_as(_WEB_ADDRESS, read_web_address),
    ),
}  # fmt: skip
