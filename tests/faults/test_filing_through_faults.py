"""Stopping a part in the middle of filing loses nothing, doubles nothing and hangs nobody."""

import signal
import time

import pytest

from tests.faults.load import Load, check, check_figures

# A filing's longest way: 2 s to know who asks, 4 s for the confirm and the answer, and the body.
# What else an officer asks for (a status, after 202) has 5 s for its answer.
LONGEST_SECONDS = 8.0
FROZEN_SECONDS = 20.0
OFFICERS = 24
MEANWHILE = 150


@pytest.fixture
def load(country):
    return Load(country, country.open_round()).start(country.officers[:OFFICERS])


@pytest.fixture
def prove(stack, load, write_down):
    """Let the load go on after the fault, then hold what it was told against what is kept."""
    began = time.monotonic()

    def hold():
        load.wait_for(MEANWHILE)
        load.stop()
        check(load)
        check_figures(load)
        stack.wait_ready()
        write_down(
            accepted=load.accepted,
            seconds=round(time.monotonic() - began, 1),
            answers=load.answers,
            slowest_seconds=round(load.slowest_seconds, 2),
        )
        assert load.slowest_seconds < LONGEST_SECONDS

    return hold


@pytest.mark.parametrize("program", ["rabbitmq", "mongod", "reports", "accounts", "aggregation"])
def test_killed(stack, load, prove, program):
    load.wait_for(MEANWHILE)

    stack.kill(program, signal.SIGKILL)

    prove()


@pytest.mark.parametrize("program", ["rabbitmq", "mongod", "reports"])
def test_frozen_for_twenty_seconds(stack, load, prove, program):
    load.wait_for(MEANWHILE)

    stack.kill(program, signal.SIGSTOP)
    try:
        time.sleep(FROZEN_SECONDS)  # the fault itself: nothing is awaited
    finally:
        stack.kill(program, signal.SIGCONT)

    prove()
