"""A listener that is bound to nothing is noticed, bound again, and given what passed it by."""

from __future__ import annotations

from types import SimpleNamespace

import eventlet
import pytest
from eventlet.event import Event as Signal
from prometheus_client import REGISTRY

from chassis import topology
from chassis.listener import listens, overhears
from chassis.mongo import Kept
from chassis.rpc import answers, caller
from chassis.service import Service, readiness_of
from contracts.errors import ServiceUnavailable
from tests.builders.broker import depth
from tests.builders.parrot.service import Parrot, ThingMadeV1
from tests.builders.waiting import soon
from tests.component.chassis.test_questions import InnClient

QUEUE = "ears.parrot.thing_made.v1"
KEY = "parrot.thing_made.v1"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """To wait no longer than needed."""
    monkeypatch.setattr("chassis.bindings.LOOK_SECONDS", 0.5)
    monkeypatch.setattr("chassis.bindings.HEARD_SECONDS", 1.0)


@pytest.fixture
def ears(run):
    """A running listener, and what it has heard."""
    heard = []

    class Ears(Service):
        name = "ears"

        @listens(ThingMadeV1)
        def hear(self, one):
            heard.append(one.event.thing)

    return SimpleNamespace(container=run(Ears), heard=heard)


@pytest.fixture
def things(database, run):
    """What a running parrot keeps and announces by its outbox."""
    (kept,) = (part for part in run(Parrot).extensions if isinstance(part, Kept))
    return kept.get_dependency(None)


def remove_exchange(channel):
    """And make it again with what leads to it and to the log, as an administrator does."""
    channel.exchange_delete(topology.EVENTS_EXCHANGE)
    topology.declare_events(channel)
    for service in ("ears", "parrot", "cache"):
        way = topology.way_out(service, topology.EVENTS_EXCHANGE)
        channel.exchange_declare(way, "topic", durable=True, auto_delete=False)
        channel.exchange_bind(topology.EVENTS_EXCHANGE, way, "#")


def remove_queue(channel):
    channel.queue_delete(QUEUE)


def remove_binding(channel):
    channel.queue_unbind(QUEUE, topology.EVENTS_EXCHANGE, f"{KEY}.#")


def checks(container):
    return readiness_of(container).report()["checks"]


def counted(name):
    return REGISTRY.get_sample_value(name, {"queue": QUEUE}) or 0


@pytest.mark.parametrize("remove", [remove_exchange, remove_queue, remove_binding])
def test_whatever_is_removed_events_are_heard_again_and_what_was_missed_arrives(
    ears, things, channel, remove
):
    things.keep("before")
    soon(lambda: ears.heard == ["before"])
    noticed = counted("listener_bound_again_total")

    remove(channel)
    for n in range(20):
        things.keep(f"missed {n}")

    soon(lambda: {f"missed {n}" for n in range(20)} <= set(ears.heard))
    soon(lambda: checks(ears.container)[QUEUE]["ok"])
    things.keep("after")
    soon(lambda: "after" in ears.heard)
    assert counted("listener_bound_again_total") == noticed + 1
    assert counted("listener_bound") == 1
    assert "bound again" in checks(ears.container)[QUEUE]["detail"]
    soon(lambda: things.unsent() == 0)


def test_who_is_bound_to_nothing_says_that_it_is_not_ready(ears, channel, monkeypatch):
    soon(lambda: counted("listener_bound") == 1)
    monkeypatch.setattr("chassis.topology.declare_listener", lambda *_: None)  # as if refused

    remove_binding(channel)

    soon(lambda: not checks(ears.container)[QUEUE]["ok"])
    assert "passed it by" in checks(ears.container)[QUEUE]["detail"]
    assert counted("listener_bound") == 0


def test_a_listener_that_is_busy_is_not_taken_for_an_unbound_one(run, things):
    go_on, begun = Signal(), []

    class Ears(Service):
        name = "ears"

        @listens(ThingMadeV1)
        def hear(self, one):
            begun.append(one.event.thing)
            go_on.wait()

    container = run(Ears)
    noticed = counted("listener_bound_again_total")
    things.keep("heavy")
    soon(lambda: begun)
    eventlet.sleep(6)  # several looks, none of them answered

    assert checks(container)[QUEUE]["ok"]
    go_on.send(None)
    things.keep("light")
    soon(lambda: begun == ["heavy", "light"])
    assert counted("listener_bound_again_total") == noticed


def test_a_cache_that_is_bound_to_nothing_forgets_what_it_knew_and_hears_again(
    run, things, channel
):
    heard = []

    class Cache(Service):
        name = "cache"

        @overhears(ThingMadeV1)
        def hear(self, one):
            heard.append(one and one.event.thing)

    run(Cache)
    soon(lambda: heard == [None])

    remove_exchange(channel)

    soon(lambda: heard.count(None) >= 2)
    things.keep("after")
    soon(lambda: "after" in heard)


def test_questions_and_answers_are_bound_again(run, wire, channel, monkeypatch):
    class Inn(Service):
        name = "inn"

        @answers
        def stay(self, guest):
            return guest

    # No setting: operators have no use for one.
    monkeypatch.setattr("chassis.connection.HEARTBEAT_SECONDS", 1)
    run(Inn)
    ask = caller(wire, InnClient, 1.0)
    assert ask("stay", guest="one") == "one"

    channel.queue_unbind("rpc-inn", topology.ANSWERS_EXCHANGE, "inn.*")

    def is_answered():
        try:
            return ask("stay", guest="two") == "two"
        except ServiceUnavailable:
            return False

    soon(is_answered)


def test_what_only_looks_is_no_event(ears, channel, wire):
    soon(lambda: counted("listener_bound") == 1)
    eventlet.sleep(1.5)

    assert ears.heard == []
    assert depth(channel, topology.parked(QUEUE)) == 0
