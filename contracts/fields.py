"""Wire fields that marshmallow does not have in the form this API promises."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from contracts.errors import Wording
from contracts.reading import (
    EMAIL_MAX,
    PHONE_MAX,
    Unread,
    read_code,
    read_day,
    read_email,
    read_phone,
    read_time,
    read_web_address,
)
from contracts.reference.calendar import BANGKOK
from contracts.reference.thai_text import is_blank, without_controls

__all__ = [
    "BANGKOK_OFFSET",
    "Closed",
    "Code",
    "Day",
    "Email",
    "Exactly",
    "JsonObject",
    "Phone",
    "Text",
    "Timestamp",
    "WebAddress",
    "WholeNumber",
    "read_time",
    "require_seen",
    "wire_time",
]

JsonObject = dict[str, Any]
"""An object whose names are promised elsewhere: a form's answers, a public key, a job's result."""
BANGKOK_OFFSET = BANGKOK
_CODE = re.compile("[0-9A-Z]{5,32}")
NO_CODE = Wording(
    "wrong_format",
    "ต้องเป็นรหัสตามที่แอปหรือรายการรหัสสำรองแสดง เช่น 123 456",
    "It must be a code as the app or the list of recovery codes shows it, for example 123 456.",
)
NOTHING_TO_SEE = Wording("required", "ต้องมีข้อความที่มองเห็นได้", "Write something that can be seen.")


class _Read(fields.Field[Any]):
    """A field whose value is what a reader makes of it."""

    def read(self, value: Any) -> Any:
        """Return the value as it is meant. Raises Unread, TypeError, ValidationError."""
        raise NotImplementedError

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        try:
            return self.read(value)
        except Unread as problem:
            raise ValidationError(problem.wording) from problem


class Timestamp(_Read):
    """An instant of the years that can be meant: RFC 3339 with +07:00 on the wire, milliseconds,
    an aware datetime inside.
    """

    def _serialize(self, value: datetime | None, *_: Any, **__: Any) -> str | None:
        return None if value is None else wire_time(value)

    def read(self, value: Any) -> datetime:
        return read_time(value)


class Day(_Read, fields.Date):
    """A day of the years that can be meant: ISO on the wire; also read as people write it."""

    def read(self, value: Any) -> date:
        return read_day(value if isinstance(value, str) else "")


class _ReadText(_Read, fields.String):
    """A text that is a text in JSON, too."""

    def read(self, value: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        return value


class Text(_ReadText):
    """Words for a reader, required unless said otherwise: something in them can be seen, and they
    have at most `most` characters. Spaces around them and what a word processor leaves are taken
    away.
    """

    def __init__(self, *, most: int, **settings: Any) -> None:
        settings.setdefault("required", "load_default" not in settings)
        super().__init__(validate=validate.Length(1, most), **settings)

    def read(self, value: Any) -> str:
        text = without_controls(super().read(value)).strip()
        require_seen(text)
        return text


def require_seen(text: str) -> None:
    """Refuse a text in which nothing can be seen. Raises ValidationError."""
    if is_blank(text):
        raise ValidationError(NOTHING_TO_SEE)


class Phone(_ReadText):
    """One Thai telephone number, kept as `021234567` or `021234567 ต่อ 12`."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(validate=validate.Length(1, PHONE_MAX), **settings)

    def read(self, value: Any) -> str:
        return read_phone(super().read(value))


class Code(_ReadText):
    """A code of an authenticator or a recovery code, in the one spelling of `read_code`."""

    def read(self, value: Any) -> str:
        code = read_code(super().read(value))
        if not _CODE.fullmatch(code):
            raise ValidationError(NO_CODE)
        return code


class Email(_ReadText):
    """One e-mail address; its name and its domain may be Thai."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(validate=validate.Length(3, EMAIL_MAX), **settings)

    def read(self, value: Any) -> str:
        return read_email(super().read(value))


class WebAddress(_ReadText):
    """One http or https address; spaces in its path are kept as %20."""

    def __init__(self, *, most: int = 500, **settings: Any) -> None:
        super().__init__(validate=validate.Length(1, most), **settings)

    def read(self, value: Any) -> str:
        return read_web_address(super().read(value))


class WholeNumber(_Read, fields.Integer):
    """A whole number from `least` to `most`, however it is written: 42.0 is one."""

    def __init__(self, least: int, most: int, **settings: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(least, most), **settings)

    def read(self, value: Any) -> int:
        whole = int(value) if isinstance(value, float) and value.is_integer() else value
        return int(self._validated(whole))


def wire_time(instant: datetime) -> str:
    """Return an aware instant as the API writes it, e.g. 2026-01-31T23:59:59.000+07:00.

    In the last hours of the calendar it keeps its own offset.
    """
    if instant.tzinfo is None:
        raise ValueError("a naive datetime has no place on the wire")
    try:
        here = instant.astimezone(BANGKOK)
    except OverflowError:
        here = instant
    return here.isoformat(timespec="milliseconds")


class Exactly(validate.Regexp):
    """A pattern that the whole text fits: `$` alone takes a line end after it, too."""

    def __call__(self, value: Any) -> Any:
        """Return the value. Raises ValidationError."""
        if self.regex.fullmatch(value) is None:
            raise ValidationError(self._format_error(value))
        return value


class Closed(Schema):
    """A request body: fields it does not know are refused, never dropped in silence."""
