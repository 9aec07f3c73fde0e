"""What time is it? The only place that asks the machine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from nameko.extensions import DependencyProvider


def now() -> datetime:
    """Return the present instant in UTC, to the millisecond (what the database keeps)."""
    instant = datetime.now(UTC)
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


class Clock(DependencyProvider):
    """Hands the clock to a service as a callable, so that a test can hand it another."""

    def get_dependency(self, worker_ctx: Any) -> Callable[[], datetime]:
        """Return `now`."""
        return now
