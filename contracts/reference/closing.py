"""How long the slots of an organisation that is no more stay usable: dated data, not a constant.

What it owed before stays its own, and a round still open must find somebody to file it.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, timedelta

# (of organisations that end from this day on, so many days); append, never change.
_DAYS: tuple[tuple[date, int], ...] = ((date.min, 90),)


def slots_close_on(closed_on: date) -> date:
    """Return the day on which the slots of an organisation that ends on a day are closed."""
    latest = bisect_right(_DAYS, closed_on, key=lambda each: each[0]) - 1
    return closed_on + timedelta(days=_DAYS[latest][1])
