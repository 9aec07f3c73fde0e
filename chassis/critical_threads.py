"""Threads that others rely on: if one fails, the process ends, to be started again whole."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import eventlet
import structlog

log = structlog.get_logger(__name__)


def spawner(container: Any) -> Callable[[Callable[[], None]], Any]:
    """Return what spawns a green thread whose failure kills the container.

    Nameko's managed threads kill it from within the failing thread, which the kill then ends
    before it is through.
    """

    def spawn(work: Callable[[], None]) -> Any:
        return eventlet.spawn(_do, work, container)

    return spawn


def _do(work: Callable[[], None], container: Any) -> None:
    try:
        work()
    except (Exception, eventlet.Timeout):
        log.critical("critical_thread_failed", thread=work.__qualname__, exc_info=True)
        eventlet.spawn(container.kill, sys.exc_info())
