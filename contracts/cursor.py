"""Where a list goes on: opaque to clients, the last item's sort values to the service."""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from contracts.errors import InvalidInput


def write_cursor(*values: Any) -> str:
    """Return a cursor that stands after the item with these sort values."""
    return urlsafe_b64encode(json.dumps(values).encode()).rstrip(b"=").decode()


def read_cursor(cursor: str, *kinds: type) -> list[Any]:
    """Return the sort values of a cursor. Raises InvalidInput when it is none of ours."""
    try:
        values = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        values = None
    fits = isinstance(values, list) and [type(value) for value in values] == list(kinds)
    if not fits:
        raise InvalidInput(pointer="/cursor", reason="cursor ใช้ไม่ได้ โปรดเริ่มรายการใหม่ตั้งแต่ต้น")
    return list(values)
