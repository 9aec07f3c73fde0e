"""The clock passes steadily, whatever happens to the machine's wall clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from chassis.clock import SteadyClock

NOON = datetime(2026, 9, 30, 12, tzinfo=UTC)
HOUR = 3_600.0


@dataclass
class Machine:
    """A machine's two clocks: one that anybody can set, one that only counts."""

    wall: float = NOON.timestamp()
    passed: float = 1_000.0

    def pass_by(self, seconds: float) -> None:
        self.wall += seconds
        self.passed += seconds

    def clock(self) -> SteadyClock:
        return SteadyClock(
            lambda: round(self.wall * 1e6) * 1_000, lambda: round(self.passed * 1e6) * 1_000
        )


@pytest.fixture
def machine():
    return Machine()


@pytest.fixture
def clock(machine):
    return machine.clock()


def test_it_begins_with_the_wall_clock_and_passes_with_it(machine, clock):
    machine.pass_by(90.0)

    assert clock.now() == NOON + timedelta(seconds=90)
    assert clock.difference_seconds() == pytest.approx(0, abs=1e-5)


def test_it_keeps_milliseconds_only(machine, clock):
    machine.pass_by(0.1234)

    assert clock.now() == NOON + timedelta(milliseconds=123)


@pytest.mark.parametrize("step", [-HOUR, HOUR, -0.6, 0.6])
def test_a_wall_clock_that_was_set_is_not_followed(machine, clock, step):
    machine.wall += step
    clock.now()
    machine.pass_by(HOUR)

    assert clock.now() == NOON + timedelta(hours=1)
    assert clock.difference_seconds() == pytest.approx(step, abs=1e-3)


def test_it_is_told_once_that_the_wall_clock_was_set_and_once_that_it_is_back(machine, clock):
    with capture_logs() as lines:
        machine.wall -= HOUR
        clock.now()
        clock.now()
        machine.wall += HOUR
        clock.now()
        clock.now()

    assert [(line["log_level"], line["event"], line.get("seconds")) for line in lines] == [
        ("error", "wall_clock_stepped", -HOUR),
        ("info", "wall_clock_agrees_again", None),
    ]


@pytest.mark.parametrize("drift", [-0.3, 0.3])
def test_a_small_difference_is_followed_slowly_and_never_back(machine, clock, drift):
    machine.wall += drift
    seen = []
    for _ in range(400):
        machine.pass_by(1.0)
        seen.append(clock.now())

    assert seen == sorted(seen)
    assert seen[0] - NOON == timedelta(seconds=1 + drift / abs(drift) / 1_000)
    assert seen[-1] == NOON + timedelta(seconds=400 + drift)


def test_time_goes_on_while_the_process_is_frozen(machine, clock):
    machine.pass_by(40.0)  # nobody asked meanwhile

    assert clock.now() == NOON + timedelta(seconds=40)
