"""Ends a process that takes ever more memory, to be started again, long before the machine.

The kernel gives it no more than its bound: what asks for more fails, which is one request mostly.
And when more than RETIRED_AT of that is in use, it stops as it does when it is told to. That is
looked at by a thread of the system's own, since a green thread that never yields holds up all
others; one that holds up the stopping, too, is killed.
"""

from __future__ import annotations

import os
import resource
import signal
from pathlib import Path

import structlog
from eventlet import patcher

from chassis import metrics

log = structlog.get_logger(__name__)

LOOK_SECONDS = 2.0
RETIRED_AT = 0.75
STOP_SECONDS = 30.0  # more than a process takes to stop
_threading = patcher.original("threading")


def bound(mebibytes: int) -> None:
    """Bound what this process may take, and end it in time. With 0 nothing is bound."""
    most = mebibytes << 20
    metrics.show_memory_bound(most)
    if most:
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
        _threading.Thread(target=_watch, args=(most,), name="memory", daemon=True).start()


def resident() -> int:
    """Return how many bytes of memory this process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def _watch(most: int) -> None:
    never = _threading.Event()
    while resident() <= RETIRED_AT * most:
        never.wait(LOOK_SECONDS)
    log.error("memory_spent", bytes=resident(), most=most)
    os.kill(os.getpid(), signal.SIGTERM)
    never.wait(STOP_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)
