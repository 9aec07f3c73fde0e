"""How tests wait: for something to hold, and never longer than needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import eventlet

HANG_SECONDS = 120.0
"""Whatever is awaited so long hangs. It says nothing of how fast anything is, so no test fails
because its machine is slow; nothing else in tests bounds a wait."""

Seen = TypeVar("Seen")


class NeverHeld(AssertionError):
    """What was waited for did not come."""


def soon(look: Callable[[], Seen]) -> Seen:
    """Look again and again until there is something to see; return it, and fail if it hangs."""
    with eventlet.Timeout(HANG_SECONDS, NeverHeld(f"not within {HANG_SECONDS:g} s")):
        while not (seen := look()):
            eventlet.sleep(0.02)
        return seen
