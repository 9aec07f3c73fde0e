"""Tells the time: the only place that asks the machine, and does not believe it at once.

A machine's wall clock can be set while a process runs, and then whoever files in that hour would
be early or late without having done anything. So the time here is the wall's when the process
began and what has passed since (decision 0015).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import structlog
from nameko.extensions import DependencyProvider

from chassis import metrics

log = structlog.get_logger(__name__)

STEP_SECONDS = 0.5
FOLLOWED_PARTS = 1_000  # of the time passed: twice what a kernel slews a clock at most
_NS = 1_000_000_000


def _passed_ns() -> int:
    # Counts on while the process is frozen or the machine sleeps; nobody can set it.
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


class SteadyClock:
    """Wall time that never steps and never goes back.

    A difference below STEP_SECONDS is followed slowly. A larger one means that somebody set the
    wall clock: it is told once and not followed, until the wall comes back or the process ends.
    """

    def __init__(
        self, wall_ns: Callable[[], int] = time.time_ns, passed_ns: Callable[[], int] = _passed_ns
    ) -> None:
        self._wall_ns = wall_ns
        self._passed_ns = passed_ns
        self._looked_at = passed_ns()
        self._ahead = wall_ns() - self._looked_at
        self._is_left_alone = False

    def now(self) -> datetime:
        """Return the present instant in UTC, to the millisecond (what the database keeps)."""
        passed = self._passed_ns()
        difference = self._wall_ns() - passed - self._ahead
        if abs(difference) < STEP_SECONDS * _NS:
            most = (passed - self._looked_at) // FOLLOWED_PARTS
            self._ahead += max(-most, min(difference, most))
            if self._is_left_alone:
                self._leave_alone(False, difference)
        elif not self._is_left_alone:
            self._leave_alone(True, difference)
        self._looked_at = passed
        return datetime.fromtimestamp((passed + self._ahead) // 1_000_000 / 1_000, UTC)

    def difference_seconds(self) -> float:
        """Return how far the wall clock is ahead of this one."""
        return (self._wall_ns() - self._passed_ns() - self._ahead) / _NS

    def _leave_alone(self, is_so: bool, difference: int) -> None:
        self._is_left_alone = is_so
        if is_so:
            log.error("wall_clock_stepped", seconds=round(difference / _NS, 3))
        else:
            log.info("wall_clock_agrees_again")


_steady = SteadyClock()
metrics.watch_clock(_steady.difference_seconds)


def now() -> datetime:
    """Return the present instant in UTC, to the millisecond, whatever the wall clock was set to."""
    return _steady.now()


class Clock(DependencyProvider):
    """Hands the clock to a service as a callable, so that a test can hand it another."""

    def get_dependency(self, worker_ctx: Any) -> Callable[[], datetime]:
        """Return `now`."""
        return now
