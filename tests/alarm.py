"""Ends a test that hangs, with a report and its teardown: one that waits, and one that loops.

Eventlet has replaced `threading` when pytest-timeout looks for the main thread, so it does not find
it and would end the whole process. This is its alarm instead, by its own hooks; `timeout` in
pyproject.toml and `@pytest.mark.timeout` say when it rings. A teardown has that time anew.

Code that never returns to Python hears no alarm. GRACE_SECONDS later a thread of the machine ends
the process, with a report and without a teardown: what it leaves behind the next run takes down.
"""

from __future__ import annotations

import faulthandler
import os
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

GRACE_SECONDS = 60.0
_seconds = pytest.StashKey[float]()
_stderr = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    """Keep where to tell of a process that is ended: during a test it is captured."""
    config.stash[_stderr] = os.dup(2)


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
    _wind(item)
    return True


def pytest_timeout_cancel_timer(item: pytest.Item) -> bool:
    """Ring no more."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    faulthandler.cancel_dump_traceback_later()
    return True


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Wind the alarm again, which a failure has stopped."""
    if _seconds in item.stash:
        _wind(item)


def _wind(item: pytest.Item) -> None:
    seconds, told_to = item.stash[_seconds], item.config.stash[_stderr]
    signal.setitimer(signal.ITIMER_REAL, seconds)
    faulthandler.dump_traceback_later(seconds + GRACE_SECONDS, exit=True, file=told_to)
