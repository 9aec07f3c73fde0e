"""Runs heavy work in a few threads of the machine, which give way to everything else.

A computation of 30 ms holds up every green thread of the process; in a thread of its own, and with
a lower priority, it holds up nobody. What many may ask for at once has a line of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from chassis.work_line import WorkLine

THREADS = 4  # each may keep the memory of the heaviest work it has done
MOST_WAITING = 60

P = ParamSpec("P")
Result = TypeVar("Result")

_line = WorkLine("aside", threads=THREADS, waiting=MOST_WAITING)


def run_in_thread(work: Callable[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
    """Do the work in another thread and wait for it in a green way; it raises as if done here.

    Raises WorkLineFull at once when MOST_WAITING wait already.
    """
    return _line.run(None, work, *args, **kwargs)
