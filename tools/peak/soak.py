"""Half of what the house takes, for long, with something broken every minute."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count, islice
from statistics import median

from tools.journey.client import Facts
from tools.peak.load import Crowd
from tools.peak.watch import memory_of
from tools.stack import Stack, StackFailed

FAULTY = ("rabbitmq", "mongod", "reports", "gateway", "accounts", "aggregation")
WATCHED = ("gateway", "reports", "accounts", "aggregation", "mongod", "rabbitmq")
ACCEPTED = (200, 201, 202)  # 200: said again after a try that brought no answer
LOOK_SECONDS = 5.0
FAULT_EVERY_SECONDS = 60.0
FROZEN_SECONDS = 5.0


class Breaking:
    """Kills or freezes one program after another until it is ended, and notes memory meanwhile."""

    def __init__(self, stack: Stack, seed: str) -> None:
        self.faults: list[str] = []
        self.memory: dict[str, list[float]] = defaultdict(list)
        self._stack = stack
        self._dice = random.Random(seed)  # noqa: S311 (no secret)
        self._ended = threading.Event()
        self._threads = ThreadPoolExecutor(2)

    def __enter__(self) -> Breaking:
        self._running = [self._threads.submit(work) for work in (self._break, self._look)]
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._threads.shutdown()
        for running in self._running:
            running.result()

    def _break(self) -> None:
        while not self._ended.wait(FAULT_EVERY_SECONDS):
            program, kills = self._dice.choice(FAULTY), self._dice.random() < 0.5
            try:
                if kills:
                    self._stack.kill(program)
                else:
                    self._freeze(program)
            except (StackFailed, OSError) as problem:
                self.faults.append(f"{program} was not there to be broken: {problem}")
            else:
                self.faults.append(f"{'killed' if kills else 'frozen'} {program}")

    def _freeze(self, program: str) -> None:
        pid = self._stack.pid(program)
        os.kill(pid, signal.SIGSTOP)
        try:
            self._ended.wait(FROZEN_SECONDS)
        finally:
            os.kill(pid, signal.SIGCONT)

    def _look(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            for name in WATCHED:
                try:
                    self.memory[name].append(memory_of(self._stack.pid(name)))
                except (StackFailed, OSError):  # killed just now, and starting
                    continue

    def quarters(self) -> dict[str, list[int]]:
        """Return the median memory of each process in each quarter of the time, in MiB."""
        return {
            name: [round(median(part)) for part in _quarters(v)] for name, v in self.memory.items()
        }


def soak(
    crowd: Crowd,
    stack: Stack,
    filing: Callable[[int, int], bytes],
    filers: int,
    *,
    rate: float,
    minutes: float,
    seed: str,
) -> tuple[Facts, int]:
    """File and amend at `rate` for so long while things break; return the figures, and how many
    of the filers filed.

    `filing(filer, revision)` makes a request; a filer's next comes after all others had a turn.
    """
    total = int(rate * 60 * minutes)
    arrivals = [number / rate for number in range(total)]
    with Breaking(stack, seed) as breaking:
        began = time.perf_counter()
        outcome = crowd.file_open(islice(_turns(filing, filers), total), arrivals, filers)
        seconds = time.perf_counter() - began
    filings = len(outcome.answered)
    figures = {
        "shape": "soak",
        "minutes": round(seconds / 60, 1),
        "filings": filings,
        "per_second": round(filings / seconds, 1),
        "accepted": sum(outcome.final()[status] for status in ACCEPTED),
        "final": {str(status): n for status, n in sorted(outcome.final().items())},
        "every_answer": {str(status): n for status, n in sorted(outcome.statuses.items())},
        "broken_connections": outcome.broken,
        "latency_ms": outcome.latency_ms(),
        "faults": breaking.faults,
        "memory_mib_by_quarter": breaking.quarters(),
    }
    return figures, min(filers, total)


def _turns(filing: Callable[[int, int], bytes], filers: int) -> Iterator[bytes]:
    for revision in count():
        for filer in range(filers):
            yield filing(filer, revision)


def _quarters(values: Sequence[float]) -> list[Sequence[float]]:
    size = max(1, len(values) // 4)
    return [values[start : start + size] for start in range(0, size * 4, size) if values[start:]]
