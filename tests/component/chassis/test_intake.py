"""A durable ask is safe once it returns, answered or not."""

from __future__ import annotations

import eventlet
import pytest
from prometheus_client import REGISTRY
from pymongo.errors import AutoReconnect

from chassis import topology
from chassis.inbox import Batch
from chassis.intake import DurableAsk, takes
from chassis.seals import SEAL_HEADER, Seals
from chassis.service import Service
from contracts.errors import ServiceUnavailable
from tests.builders.broker import depth, frozen
from tests.builders.sealing import IntakeSettings, hand_out_key
from tests.builders.waiting import HANG_SECONDS, soon

QUEUE = "shop.intake"


class Customer(Service):
    name = "customer"
    durable = DurableAsk(QUEUE, service="shop", settings=IntakeSettings)


@pytest.fixture(autouse=True)
def seals(tmp_path, monkeypatch):
    """The seals that customer and shop make and know."""
    return Seals(hand_out_key(tmp_path, monkeypatch))


@pytest.fixture
def ask(run):
    """The durable ask of a running customer."""
    (durable,) = (part for part in run(Customer).extensions if isinstance(part, DurableAsk))
    return durable.ask


def shop(take):
    class Shop(Service):
        name = "shop"

        @takes(QUEUE, batch=Batch(10, 20), settings=IntakeSettings)
        def serve(self, bodies):
            return take(bodies)

    return Shop


def test_an_ask_is_answered_when_its_work_is_done(run, ask):
    run(shop(lambda bodies: [{"sold": body["no"]} for body in bodies]))

    assert [ask({"no": n}) for n in range(3)] == [{"sold": n} for n in range(3)]


def test_without_a_taker_the_ask_is_durable_and_unanswered_in_time(run, ask, channel, monkeypatch):
    monkeypatch.setattr("chassis.intake.ANSWER_SECONDS", 0.5)  # to wait no longer than needed
    topology.declare_intake(channel, QUEUE)

    answer = ask({"no": 1})

    assert answer is None
    assert depth(channel, QUEUE) == 1
    taken = []
    run(shop(lambda bodies: taken.extend(bodies) or [{} for _ in bodies]))
    soon(lambda: taken == [{"no": 1}])


def test_while_the_taker_is_away_only_the_first_waits_to_the_end(run, ask, channel, monkeypatch):
    monkeypatch.setattr("chassis.intake.ANSWER_SECONDS", 0.2)
    topology.declare_intake(channel, QUEUE)
    ask({"no": 1})
    monkeypatch.setattr("chassis.intake.ANSWER_SECONDS", 2 * HANG_SECONDS)

    with eventlet.Timeout(HANG_SECONDS):
        answer = ask({"no": 2})

    assert answer is None
    assert depth(channel, QUEUE) == 2
    run(shop(lambda bodies: [{"sold": body["no"]} for body in bodies]))
    soon(lambda: ask({"no": 3}) == {"sold": 3})


def test_an_ask_that_no_queue_takes_is_refused_at_once(ask):
    with pytest.raises(ServiceUnavailable) as refused:
        ask({"no": 1})

    assert refused.value.details["service"] == "shop"


def test_a_frozen_broker_is_told_within_the_time_of_a_confirm(
    infrastructure, ask, channel, monkeypatch
):
    monkeypatch.setattr("chassis.intake.CONFIRM_SECONDS", 0.2)  # to wait no longer than needed
    monkeypatch.setattr("chassis.intake.ANSWER_SECONDS", 2 * HANG_SECONDS)
    topology.declare_intake(channel, QUEUE)

    with frozen(infrastructure), eventlet.Timeout(HANG_SECONDS), pytest.raises(ServiceUnavailable):
        ask({"no": 1})


def test_an_ask_given_again_after_an_outage_is_answered(run, ask):
    given = []

    def take(bodies):
        given.append(bodies)
        if len(given) == 1:
            raise AutoReconnect("gone")
        return [{"times": len(given)} for _ in bodies]

    run(shop(take))

    assert ask({"no": 1}) == {"times": 2}
    assert given == [[{"no": 1}], [{"no": 1}]]


def test_the_same_ask_twice_is_answered_twice(run, ask):
    run(shop(lambda bodies: [{"sold": body["no"]} for body in bodies]))

    assert ask({"no": 7}) == ask({"no": 7}) == {"sold": 7}


def test_what_is_no_object_is_parked_and_the_rest_is_served(run, ask, seals, wire, channel):
    run(shop(lambda bodies: [{} for _ in bodies]))
    for body in (b"[]", b"{", b"1"):
        seal = {SEAL_HEADER: seals.make(QUEUE, body)}
        wire.send(body, exchange="", routing_key=QUEUE, message_id="1", headers=seal).confirmed(
            HANG_SECONDS
        )

    assert ask({"no": 1}) == {}
    soon(lambda: depth(channel, topology.parked(QUEUE)) == 3)


def test_what_no_filler_has_sealed_is_parked_and_counted(run, ask, seals, wire, channel):
    taken = []
    run(shop(lambda bodies: taken.extend(bodies) or [{} for _ in bodies]))
    before = forged()
    body = b'{"no":2}'
    for headers in (
        {},
        {SEAL_HEADER: ""},
        {SEAL_HEADER: Seals(b"x" * 32).make(QUEUE, body)},
        {SEAL_HEADER: seals.make("other.intake", body)},
        {SEAL_HEADER: seals.make(QUEUE, b'{"no":1}')},
    ):
        wire.send(body, exchange="", routing_key=QUEUE, message_id="1", headers=headers).confirmed(
            5
        )

    assert ask({"no": 1}) == {}
    soon(lambda: depth(channel, topology.parked(QUEUE)) == 5)
    assert taken == [{"no": 1}]
    assert forged() - before == 5


def test_a_taker_knows_the_seals_of_the_key_before(run, ask, tmp_path, monkeypatch):
    before = tmp_path / "intake.hex"
    (tmp_path / "old").mkdir()
    before.rename(tmp_path / "old" / "intake.hex")
    hand_out_key(tmp_path, monkeypatch, b"m" * 32)
    monkeypatch.setenv("INTAKE_INTAKE_OLD_KEYS", str(tmp_path / "old"))

    run(shop(lambda bodies: [{"sold": body["no"]} for body in bodies]))

    assert ask({"no": 1}) == {"sold": 1}


def forged():
    return REGISTRY.get_sample_value("intake_forged_total", {"queue": QUEUE}) or 0
