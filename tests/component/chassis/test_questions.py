"""A question runs at most once, whatever breaks; and what must not wait has workers of its own."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any

import eventlet
import pytest
from eventlet.event import Event as Signal

from chassis.inbox import Batch
from chassis.intake import DurableAsk, takes
from chassis.questions import Lane
from chassis.rpc import answers, caller
from chassis.service import Service, readiness_of
from contracts.errors import ServiceUnavailable
from services.accounts.service import AccountsService
from tests.architecture.source import CLASSES
from tests.builders.broker import cut_connections, depth, frozen
from tests.builders.sealing import IntakeSettings, hand_out_key
from tests.builders.waiting import HANG_SECONDS, soon
from tools.flows import entrypoints

WORKERS = 2
PLACES = WORKERS + 4 * WORKERS
QUICK = Lane("quick", workers=1, waiting=1)


class InnClient:
    """Asks the inn."""

    service = "inn"
    errors = ()

    def __init__(self, call: Any) -> None:
        self.call = call


class House:
    """What is begun in the inn, and the gate that those who stay overnight wait at."""

    def __init__(self) -> None:
        self.begun: Counter[str] = Counter()
        self.gate = Signal()

    def stay(self, guest: str) -> str:
        self.begun[guest] += 1
        self.gate.wait()
        return guest

    def open(self) -> None:
        if not self.gate.ready():
            self.gate.send(True)


def inn(house: House) -> type[Service]:
    class Inn(Service):
        name = "inn"
        ask = DurableAsk("inn.intake", service="inn", settings=IntakeSettings)

        @answers
        def stay(self, guest):
            return house.stay(guest)

        @answers(lane=QUICK)
        def look(self, guest):
            return house.begun[guest]

        @answers(lane=QUICK)
        def stay_quickly(self, guest):
            return house.stay(guest)

        @takes("inn.intake", batch=Batch(10, 20), settings=IntakeSettings)
        def record(self, bodies):
            return [{"recorded": body["no"]} for body in bodies]

    return Inn


@pytest.fixture
def house():
    found = House()
    yield found
    found.open()


@pytest.fixture
def ask(wire):
    return caller(wire, InnClient, HANG_SECONDS)


@pytest.fixture(autouse=True)
def intake_key(tmp_path, monkeypatch):
    """The key that the inn's intake is sealed with."""
    hand_out_key(tmp_path, monkeypatch)


@pytest.fixture
def full(house, run, ask):
    """The inn with every worker and every waiting place of its ordinary lane taken."""
    container = run(inn(house), max_workers=WORKERS)
    asked = [eventlet.spawn(ask, "stay", guest=str(n)) for n in range(PLACES)]
    soon(lambda: sum(house.begun.values()) == WORKERS)
    soon(lambda: places_held(container) == PLACES)
    return SimpleNamespace(container=container, asked=asked)


def places_held(container: Any) -> int:
    (questions,) = (part for part in container.extensions if hasattr(part, "stop_taking"))
    return questions._places["questions"]._held


def durable(container: Any) -> Any:
    (found,) = (part for part in container.extensions if isinstance(part, DurableAsk))
    return found.ask


# -- lanes --------------------------------------------------------------------------------


def test_a_full_lane_holds_up_neither_another_lane_nor_the_intake(full, ask, house):
    assert ask("look", guest="0") == 1
    staying = eventlet.spawn(ask, "stay_quickly", guest="quick")
    soon(lambda: house.begun["quick"] == 1)
    assert durable(full.container)({"no": 7}) == {"recorded": 7}
    assert sum(house.begun.values()) == WORKERS + QUICK.workers

    house.open()
    assert [thread.wait() for thread in full.asked] == [str(n) for n in range(PLACES)]
    assert staying.wait() == "quick"


def test_the_last_place_waits_and_one_beyond_is_refused_while_all_others_still_wait(
    full, ask, house
):
    with pytest.raises(ServiceUnavailable) as refused:
        ask("stay", guest="too many")

    assert refused.value.details["service"] == "inn"
    assert not any(thread.dead for thread in full.asked)
    house.open()
    for thread in full.asked:
        thread.wait()
    assert house.begun["too many"] == 0
    assert set(house.begun.values()) == {1}
    assert ask("stay", guest="free again") == "free again"


