"""A listener that is bound to nothing is noticed, bound again, and given what passed it by."""

from __future__ import annotations

from types import SimpleNamespace

import amqp
import eventlet
import orjson
import pytest
from eventlet.event import Event as Signal
from prometheus_client import REGISTRY

from chassis import topology
from chassis.bindings import UNHEARD_BEFORE_LOST, Bindings
from chassis.listener import listens, overhears
from chassis.mongo import Kept
from chassis.rpc import answers, caller
from chassis.service import Service, readiness_of
from contracts.errors import ServiceUnavailable
from tests.builders.broker import depth
from tests.builders.parrot.service import Parrot, ThingMadeV1
from tests.builders.streams import read_stream
from tests.builders.waiting import HANG_SECONDS, soon
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
def parrot(database, run):
    return run(Parrot)


@pytest.fixture
def things(parrot):
    """What a running parrot keeps and announces by its outbox."""
    (kept,) = (part for part in parrot.extensions if isinstance(part, Kept))
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


def remove_binding_of_log(channel):
    channel.queue_unbind(topology.LOG_STREAM, topology.EVENTS_EXCHANGE, topology.LIVE_EVENTS)


def logged(amqp_uri):
    return {orjson.loads(body)["thing"] for _, body in read_stream(amqp_uri, topology.LOG_STREAM)}


def checks(container):
    return readiness_of(container).report()["checks"]


def counted(name, queue=QUEUE):
    return REGISTRY.get_sample_value(name, {"queue": queue}) or 0


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


def test_what_passed_the_log_by_is_in_it_as_soon_as_it_is_bound_again(
    ears, things, channel, amqp_uri
):
    soon(lambda: counted("listener_bound", topology.LOG_STREAM) == 1)
    noticed = counted("listener_bound_again_total", topology.LOG_STREAM)

    remove_binding_of_log(channel)
    for n in range(20):
        things.keep(f"missed {n}")  # the listener hears them

    soon(lambda: counted("listener_bound_again_total", topology.LOG_STREAM) == noticed + 1)
    things.keep("after")
    soon(lambda: things.unsent() == 0)
    assert logged(amqp_uri) == {"after", *(f"missed {n}" for n in range(20))}
    assert set(ears.heard) <= logged(amqp_uri)


def test_while_the_log_may_not_be_bound_events_wait_and_it_is_said_what_to_do(
    ears, parrot, things, channel, amqp_uri, monkeypatch
):
    def refuse(_):
        raise amqp.AccessRefused("as a service's own user is")

    soon(lambda: counted("listener_bound", topology.LOG_STREAM) == 1)
    with monkeypatch.context() as until:
        until.setattr(topology, "bind_log", refuse)
        remove_binding_of_log(channel)
        soon(lambda: counted("listener_bound", topology.LOG_STREAM) == 0)
        things.keep("waits")
        assert "make up" in checks(parrot)["announces"]["detail"]
        assert not checks(parrot)["announces"]["ok"]

    assert ears.heard == []
    assert things.unsent() == 1
    soon(lambda: ears.heard == ["waits"])
    assert logged(amqp_uri) == {"waits"}
    soon(lambda: checks(parrot)["announces"]["ok"])


def test_who_is_bound_to_nothing_says_that_it_is_not_ready(ears, channel, monkeypatch):
    soon(lambda: counted("listener_bound") == 1)
    monkeypatch.setattr("chassis.topology.declare_listener", lambda *_: None)  # as if refused

    remove_binding(channel)

    soon(lambda: not checks(ears.container)[QUEUE]["ok"])
    assert "passed it by" in checks(ears.container)[QUEUE]["detail"]
    assert counted("listener_bound") == 0


def test_a_listener_that_is_busy_is_not_taken_for_an_unbound_one(run, things, monkeypatch):
    go_on, begun, looks = Signal(), [], []
    look = Bindings._look

    def counting(bindings):
        look(bindings)
        looks.append(bindings.container)

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
    monkeypatch.setattr("chassis.bindings.HEARD_SECONDS", 0.2)  # to wait no longer than needed
    monkeypatch.setattr(Bindings, "_look", counting)
    soon(lambda: looks.count(container) > 2 * UNHEARD_BEFORE_LOST)  # none of them is answered

    assert checks(container)[QUEUE]["ok"]
    go_on.send(None)
    things.keep("light")
    soon(lambda: begun == ["heavy", "light"])
    assert counted("listener_bound_again_total") == noticed


@pytest.fixture
def may_not_read_the_log(amqp_uri, management):
    """The address of a user who may do all but read the log, as who only overhears."""
    vhost = amqp_uri.rpartition("/")[2]
    user = f"cache-{vhost}"
    rights = {"configure": ".*", "write": ".*", "read": rf"^(?!{topology.LOG_STREAM}).*"}
    management.put(f"/api/users/{user}", json={"password": user, "tags": ""}).raise_for_status()
    management.put(f"/api/permissions/{vhost}/{user}", json=rights).raise_for_status()
    yield f"amqp://{user}:{user}@{amqp_uri.partition('@')[2]}"
    management.delete(f"/api/users/{user}").raise_for_status()


def test_a_cache_that_is_bound_to_nothing_forgets_what_it_knew_and_hears_again(
    run, things, channel, may_not_read_the_log
):
    heard = []

    class Cache(Service):
        name = "cache"

        @overhears(ThingMadeV1)
        def hear(self, one):
            heard.append(one and one.event.thing)

    container = run(Cache, amqp_uri=may_not_read_the_log)
    soon(lambda: heard == [None])

    remove_exchange(channel)

    soon(lambda: heard.count(None) >= 2)
    soon(lambda: checks(container)[f"cache.overhears.{KEY}"]["ok"])  # it may begin anew twice
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
    assert caller(wire, InnClient, HANG_SECONDS)("stay", guest="one") == "one"

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
