"""What is stored with its event gets out, once or more, whatever is lost on the way."""

from __future__ import annotations

import eventlet
import orjson
import pytest

from chassis import topology
from chassis.connection import open_connection
from chassis.outbox import Outbox, Undeclared
from contracts.events import Event, MalformedEvent
from tests.builders.broker import frozen
from tests.builders.parrot.service import ThingMadeV1, Things
from tests.builders.waiting import HANG_SECONDS, soon


class ThingLostV1(Event):
    """Nobody announces this one."""

    source, name, version = "parrot", "thing_lost", 1

    thing: str


@pytest.fixture
def heard(channel):
    """All things announced since this was last asked."""
    topology.declare_listener(channel, "ears", ThingMadeV1.key())

    def take():
        found = iter(lambda: channel.basic_get("ears", no_ack=True), None)
        return [ThingMadeV1.read(orjson.loads(message.body)).thing for message in found]

    return take


@pytest.fixture
def outbox(wire):
    found = Outbox(wire, [ThingMadeV1])
    yield found
    found.stop()


@pytest.fixture
def things(database, outbox):
    return Things(database, outbox)


def test_a_stored_event_is_out_without_a_sweep(database, outbox, things, heard, monkeypatch):
    monkeypatch.setattr("chassis.outbox.LEFT_BEHIND_SECONDS", 2 * HANG_SECONDS)
    outbox.relay_from(database, Things.outboxes)

    things.keep("egg")

    soon(lambda: heard() == ["egg"])
    soon(lambda: things.unsent() == 0)


@pytest.fixture
def eager(monkeypatch):
    """A sweep that does not first leave time to the nudge, as a test has none to lose."""
    monkeypatch.setattr("chassis.outbox.LEFT_BEHIND_SECONDS", 0.0)
    monkeypatch.setattr("chassis.outbox.SWEEP_SECONDS", 0.2)


def test_what_a_crash_left_behind_is_found_by_the_sweep(database, outbox, things, heard, eager):
    things.keep("egg", nudging=False)
    assert heard() == []

    outbox.relay_from(database, Things.outboxes)

    soon(lambda: heard() == ["egg"])
    soon(lambda: things.unsent() == 0)


def test_a_sweep_leaves_alone_what_the_nudge_is_about_to_send(outbox, database, things, heard):
    outbox.relay_from(database, ())
    things.keep("egg", nudging=False)

    assert outbox.sweep("things", older_than_seconds=5) == 0
    assert heard() == []


def test_an_entry_is_kept_until_the_broker_has_confirmed(
    infrastructure, database, outbox, things, heard, wire, monkeypatch
):
    monkeypatch.setattr("chassis.outbox.CONFIRM_SECONDS", 1.0)
    many = {
        f"thing {n}" for n in range(2 * int(HANG_SECONDS))
    }  # it would hang if each were waited for
    outbox.relay_from(database, ())
    with frozen(infrastructure):
        for thing in many:
            things.keep(thing, nudging=False)
        with eventlet.Timeout(HANG_SECONDS):
            assert outbox.sweep("things", older_than_seconds=0) == 0
        assert things.unsent() == len(many)

    soon(lambda: wire.is_up)
    assert outbox.sweep("things", older_than_seconds=0) == len(many)
    assert things.unsent() == 0
    assert set(heard()) == many


def test_nothing_is_lost_while_the_broker_is_down(
    infrastructure, database, outbox, things, channel, eager, amqp_uri
):
    topology.declare_listener(channel, "ears", ThingMadeV1.key())
    outbox.relay_from(database, Things.outboxes)
    infrastructure.stop("rabbitmq")
    for n in range(50):
        things.keep(f"thing {n}")
    infrastructure.start("rabbitmq")
    infrastructure.wait_ready("rabbitmq")

    soon(lambda: things.unsent() == 0)
    with open_connection(amqp_uri) as connection:
        reading = connection.channel()
        found = iter(lambda: reading.basic_get("ears", no_ack=True), None)
        assert {orjson.loads(message.body)["thing"] for message in found} == {
            f"thing {n}" for n in range(50)
        }


def test_events_before_any_listener_wait_until_there_is_one(database, outbox, things, channel):
    outbox.relay_from(database, ())
    things.keep("egg", nudging=False)
    assert outbox.sweep("things", older_than_seconds=0) == 0
    assert things.unsent() == 1

    topology.declare_listener(channel, "ears", ThingMadeV1.key())

    assert outbox.sweep("things", older_than_seconds=0) == 1
    assert things.unsent() == 0


def test_two_processes_sweep_the_same_events_out_at_least_once(database, things, wire, heard):
    for n in range(200):
        things.keep(f"thing {n}", nudging=False)
    both = [Outbox(wire, [ThingMadeV1]) for _ in range(2)]
    for each in both:
        each.relay_from(database, ())
    sweeps = [eventlet.spawn(each.sweep, "things", older_than_seconds=0) for each in both]
    for sweep in sweeps:
        sweep.wait()
    for each in both:
        each.stop()

    assert things.unsent() == 0
    assert set(heard()) == {f"thing {n}" for n in range(200)}


def test_an_undeclared_event_is_refused_before_anything_is_stored(outbox):
    with pytest.raises(Undeclared, match="ThingLostV1"):
        outbox.seal([ThingLostV1(thing="egg")])


def test_a_malformed_event_is_refused_before_anything_is_stored(outbox):
    with pytest.raises(MalformedEvent, match="thing"):
        outbox.seal([ThingMadeV1(thing=7)])
