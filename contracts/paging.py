"""Pages of a list: where it goes on is opaque to clients, the last item's sort values to us."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Generic, TypedDict, TypeVar

from contracts.errors import InvalidInput, Wording
from contracts.reading import Unread, read_time

MOST_DIGITS = 10
"""Of a number in a cursor; no list has more items."""

Item = TypeVar("Item")


class PageFacts(TypedDict, Generic[Item]):
    """A list as the API shows it; `next` is the cursor of what follows, None on the last page."""

    items: list[Item]
    next: str | None


def page(items: Iterable[Item], following: str | None) -> PageFacts[Item]:
    """Return a list as the API shows it."""
    return {"items": list(items), "next": following}


def cut(
    found: Sequence[Item], limit: int, position: Callable[[Item], Iterable[str]]
) -> tuple[Sequence[Item], str | None]:
    """Return a page of the items found with one more than the limit, and the next one's cursor."""
    shown = found[:limit]
    return shown, write_cursor(*position(shown[-1])) if len(found) > limit else None


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
    except (ValueError, TypeError, RecursionError):
        pass
    raise unknown_cursor()


def read_key(cursor: str | None) -> str | None:
    """Return the sort value a cursor stands for; None on the first page. Raises InvalidInput."""
    return read_cursor(cursor, 1)[0] if cursor else None


def read_position(cursor: str | None) -> tuple[datetime, str] | None:
    """Return the time and the id a cursor stands for; None on the first page.

    Raises InvalidInput on one never given out.
    """
    if not cursor:
        return None
    at, item_id = read_cursor(cursor, 2)
    try:
        return read_time(at), item_id
    except Unread as problem:
        raise unknown_cursor() from problem


def read_number(cursor: str | None) -> int:
    """Return the number a cursor stands for; 0 on the first page. Raises InvalidInput."""
    if not cursor:
        return 0
    (number,) = read_cursor(cursor, 1)
    if not (number.isascii() and number.isdecimal() and len(number) <= MOST_DIGITS):
        raise unknown_cursor()
    return int(number)


def unknown_cursor() -> InvalidInput:
    """Return the refusal of a cursor that was never given out."""
    reason = Wording(
        "invalid",
        "ไม่รู้จัก cursor นี้ โปรดเริ่มอ่านรายการใหม่ตั้งแต่หน้าแรก",
        "This cursor was never given out. Read the list again from its first page.",
    )
    return InvalidInput(pointer="/cursor", reason=reason)
