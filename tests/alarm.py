"""Ends a test that hangs, with a report and its teardown: one that waits, and one that loops.

Eventlet has replaced `threading` when pytest-timeout looks for the main thread, so it does not find
it and would end the whole process. This is its alarm instead, by its own hooks; `timeout` in
pyproject.toml and `@pytest.mark.timeout` say when it rings. A teardown has that time anew.
"""

from __future__ import annotations

import signal
import traceback
from types import FrameType
from typing import Any

import eventlet
import greenlet
import pytest
from pytest_timeout import is_debugging

_threading = eventlet.patcher.original("threading")
_main = greenlet.getcurrent()
if _threading.current_thread() is not _threading.main_thread():
    raise ImportError("only the main thread can be woken by a signal")

_seconds = pytest.StashKey[float]()


def pytest_timeout_set_timer(item: pytest.Item, settings: Any) -> bool:
    """Ring after the time of the test."""
    item.stash[_seconds] = settings.timeout

    def ring(_signal: int, frame: FrameType | None) -> None:
        if is_debugging():
            return
        hung = f"{item.nodeid} hung for {settings.timeout:g} s"
        if greenlet.getcurrent() is _main:
            raise pytest.fail.Exception(hung)
        ran = "".join(traceback.format_stack(frame))
        # It wakes where it waits; what ran meanwhile stays where it is.
        _main.throw(pytest.fail.Exception(f"{hung} while this ran:\n{ran}"))

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, settings.timeout)
    return True


def pytest_timeout_cancel_timer(item: pytest.Item) -> bool:
    """Ring no more."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    return True


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Wind the alarm again, which a failure has stopped."""
    if _seconds in item.stash:
        signal.setitimer(signal.ITIMER_REAL, item.stash[_seconds])