def test_a_full_lane_of_its_own_leaves_the_ordinary_one_alone(house, run, ask, wire):
    run(inn(house), max_workers=WORKERS)
    waiting = [eventlet.spawn(ask, "stay_quickly", guest=str(n)) for n in range(2)]
    soon(lambda: house.begun["0"] + house.begun["1"] == 1)

    with pytest.raises(ServiceUnavailable):
        caller(wire, InnClient, 0.3)("look", guest="0")  # full: at once or never

    asking = eventlet.spawn(ask, "stay", guest="ordinary")
    soon(lambda: house.begun["ordinary"] == 1)
    house.open()
    assert asking.wait() == "ordinary"
    for thread in waiting:
        thread.wait()


def test_the_look_up_of_sessions_has_a_lane_of_its_own():
    lanes = {name: each.lane for name, each in entrypoints(AccountsService, answers)}

    own = lanes.pop("find_sessions")
    assert own not in lanes.values()


# -- at most once -------------------------------------------------------------------------


def test_a_broken_connection_runs_nothing_twice_and_loses_nothing_that_was_not_begun(
    full, house, infrastructure, vhost
):
    cut_connections(infrastructure, vhost)
    soon(lambda: readiness_of(full.container).report()["state"] == "ready")
    soon(lambda: places_held(full.container) == PLACES)  # what waited was delivered again

    house.open()

    soon(lambda: len(house.begun) == PLACES)
    assert set(house.begun.values()) == {1}


def test_a_question_in_hand_dies_with_its_process_and_is_not_run_again(
    house, run, wire, channel, ask
):
    container = run(inn(house), max_workers=WORKERS)
    asking = eventlet.spawn(caller(wire, InnClient, 5.0), "stay", guest="lost")
    soon(lambda: house.begun["lost"] == 1)
    container.kill()

    run(inn(house), max_workers=WORKERS)

    with pytest.raises(ServiceUnavailable):
        asking.wait()
    assert ask("look", guest="lost") == 1
    assert depth(channel, "rpc-inn") == 0


def test_a_question_is_not_begun_before_the_broker_has_heard_of_it(house, run, ask, infrastructure):
    run(inn(house), max_workers=1)
    first = eventlet.spawn(ask, "stay", guest="first")
    soon(lambda: house.begun["first"] == 1)
    second = eventlet.spawn(ask, "stay", guest="second")
    eventlet.sleep(0.2)  # it is delivered, and waits for the one worker

    with frozen(infrastructure):
        eventlet.sleep(0.2)  # its threads stop one after the other
        house.open()
        eventlet.sleep(0.5)
        assert house.begun["second"] == 0

    assert (first.wait(), second.wait()) == ("first", "second")
    assert house.begun == {"first": 1, "second": 1}


def test_a_stopping_service_gives_back_what_it_has_not_begun(full, house, run, ask):
    stopping = eventlet.spawn(full.container.stop)
    run(inn(house), max_workers=PLACES)
    soon(lambda: len(house.begun) == PLACES)

    house.open()

    stopping.wait()
    assert sorted(thread.wait() for thread in full.asked) == sorted(map(str, range(PLACES)))
    assert set(house.begun.values()) == {1}


SERVICES = [cls for cls in CLASSES if list(entrypoints(cls, answers))]


@pytest.mark.parametrize("cls", SERVICES, ids=lambda cls: cls.name)
def test_every_question_of_a_service_runs_once_though_the_connection_breaks(
    cls, house, run, wire, infrastructure, vhost
):
    """Its names and lanes are the service's own; what they do is only to be counted."""

    def counted(name: str) -> Any:
        def method(self):
            return house.stay(name)

        method.__name__ = name
        return method

    asked = dict(entrypoints(cls, answers))
    methods = {name: answers(lane=each.lane)(counted(name)) for name, each in asked.items()}
    double = type(cls.__name__, (Service,), {"name": cls.name, **methods})
    client = type("Client", (InnClient,), {"service": cls.name})
    container = run(double, max_workers=len(asked))
    for name in asked:
        eventlet.spawn(caller(wire, client, HANG_SECONDS), name)
    soon(lambda: len(house.begun) == len(asked))

    cut_connections(infrastructure, vhost)
    soon(lambda: readiness_of(container).report()["state"] == "ready")
    house.open()

    soon(lambda: wire.is_up)
    last = next(iter(asked))  # behind whatever would have been delivered again
    assert caller(wire, client, HANG_SECONDS)(last) == last
    assert house.begun == dict.fromkeys(asked, 1) | {last: 2}
