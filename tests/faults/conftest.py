"""Two gateways, officers at work through a fault, and what is held against them afterwards."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

import pytest

from tests.builders.country import Country
from tests.builders.processes import Gateway, resident_mib, running
from tests.builders.waiting import HANG_SECONDS, soon
from tests.faults.checks import check_figures, check_ledger, check_queues
from tests.faults.load import LONGEST_SECONDS, Load
from tests.length import IN_FULL
from tools.fault_figures import FIGURES
from tools.programs import SERVICES
from tools.stack import Stack

OFFICERS = 24
MEANWHILE = 150 if IN_FULL else 48
MEMORY_ALLOWANCE_MIB = 64.0
SECOND_GATEWAY = "second gateway"


DuringLoad = Callable[..., AbstractContextManager[Load]]


@pytest.fixture(scope="session")
def stack(infrastructure: Stack, operator_password: str) -> Stack:
    """Every process running and ready, as patient as where it is deployed."""
    site = infrastructure.site
    usual = {**site.more_environment, "SUCHARIT_PATIENCE": "1"}
    stack = Stack(site.state, site.port, usual, site.data)
    stack.up(operator_password)
    return stack


@pytest.fixture(scope="session")
def second_gateway(country: Country, stack: Stack) -> Iterator[Gateway]:
    """A gateway beside the stack's; a test that stops it leaves it ready again."""
    gateway = Gateway(stack, port=40, ops=41)
    with running(gateway):
        yield gateway


@pytest.fixture
def pid_of(stack: Stack, second_gateway: Gateway) -> Callable[[str], int]:
    """The pid of a program by its name, now."""

    def pid(program: str) -> int:
        return second_gateway.pid if program == SECOND_GATEWAY else stack.pid(program)

    return pid


@pytest.fixture
def write_down(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Append the figures of a run to `.local/out/faults.jsonl`, for people."""

    def write(**figures: object) -> None:
        FIGURES.parent.mkdir(parents=True, exist_ok=True)
        with FIGURES.open("a") as file:
            file.write(json.dumps({"run": request.node.name, **figures}) + "\n")

    return write


@pytest.fixture
def during_load(
    stack: Stack,
    country: Country,
    second_gateway: Gateway,
    pid_of: Callable[[str], int],
    write_down: Callable[..., None],
) -> DuringLoad:
    """Have officers file before, during and after a fault, then hold told against kept.

    Nobody waits longer than `slowest_seconds` for an answer, and some times what it takes on this
    machine before the fault. A gateway that is killed or frozen cannot answer at all: with
    `at_gateways` the fault is there, officers may be cut off or give up after LONGEST_SECONDS, and
    have their answer from the other gateway in twice that time. `absent` is a program of the stack
    that does not run when it begins.
    """
    ours = [*(service.name for service in SERVICES), SECOND_GATEWAY]
    others = ["rabbitmq", "mongod"]  # whose memory is their own affair: it is only written down

    def memory(absent: str) -> dict[str, float]:
        programs = [program for program in (*others, *ours) if program != absent]
        return {program: round(resident_mib(pid_of(program)), 1) for program in programs}

    def is_back(before: dict[str, float], absent: str) -> bool:
        after = memory(absent)
        grown = {name: mib - before[name] for name, mib in after.items() if name not in others}
        return max(grown.values()) <= MEMORY_ALLOWANCE_MIB

    @contextmanager
    def during(
        gateways: Sequence[str] = (),
        *,
        at_gateways: bool = False,
        slowest_seconds: float = LONGEST_SECONDS,
        absent: str = "",
    ) -> Iterator[Load]:
        began = time.monotonic()
        load = Load(
            country,
            country.open_round(),
            gateways or (stack.url, second_gateway.url),
            patience_seconds=LONGEST_SECONDS if at_gateways else HANG_SECONDS,
        )
        load.start(country.officers[:OFFICERS])
        try:
            load.wait_for(MEANWHILE)
            before = memory(absent)
            load.note_usual()
            yield load
            load.wait_for(MEANWHILE)
        finally:
            load.stop()
        stack.wait_ready()
        check_ledger(load)
        check_figures(load)
        check_queues(stack)
        soon(lambda: is_back(before, absent))
        tally, after = load.tally, memory(absent)
        write_down(
            accepted=load.accepted,
            answers=dict(sorted(tally.answers.items())),
            slowest_answer_seconds=round(tally.slowest_answer_seconds, 2),
            slowest_to_answer_seconds=round(tally.slowest_to_answer_seconds, 2),
            broken_off=tally.broken_off,
            given_up=tally.given_up,
            seconds=round(time.monotonic() - began, 1),
            memory_mib={name: [before[name], after[name]] for name in before},
        )
        if at_gateways:  # a single request is bounded by the officer's own patience
            assert tally.slowest_to_answer_seconds < load.longest_seconds(2 * LONGEST_SECONDS)
        else:
            assert tally.slowest_answer_seconds < load.longest_seconds(slowest_seconds)
            assert (tally.broken_off, tally.given_up) == (0, 0)

    return during
