"""Every test, in four shares side by side: `python -m tools.suite`.

Often a test waits for a broker, a database or a deadline, so shares on stacks of their own take
little more than the longest one. Exit 1 when any fails. A share that goes on after
MOST_MINUTES is interrupted; tests/alarm.py ends a single test long before.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping

SHARES: Mapping[str, tuple[str, ...]] = {
    "parts": (
        "tests/component/accounts",
        "tests/component/aggregation",
        "tests/component/chassis",
        "tests/component/collecting",
        "tests/component/reports",
    ),
    "rest": (  # first what needs no stack: not all start one at once
        "tests/unit",
        "tests/architecture",
        "tests/contracts",
        "tests/component/edge",
        "tests/component/gateway",
        "tests/component/jobs",
        "tests/component/tools",
    ),
    "whole": ("tests/flows",),
    "faults": ("tests/faults",),
}
PORTS_BETWEEN = 100
MOST_MINUTES = 45.0
SLOWEST = "--durations=25"


def main() -> None:
    """Run all shares to their end, showing what each says as it says it."""
    started = time.monotonic()
    first = int(os.environ.get("SUCHARIT_PORT", "8000"))
    running = {
        name: _start(paths, first + number * PORTS_BETWEEN)
        for number, (name, paths) in enumerate(SHARES.items())
    }
    showing = [
        threading.Thread(target=_show, args=(name, process)) for name, process in running.items()
    ]
    for thread in showing:
        thread.start()
    for thread in showing:
        thread.join()
    failed = [name for name, process in running.items() if process.wait() != 0]
    print(f"{time.monotonic() - started:.0f} s in all")
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


def _start(paths: tuple[str, ...], port: int) -> subprocess.Popen[str]:
    bound = ("timeout", "--foreground", "--signal=INT", "--kill-after=120", f"{MOST_MINUTES}m")
    command = (*bound, sys.executable, "-m", "pytest", SLOWEST, *paths)
    environment = {**os.environ, "SUCHARIT_PORT": str(port), "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def _show(name: str, process: subprocess.Popen[str]) -> None:
    for line in process.stdout or ():
        print(f"{name} | {line}", end="", flush=True)


if __name__ == "__main__":
    main()
