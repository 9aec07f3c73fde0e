"""Pages of a list: cursors that clients hand back without looking inside."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

from contracts.errors import InvalidInput


def cursor_after(*position: str) -> str:
    """Return the cursor of the page after a position."""
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")


def position_of(cursor: str, parts: int) -> list[str]:
    """Return the position a cursor stands for. Raises InvalidInput on one never given out."""
    try:
        position = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if [type(part) for part in position] == [str] * parts:
            "".join(position).encode()  # half a surrogate pair cannot be asked for
            return list(position)
    except (ValueError, TypeError):
        pass
    raise InvalidInput(reason="ไม่รู้จัก cursor นี้ โปรดเริ่มอ่านรายการใหม่ตั้งแต่หน้าแรก", pointer="/cursor")


def page(items: Sequence[dict[str, Any]], following: str | None) -> dict[str, Any]:
    """Return a list as the API shows it."""
    return {"items": list(items), "next": following}
