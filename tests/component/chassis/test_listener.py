"""A listener hears each event of its kind, live or of a trial, and parks what is none."""

from __future__ import annotations

import uuid

import orjson
import pytest
from prometheus_client import REGISTRY

from chassis import topology
from chassis.clock import now
from chassis.inbox import Batch
from chassis.listener import listens, overhears
from chassis.log import correlation_id
from chassis.service import Service
from contracts.events import routing_key, seal
from tests.builders.broker import cut_connections, depth
from tests.builders.parrot.service import ThingMadeV1
from tests.builders.waiting import HANG_SECONDS, soon

QUEUE = "ears.parrot.thing_made.v1"


@pytest.fixture
def announce(wire):
    """Publish things as their relay does; the body may be another."""

    def publish(*things, body=None):
        for thing in things:
            event = ThingMadeV1(thing=thing)
            envelope = seal(
                event, event_id=uuid.uuid4().hex, at=now(), correlation_id=f"because-{thing}"
            )
            wire.send(
                body or orjson.dumps(event.facts()),
                exchange=topology.EVENTS_EXCHANGE,
                routing_key=routing_key(event),
                headers=envelope.headers(),
                message_id=envelope.id,
            ).confirmed(HANG_SECONDS)

    return publish


def test_an_event_is_heard_with_its_envelope_and_correlation(run, announce):
    heard = []

    class Ears(Service):
        name = "ears"

        @listens(ThingMadeV1)
        def hear(self, one):
            heard.append((one.event, one.envelope.subject, correlation_id.get()))

    run(Ears)
    announce("egg", "nest")

    soon(lambda: len(heard) == 2)
    assert heard == [
        (ThingMadeV1(thing="egg"), "egg", "because-egg"),
        (ThingMadeV1(thing="nest"), "nest", "because-nest"),
    ]


def test_a_batch_is_heard_as_a_list(run, announce):
    heard = []

    class Ears(Service):
        name = "ears"

        @listens(ThingMadeV1, batch=Batch(10, 20))
        def hear(self, several):
            heard.extend(one.event.thing for one in several)

    run(Ears)
    announce(*"abc")

    soon(lambda: len(heard) == 3)
    assert heard == ["a", "b", "c"]


def test_what_is_no_such_event_is_parked_and_the_rest_is_heard(run, announce, channel):
    heard = []

    class Ears(Service):
        name = "ears"

        @listens(ThingMadeV1)
        def hear(self, one):
            heard.append(one.event.thing)

    run(Ears)
    for body in (b"{", b"[]", b'"text"', b'{"thing":7}', b"{}"):
        announce("bad", body=body)
    announce("good")

    soon(lambda: heard == ["good"])
    soon(lambda: depth(channel, topology.parked(QUEUE)) == 5)


def test_a_handler_with_a_bug_parks_the_event(run, announce, channel):
    heard = []

    class Ears(Service):
        name = "ears"

        @listens(ThingMadeV1)
        def hear(self, one):
            if one.event.thing == "bad":
                raise KeyError("a bug")
            heard.append(one.event.thing)

    run(Ears)
    announce("bad", "good")

    soon(lambda: heard == ["good"])
    soon(lambda: depth(channel, topology.parked(QUEUE)) == 1)


def test_events_wait_for_a_listener_that_is_away(run, announce):
    heard = []

    class Ears(Service):
        name = "ears"

        @listens(ThingMadeV1)
        def hear(self, one):
            heard.append(one.event.thing)

    run(Ears).stop()
    announce("meanwhile")
    assert heard == []
    run(Ears)

    soon(lambda: heard == ["meanwhile"])


def test_who_overhears_is_told_to_forget_whenever_it_may_have_missed_something(
    run, announce, infrastructure, vhost, wire
):
    heard = []

    class Ears(Service):
        name = "ears"

        @overhears(ThingMadeV1)
        def overhear(self, one):
            heard.append(one and one.event.thing)

    run(Ears)
    announce("egg")
    soon(lambda: heard == [None, "egg"])

    cut_connections(infrastructure, vhost)

    soon(lambda: heard == [None, "egg", None])
    soon(lambda: wire.is_up)
    announce("nest")
    soon(lambda: heard == [None, "egg", None, "nest"])


def test_the_depth_of_a_queue_is_shown_beside_one_who_only_overhears(run, monkeypatch):
    monkeypatch.setattr("chassis.service.DEPTH_EVERY_SECONDS", 0.1)  # to wait no longer than needed

    class Ears(Service):
        name = "ears"

        @listens(ThingMadeV1)
        def hear(self, one): ...

        @overhears(ThingMadeV1)
        def overhear(self, one): ...

    run(Ears)

    soon(lambda: REGISTRY.get_sample_value("queue_messages", {"queue": QUEUE}) == 0)
