"""Killing or freezing a part while filings come in loses nothing, doubles nothing, hangs nobody."""

import os
import signal
import time

import pytest

from tests.faults.conftest import SECOND_GATEWAY
from tests.length import FROZEN, FROZEN_SECONDS, KILLED

GATEWAYS = ("gateway", SECOND_GATEWAY)


@pytest.mark.parametrize("program", KILLED)
def test_killed(stack, second_gateway, during_load, program):
    with during_load(at_gateways=program in GATEWAYS):
        if program == SECOND_GATEWAY:
            second_gateway.kill()
            second_gateway.start()
        else:
            stack.kill(program)


@pytest.mark.parametrize("seconds", FROZEN_SECONDS)
@pytest.mark.parametrize("program", FROZEN)
def test_frozen(during_load, pid_of, program, seconds):
    """A frozen gateway cannot keep its own deadline: an officer gives it the 8 s that are stated
    and then has the answer of the other one.
    """
    with during_load(at_gateways=program in GATEWAYS):
        pid = pid_of(program)
        os.kill(pid, signal.SIGSTOP)
        try:
            time.sleep(seconds)  # the fault itself: nothing is awaited
        finally:
            os.kill(pid, signal.SIGCONT)
