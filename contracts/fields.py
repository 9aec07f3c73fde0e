"""Wire fields that marshmallow does not have in the form this API promises."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from marshmallow import Schema, ValidationError, fields

BANGKOK_OFFSET = timezone(timedelta(hours=7))


class Timestamp(fields.Field[datetime]):
    """An instant: RFC 3339 with +07:00 on the wire, milliseconds, an aware datetime inside."""

    def _serialize(self, value: datetime | None, *_: Any, **__: Any) -> str | None:
        return None if value is None else wire_time(value)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> datetime:
        try:
            return read_time(value)
        except (TypeError, ValueError) as problem:
            raise ValidationError(
                "ต้องเป็นวันเวลาแบบ RFC 3339 พร้อมเขตเวลา เช่น 2026-01-31T23:59:59+07:00"
            ) from problem


def wire_time(instant: datetime) -> str:
    """Return an aware instant as the API writes it, e.g. 2026-01-31T23:59:59.000+07:00."""
    if instant.tzinfo is None:
        raise ValueError("a naive datetime has no place on the wire")
    return instant.astimezone(BANGKOK_OFFSET).isoformat(timespec="milliseconds")


def read_time(text: str) -> datetime:
    """Read an RFC 3339 instant with an offset; anything else is a ValueError."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("the offset is missing")
    return instant


class Closed(Schema):
    """A request body: fields it does not know are refused, never dropped in silence."""
