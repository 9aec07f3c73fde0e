"""The CPU that programs use, each with the processes below it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


class Meter:
    """Measures from when it is made. `programs` names the pid of each; this one is `crowd`."""

    def __init__(self, programs: Mapping[str, int]) -> None:
        self._programs = dict(programs)
        self._before = self._now()

    def seconds(self) -> dict[str, float]:
        """Return the CPU seconds each program has used since then."""
        return {name: used - self._before[name] for name, used in self._now().items()}

    def _now(self) -> dict[str, float]:
        used = {name: sum(map(_cpu, _family(pid))) for name, pid in self._programs.items()}
        return {**used, "crowd": _cpu(os.getpid())}


def _family(pid: int) -> list[int]:
    told = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [pid, *(each for child in told.split() for each in _family(int(child)))]


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
