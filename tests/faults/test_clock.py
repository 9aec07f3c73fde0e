"""The wall clock of one gateway is set while it runs: every accepted time stays the true one."""

import httpx
import pytest

from tests.builders.processes import Gateway, running
from tests.builders.waiting import soon

FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
HOUR = 3_600
NOTICED_SECONDS = 60.0
MEANWHILE = 100


@pytest.fixture
def wall(tmp_path):
    """How many seconds the gateway's wall clock is ahead of the machine's; a file says it."""
    file = tmp_path / "wall"

    def set_to(seconds):
        fresh = file.with_suffix(".new")
        fresh.write_text(f"{seconds:+d}\n")
        fresh.replace(file)

    set_to(0)
    set_to.file = file
    return set_to


@pytest.fixture
def gateway(stack, second_gateway, wall):
    environment = {
        "LD_PRELOAD": FAKETIME,
        "FAKETIME_TIMESTAMP_FILE": str(wall.file),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    gateway = Gateway(stack, port=45, ops=46, environment=environment)
    with running(gateway):
        yield gateway


def seconds_apart(gateway):
    """How far the gateway itself says its wall clock is ahead."""
    page = httpx.get(f"{gateway.ops_url}/metrics", trust_env=False).text
    (line,) = (line for line in page.splitlines() if line.startswith("clock_difference_seconds "))
    return float(line.split()[1])


@pytest.mark.parametrize("step", [-HOUR, HOUR], ids=["back", "forward"])
def test_setting_a_clock_makes_no_filing_early_or_late(
    gateway, second_gateway, wall, during_load, step
):
    with during_load([gateway.url, second_gateway.url]) as load:
        wall(step)
        soon(lambda: abs(seconds_apart(gateway) - step) < NOTICED_SECONDS)
        load.wait_for(MEANWHILE)
        wall(0)
        soon(lambda: abs(seconds_apart(gateway)) < 1.0)
