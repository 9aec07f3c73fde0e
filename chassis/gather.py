"""Spends several waits as one, each in a green thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import eventlet


def gather(*works: Callable[[], Any]) -> list[Any]:
    """Return what each returns, in order, once all have ended; raise what the first of them raised.

    For waiting on the database or the bus: nothing is computed any faster.
    """
    others = [eventlet.spawn(_outcome, work) for work in works[1:]]
    outcomes = [_outcome(works[0]), *(other.wait() for other in others)]
    for _, problem in outcomes:
        if problem is not None:
            raise problem
    return [result for result, _ in outcomes]


def _outcome(work: Callable[[], Any]) -> tuple[Any, Exception | None]:
    try:
        return work(), None
    except Exception as problem:  # noqa: BLE001 (raised to whoever waits for all)
        return None, problem
