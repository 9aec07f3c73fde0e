"""A test that hangs is told of, its fixtures are torn down, and the tests after it run."""

import os
import subprocess
import sys

import pytest

from tests.builders.waiting import HANG_SECONDS
from tools.programs import ROOT

CONFTEST = "from tests.conftest import *"
IMPATIENT = f"{CONFTEST}; from tests import alarm; alarm.GRACE_SECONDS = 1"
HANGING = {
    "loops": "while True: pass",
    "waits for an event": "eventlet.event.Event().wait()",
    "waits for a lock": "lock = threading.Lock(); lock.acquire(); lock.acquire()",
    "waits for a process": "subprocess.run(['sleep', '600'])",
    "waits while another thread loops": "eventlet.spawn(loop); eventlet.event.Event().wait()",
    "hangs after a failure": "after.append(loop); raise ValueError('failed')",
}
MODULE = """
import itertools, subprocess, threading
import eventlet, pytest

def loop():
    while True: pass

@pytest.fixture(scope="session")
def stack():
    yield
    print("the stack was stopped")

@pytest.fixture
def after():
    left = []
    yield left
    for one in left:
        one()

def test_hangs(stack, after):
    {hangs}

@pytest.mark.timeout(60)
def test_comes_after(stack):
    pass
"""


def run_with_one_that(hangs, tmp_path, conftest=CONFTEST):
    (tmp_path / "conftest.py").write_text(conftest)
    (tmp_path / "test_hanging.py").write_text(MODULE.replace("{hangs}", hangs))
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-s", "--timeout=1", "-p", "no:cacheprovider"),
            *("-c", ROOT / "pyproject.toml", "--rootdir", tmp_path, tmp_path),
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=HANG_SECONDS,
        check=False,
    )


@pytest.mark.parametrize("hangs", HANGING.values(), ids=HANGING)
def test_a_hanging_test_ends_with_a_report_and_its_teardown(tmp_path, hangs):
    told = run_with_one_that(hangs, tmp_path)

    assert told.returncode == 1, told.stdout + told.stderr
    assert "test_hangs hung for 1 s" in told.stdout
    assert "the stack was stopped" in told.stdout
    assert "1 failed, 1 passed" in told.stdout


def test_one_that_never_returns_to_python_ends_the_process_with_a_report(tmp_path):
    told = run_with_one_that("sum(itertools.repeat(1))", tmp_path, IMPATIENT)

    assert told.returncode == 1, told.stdout + told.stderr
    assert "Timeout (0:00:02)!" in told.stderr
    assert "in test_hangs" in told.stderr
