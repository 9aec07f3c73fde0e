"""What a form is: a versioned definition, and the verdict on answers that is made from it.

A definition is data (see `services/reports/forms/`). Compiled once, it judges answers; whoever
shows, checks or stores a form uses this one verdict. Answers are kept as they were sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from marshmallow import INCLUDE, Schema, ValidationError, fields, validate

Definition = Mapping[str, Any]
Answers = Mapping[str, Any]

_MESSAGES = {
    "required": ("ต้องกรอก", "This must be filled in."),
    "not_asked": ("ข้อนี้ไม่ต้องกรอกตามคำตอบข้ออื่น", "Not asked, given the other answers."),
    "unknown": ("ไม่มีข้อนี้ในแบบรายงาน", "The form has no such field."),
    "type": ("ชนิดข้อมูลไม่ถูกต้อง ต้องเป็น {type}", "Wrong type: it must be {type}."),
    "length": ("ยาวได้ไม่เกิน {max} ตัวอักษร", "At most {max} characters."),
    "range": ("ต้องอยู่ระหว่าง {min} ถึง {max}", "It must be from {min} to {max}."),
    "decimals": ("มีทศนิยมได้ไม่เกิน {places} ตำแหน่ง", "At most {places} decimals."),
    "choice": ("ต้องเลือกจาก: {choices}", "Choose from: {choices}."),
    "format": ("รูปแบบไม่ถูกต้อง เช่น {example}", "Wrong format; for example {example}."),
    "items": ("ใส่ได้ไม่เกิน {max} รายการ", "At most {max} items."),
}
TEXT_MAX = 500
LIST_MAX = 100
WHOLE_NUMBER_MAX = 1_000_000_000
EXACT_NUMBER_MAX = 2**53 - 1  # beyond it canonical JSON (RFC 8785) has no such number


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one answer, and where (a JSON pointer under `/answers`)."""

    pointer: str
    code: str
    message_th: str
    message: str


