"""Where is heavy work done? In a few threads of the machine, which give way to everything else.

A computation of 30 ms holds up every green thread of the process; in a thread of its own, and with
a lower priority, it holds up nobody.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from eventlet import tpool

THREADS = 4  # each may keep the memory of the heaviest work it has done
NICENESS = 10

P = ParamSpec("P")
Result = TypeVar("Result")

tpool.set_num_threads(THREADS)


def aside(work: Callable[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
    """Do the work in another thread and wait for it in a green way; it raises as if done here."""
    result: Result = tpool.execute(_gently, work, *args, **kwargs)
    return result


def _gently(work: Callable[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
    return work(*args, **kwargs)
