"""A process that takes ever more memory ends; one request that takes too much fails alone."""

from __future__ import annotations

import signal
import subprocess
import sys

from tools.programs import ROOT

BOUND_MIB = 400
BEGIN = f"""
import eventlet; eventlet.monkey_patch()
import signal
from chassis import memory
memory.LOOK_SECONDS = memory.STOP_SECONDS = 0.1
memory.bound({BOUND_MIB})
"""
TOO_MUCH_AT_ONCE = """
try:
    bytearray(500 << 20)
except MemoryError:
    print("refused", len(bytearray(10 << 20)))
"""
# Never yields.
MORE_AND_MORE = """
kept = []
while True:
    try:
        kept.append(bytearray(1 << 20))
    except MemoryError:
        pass
"""
DEAF = """
signal.signal(signal.SIGTERM, lambda *_: None)
"""


def ended(code: str) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-W", "ignore", "-c", BEGIN + code)
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_what_asks_for_too_much_at_once_fails_and_the_process_lives_on():
    process = ended(TOO_MUCH_AT_ONCE)

    assert (process.returncode, process.stdout) == (0, f"refused {10 << 20}\n"), process.stderr


def test_a_process_that_takes_ever_more_is_told_to_stop():
    process = ended(MORE_AND_MORE)

    assert process.returncode == -signal.SIGTERM
    assert "memory_spent" in process.stdout


def test_one_that_does_not_stop_is_killed():
    assert ended(DEAF + MORE_AND_MORE).returncode == -signal.SIGKILL


def test_without_a_bound_nothing_is_bound():
    unbound = BEGIN.replace(f"bound({BOUND_MIB})", "bound(0)")
    command = (sys.executable, "-W", "ignore", "-c", unbound + "bytearray(500 << 20)")

    subprocess.run(command, cwd=ROOT, check=True)