class Form:
    """A compiled definition. Immutable; safe to share between green threads."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.id: str = definition["id"]
        self.version: int = definition["version"]
        asked = [field for section in definition["sections"] for field in section["fields"]]
        self._judge = _Judge(asked)
        nil = set(definition["nil"])
        self._nil_judge = _Judge([field for field in asked if field["id"] in nil])

    def faults(self, answers: Answers, *, nil: bool = False) -> list[Fault]:
        """Return everything that keeps the answers from being filed; empty when they can be."""
        return list((self._nil_judge if nil else self._judge).faults(answers))

    def missing(self, answers: Answers) -> list[str]:
        """Return the pointers of what still has to be filled in."""
        return [fault.pointer for fault in self.faults(answers) if fault.code == "required"]


class _Judge:
    """Types and bounds by one marshmallow schema; who must answer what, by the conditions."""

    def __init__(self, asked: list[Definition]) -> None:
        self._asked = asked
        self._lists = {field["id"]: _Judge(field["fields"]) for field in asked if "fields" in field}
        kinds = {field["id"]: _wire_field(field) for field in asked}
        self._known = frozenset(kinds)
        self._schema = Schema.from_dict(kinds)(unknown=INCLUDE)

    def faults(self, answers: Answers, at: str = "/answers") -> Iterator[Fault]:
        yield from self._unknown(answers, at)
        given = {name: value for name, value in answers.items() if value not in (None, "", [])}
        for field in self._asked:
            code = _condition_broken(field, given)
            if code is not None:
                yield _fault(f"{at}/{field['id']}", code)
        for name, problems in self._schema.validate(given).items():
            if name in self._known:
                yield from _told(f"{at}/{name}", problems)
        yield from self._inner_faults(given, at)

    def _unknown(self, answers: Answers, at: str) -> Iterator[Fault]:
        for name in sorted(answers.keys() - self._known):
            escaped = name.replace("~", "~0").replace("/", "~1")
            yield _fault(f"{at}/{escaped}", "unknown")

    def _inner_faults(self, given: Answers, at: str) -> Iterator[Fault]:
        for name, judge in self._lists.items():
            items = given.get(name)
            for number, item in enumerate(items if isinstance(items, list) else ()):
                if isinstance(item, dict):
                    yield from judge.faults(item, f"{at}/{name}/{number}")


def _condition_broken(field: Definition, given: Answers) -> str | None:
    is_asked = _holds(field.get("visible_if"), given)
    if field["id"] in given:
        return None if is_asked else "not_asked"
    condition = field.get("required_if")
    is_required = field.get("required", False) if condition is None else _holds(condition, given)
    return "required" if is_asked and is_required else None


def _holds(condition: Mapping[str, list[Any]] | None, given: Answers) -> bool:
    return condition is None or all(
        given.get(name) in allowed for name, allowed in condition.items()
    )


def _told(pointer: str, problems: Any) -> Iterator[Fault]:
    if isinstance(problems, dict):
        for name, inner in problems.items():
            yield from _told(f"{pointer}/{name}", inner)
        return
    for problem in problems:
        yield _fault(pointer, problem.code, **problem.facts)


def _fault(pointer: str, code: str, **facts: Any) -> Fault:
    thai, english = _MESSAGES[code]
    return Fault(pointer, code, thai.format(**facts), english.format(**facts))


# -- one marshmallow field for each type of a definition ------------------------------------


class _Wrong(str):
    """A message that carries its code and facts through marshmallow."""

    code: str
    facts: dict[str, Any]

    def __new__(cls, code: str, **facts: Any) -> _Wrong:
        made = super().__new__(cls, code)
        made.code, made.facts = code, facts
        return made


class _Answer(fields.Field[Any]):
    """A JSON value of one type that passes every check; it stays as it is."""

    def __init__(
        self, name: str, kinds: tuple[type, ...], checks: list[Callable[[Any], None]]
    ) -> None:
        super().__init__(validate=checks)
        self._name = name
        self._kinds = kinds

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        if isinstance(value, bool):
            fits = bool in self._kinds
        elif isinstance(value, int | float):
            fits = isinstance(value, self._kinds) and abs(value) <= EXACT_NUMBER_MAX
        else:
            fits = isinstance(value, self._kinds)
        if not fits:
            raise ValidationError([_Wrong("type", type=self._name)])
        return value


def _wire_field(field: Definition) -> fields.Field[Any]:
    kinds, checks = _TYPES[field["type"]]
    return _Answer(field["type"], kinds, [make(field) for make in checks])


def _refuse(code: str, **facts: Any) -> None:
    raise ValidationError([_Wrong(code, **facts)])


def _length(field: Definition) -> Callable[[str], None]:
    most = field.get("max_length", TEXT_MAX)
    return lambda value: _refuse("length", max=most) if len(value) > most else None


def _range(field: Definition) -> Callable[[Any], None]:
    least, most = field.get("min", 0), field.get("max", WHOLE_NUMBER_MAX)
    return lambda value: None if least <= value <= most else _refuse("range", min=least, max=most)


def _decimals(field: Definition) -> Callable[[Any], None]:
    places = field.get("decimals", 2)

    def check(value: Any) -> None:
        exponent = Decimal(str(value)).normalize().as_tuple().exponent
        if not isinstance(exponent, int) or -exponent > places:
            _refuse("decimals", places=places)

    return check


def _choice(field: Definition) -> Callable[[Any], None]:
    allowed = [choice["id"] for choice in field["choices"]]
    return lambda value: None if value in allowed else _refuse("choice", choices=", ".join(allowed))


def _each_choice(field: Definition) -> Callable[[Any], None]:
    allowed = [choice["id"] for choice in field["choices"]]

    def check(values: list[Any]) -> None:
        if len(values) > len(allowed) or any(value not in allowed for value in values):
            _refuse("choice", choices=", ".join(allowed))

    return check


def _items(field: Definition) -> Callable[[Any], None]:
    most = field.get("max_items", LIST_MAX)

    def check(values: list[Any]) -> None:
        if len(values) > most:
            _refuse("items", max=most)
        if not all(isinstance(value, dict) for value in values):
            _refuse("type", type="list of objects")

    return check


def _pattern(pattern: str, example: str) -> Callable[[Definition], Callable[[str], None]]:
    matches = re.compile(pattern).fullmatch
    return lambda _: lambda value: None if matches(value) else _refuse("format", example=example)


def _with(check: validate.Validator, example: str) -> Callable[[Definition], Callable[[str], None]]:
    def judge(value: str) -> None:
        try:
            check(value)
        except ValidationError:
            _refuse("format", example=example)

    return lambda _: judge


_Checks = list[Callable[[Definition], Callable[[Any], None]]]
_TYPES: dict[str, tuple[tuple[type, ...], _Checks]] = {
    "text": ((str,), [_length]),
    "whole_number": ((int,), [_range]),
    "decimal": ((int, float), [_range, _decimals]),
    "yes_no": ((bool,), []),
    "choice": ((str,), [_choice]),
    "choices": ((list,), [_each_choice]),
    "list": ((list,), [_items]),
    "date": ((str,), [_pattern(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", "2025-12-28")]),
    "phone": ((str,), [_pattern(r"0\d{8,9}( ต่อ \d{1,6})?", "021234567")]),
    "email": ((str,), [_length, _with(validate.Email(), "name@example.go.th")]),
    "url": (
        (str,),
        [_length, _with(validate.URL(schemes={"http", "https"}), "https://example.go.th/1")],
    ),
}
