"""Pages of a list: where it goes on is opaque to clients, the last item's sort values to us."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Any

from contracts.errors import InvalidInput


def page(items: Sequence[dict[str, Any]], following: str | None) -> dict[str, Any]:
    """Return a list as the API shows it."""
    return {"items": list(items), "next": following}


def write_cursor(*position: str) -> str:
    """Return the cursor of the page after the item with these sort values."""
    return urlsafe_b64encode(json.dumps(position).encode()).rstrip(b"=").decode()


def read_cursor(cursor: str, parts: int) -> list[str]:
    """Return the sort values a cursor stands for. Raises InvalidInput on one never given out."""
    try:
        position = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if [type(part) for part in position] == [str] * parts:
            "".join(position).encode()  # half a surrogate pair cannot be asked for
            return list(position)
    except (ValueError, TypeError):
        pass
    raise unknown_cursor()


def unknown_cursor() -> InvalidInput:
    """Return the refusal of a cursor that was never given out."""
    reason = "ไม่รู้จัก cursor นี้ โปรดเริ่มอ่านรายการใหม่ตั้งแต่หน้าแรก"
    return InvalidInput(pointer="/cursor", reason=reason)
