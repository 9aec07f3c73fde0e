"""Does heavy work in threads of the machine: a few at once, a bounded number waiting, no more.

Each line has threads of its own, so that printing cannot hold up hashing, and may give each caller
a share of its places, so that none of them fills it. Whoever comes when it is full is refused at
once: an answer that comes too late is work for nobody.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, Protocol, TypeVar

import eventlet
from eventlet import tpool
from eventlet.semaphore import Semaphore

from chassis import metrics
from chassis.eventlet_insides import add_threads
from contracts.errors import TooManyAtOnce, WorkLineFull

NICENESS = 10
RETRY_AFTER_SECONDS = 5

P = ParamSpec("P")
Result = TypeVar("Result")


class Run(Protocol):
    """Does the work in another thread, waits for it in a green way, and raises as if done here."""

    def __call__(
        self, work: Callable[P, Result], /, *args: P.args, **kwargs: P.kwargs
    ) -> Result: ...


class WorkLine:
    """`threads` are at work at once and `waiting` wait their turn, first come, first served.

    With `per_caller` nobody holds more of these places at once, at work or waiting.
    """

    def __init__(
        self, name: str, *, threads: int, waiting: int, per_caller: int | None = None
    ) -> None:
        self.name = name
        self.places = threads + waiting
        self._per_caller = self.places if per_caller is None else per_caller
        self._threads = threads
        self._has_threads = False
        self._free = Semaphore(threads)
        self._held = 0
        self._held_by: Counter[str] = Counter()

    def run(
        self, caller: str | None, work: Callable[P, Result], /, *args: P.args, **kwargs: P.kwargs
    ) -> Result:
        """Do the work for that caller; None is the service itself, which may have every place.

        Raises WorkLineFull or TooManyAtOnce at once, before anything is done.
        """
        with self.place(caller) as run:
            return run(work, *args, **kwargs)

    @contextmanager
    def place(self, caller: str | None, *, leaving: int = 0) -> Iterator[Run]:
        """Hold a place: for whoever must not be refused after the first step.

        It takes none of the last `leaving` places, which are kept for others.
        Raises WorkLineFull or TooManyAtOnce at once.
        """
        if self._held + leaving >= self.places:
            raise WorkLineFull(retry_after_seconds=RETRY_AFTER_SECONDS)
        if caller is not None and self._held_by[caller] >= self._per_caller:
            raise TooManyAtOnce(places=self._per_caller, retry_after_seconds=RETRY_AFTER_SECONDS)
        self._hold(caller, 1)
        try:
            yield self._run_in_turn
        finally:
            self._hold(caller, -1)

    def _hold(self, caller: str | None, step: int) -> None:
        self._held += step
        if caller is not None:
            self._held_by[caller] += step
            if not self._held_by[caller]:
                del self._held_by[caller]
        metrics.show_pool(self.name, in_use=self._held, size=self.places)

    def _run_in_turn(
        self, work: Callable[P, Result], /, *args: P.args, **kwargs: P.kwargs
    ) -> Result:
        if not self._has_threads:
            self._has_threads = True
            add_threads(self._threads)
        self._free.acquire()
        # In a green thread that nobody ends: a thread is free when its work is over, also if
        # whoever waits for it has gone.
        result, problem = eventlet.spawn(self._execute, work, args, kwargs).wait()
        if problem is not None:
            raise problem
        outcome: Result = result
        return outcome

    def _execute(
        self, work: Callable[..., Result], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Result | None, Exception | None]:
        """Return what came of it: what a green thread raises, eventlet writes down in full."""
        try:
            return tpool.execute(_gently, work, *args, **kwargs), None
        except Exception as problem:  # noqa: BLE001 (raised to whoever waits)
            return None, problem
        finally:
            self._free.release()


def _gently(work: Callable[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
    return work(*args, **kwargs)
