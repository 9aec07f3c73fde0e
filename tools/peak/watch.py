"""What the stack's processes took while the crowd filed: CPU, memory, queue, figures' lag."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx

LOOK_SECONDS = 1.0
_TICKS = os.sysconf("SC_CLK_TCK")
_DEPTH = re.compile(r'^queue_messages\{queue="reports\.intake"\} ([0-9.e+]+)$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Look:
    """One look: seconds since the start, messages in the intake, filings counted so far."""

    at: float
    depth: int
    counted: int


class Watch:
    """Looks once a second, from a thread, until it is ended."""

    def __init__(
        self, pids: Mapping[str, int], reports_metrics: str, counted: Callable[[], int]
    ) -> None:
        self.pids = pids
        self.looks: list[Look] = []
        self._metrics = httpx.Client(base_url=reports_metrics, trust_env=False)
        self._counted = counted
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look_on)
        self._since = 0.0
        self._cpu_before: dict[str, float] = {}

    def __enter__(self) -> Watch:
        self._since = time.perf_counter()
        self._cpu_before = self._cpu()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._metrics.close()

    def cpu_seconds(self) -> dict[str, float]:
        """Return the CPU each process has used since the start, this one's under `crowd`."""
        return {name: used - self._cpu_before[name] for name, used in self._cpu().items()}

    def memory_mebibytes(self) -> dict[str, float]:
        """Return what each process keeps in memory now."""
        return {name: memory_of(pid) for name, pid in self.pids.items()}

    def _cpu(self) -> dict[str, float]:
        return {name: _cpu(pid) for name, pid in {**self.pids, "crowd": os.getpid()}.items()}

    def _look_on(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            found = _DEPTH.search(self._metrics.get("/metrics").text)
            depth = int(float(found[1])) if found else 0
            self.looks.append(Look(time.perf_counter() - self._since, depth, self._counted()))


def _cpu(pid: int) -> float:
    with open(f"/proc/{pid}/stat") as told:
        fields = told.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def memory_of(pid: int) -> float:
    """Return what a process keeps in memory, in MiB. Raises OSError when it is gone."""
    with open(f"/proc/{pid}/status") as told:
        return int(told.read().partition("VmRSS:")[2].split()[0]) / 1024
