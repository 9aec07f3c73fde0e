"""What a cell says and which answer that is. What can be meant in one way only is understood."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from contracts.reading import FIRST_YEAR, LAST_YEAR, Unread, day_of_cell
from contracts.reference.calendar import arabic_digits
from contracts.reference.thai_text import without_invisible

Definition = Mapping[str, Any]

YES, NO = "ใช่", "ไม่ใช่"
FIRST_DAY = date(1941, 1, 1)
_LONGEST_NUMBER = 32
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_GROUPED_NUMBER = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_ESCAPED = re.compile("_x([0-9A-F]{4})_")


class Unclear(ValueError):
    """A cell says nothing that could be an answer of its kind; `code` is that of the verdict."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_value(field: Definition, value: Any) -> Any:
    """Return the answer a cell gives, None when it is empty.

    What only the verdict can judge stays as it was typed. Raises Unclear.
    """
    if isinstance(value, str):
        value = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
        if field["type"] != "text":  # in which an emoji may need its joiners
            value = without_invisible(value)
    if value is None or value == "":
        return None
    return _READERS.get(field["type"], _read_text)(field, value)


def read_tick(value: Any) -> bool:
    """Return whether one of several choices was chosen. Raises Unclear."""
    answer = read_value({"type": "yes_no"}, value)
    if answer is not None and not isinstance(answer, bool):
        raise Unclear("choice")
    return bool(answer)


def shown_tick(field: Definition, choice: Definition, answer: Any) -> str | None:
    """Return what the cell of one choice shows; the first one also whatever is none of them."""
    chosen = answer if isinstance(answer, list) else []
    if choice["id"] in chosen:
        return YES
    known = [each["id"] for each in field["choices"]]
    others = [str(each) for each in chosen if each not in known]
    return ", ".join(others) if others and choice["id"] == known[0] else None


def shown_value(field: Definition, answer: Any) -> str | int | float | date | None:
    """Return what a cell shows for an answer of whatever kind; read back it is that answer."""
    if isinstance(answer, bool):
        return YES if answer else NO
    if isinstance(answer, int | float):
        return answer
    if isinstance(answer, str):
        show = _SHOWN.get(field["type"])
        return answer if show is None else show(field, answer)
    if isinstance(answer, list) and field["type"] == "evidence":
        return "\n".join(str(one) for one in answer)
    return None


def _read_number(field: Definition, value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        text = arabic_digits(value.strip())
        is_number = _PLAIN_NUMBER.fullmatch(text) or _GROUPED_NUMBER.fullmatch(text)
        if not is_number or len(text) > _LONGEST_NUMBER:
            return value
        value = Decimal(text.replace(",", ""))
    elif not isinstance(value, int | float):
        raise Unclear("type")
    return int(value) if value == int(value) else float(value)


def _read_yes_no(_field: Definition, value: Any) -> Any:
    known = {YES: True, NO: False, "yes": True, "no": False, "true": True, "false": False}
    return known.get(value.strip().lower(), value) if isinstance(value, str) else _plain(value)


def _read_choice(field: Definition, value: Any) -> Any:
    if not isinstance(value, str):
        return _plain(value)
    text = value.strip()
    for choice in field["choices"]:
        if text in (choice["id"], choice["th"], choice["en"]):
            return choice["id"]
    return value


def _read_date(_field: Definition, value: Any) -> Any:
    if isinstance(value, datetime):
        if value.time() != time():
            raise Unclear("format")
        value = value.date()
    if isinstance(value, date):
        try:
            return day_of_cell(value).isoformat()
        except Unread as nonsense:
            raise Unclear("format") from nonsense
    if not isinstance(value, str):
        raise Unclear("type" if isinstance(value, bool) else "format")
    return value  # the form reads what is typed


def _read_text(_field: Definition, value: Any) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise Unclear("type")


def _read_phone(field: Definition, value: Any) -> Any:
    return arabic_digits(_read_text(field, value).strip())


def _read_address(field: Definition, value: Any) -> Any:
    return _read_text(field, value).strip()


def _read_ids(field: Definition, value: Any) -> Any:
    ids = [part.strip() for part in re.split(r"[\r\n,]+", _read_text(field, value))]
    return [each for each in ids if each]


def _plain(value: Any) -> Any:
    if isinstance(value, bool | int | float):
        return value
    raise Unclear("type")


_READERS: dict[str, Callable[[Definition, Any], Any]] = {
    "whole_number": _read_number,
    "decimal": _read_number,
    "yes_no": _read_yes_no,
    "choice": _read_choice,
    "date": _read_date,
    "phone": _read_phone,
    "email": _read_address,
    "url": _read_address,
    "evidence": _read_ids,
}


def _shown_choice(field: Definition, answer: str) -> str:
    return next((choice["th"] for choice in field["choices"] if choice["id"] == answer), answer)


def _shown_date(_field: Definition, answer: str) -> str | date:
    if _ISO_DATE.fullmatch(answer):
        try:
            day = date.fromisoformat(answer)
        except ValueError:
            return answer
        if FIRST_YEAR <= day.year <= LAST_YEAR:
            return day
    return answer


_SHOWN: dict[str, Callable[[Definition, str], str | date]] = {
    "choice": _shown_choice,
    "date": _shown_date,
}
