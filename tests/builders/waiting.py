"""How tests wait: for something to hold, bounded, and never longer than needed."""

from __future__ import annotations

from collections.abc import Callable

import eventlet

SOON_SECONDS = 20.0


class NeverHeld(AssertionError):
    """What was waited for did not come."""


def soon(holds: Callable[[], object], seconds: float = SOON_SECONDS) -> None:
    """Return as soon as it holds; fail when it does not in time."""
    with eventlet.Timeout(seconds, NeverHeld(f"not within {seconds:g} s")):
        while not holds():
            eventlet.sleep(0.02)
