"""A service reaches on the broker what its head says, and nothing of another's."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import amqp
import pytest

from chassis import topology
from chassis.connection import open_connection
from tools import broker_users
from tools.flows import heads
from tools.programs import SERVICES
from tools.stack import Stack

HEADS = {head.name: head for head in heads()}
NAMES = list(HEADS)


@pytest.fixture(scope="module")
def laid_down(infrastructure: Stack) -> Stack:
    """The broker with its users, and every service's queues, made by their own users."""
    wanted = broker_users.definitions()
    broker_users.lay_down(infrastructure.site, infrastructure.management_url, wanted)
    for name, head in HEADS.items():
        with channel_of(infrastructure, name) as channel:
            topology.declare_ways_out(channel, name)
            topology.declare_questions(channel, f"rpc-{name}", name)
            topology.declare_replies(channel, name)
            for queue in queues_of(name):
                if queue in head.takes.values():
                    topology.declare_intake(channel, queue)
                else:
                    topology.declare_listener(channel, queue, queue.partition(".")[2])
            for event in head.overhears:
                topology.declare_broadcast(channel, name, event.key())
    return infrastructure


@contextmanager
def channel_of(stack: Stack, name: str) -> Iterator[Any]:
    """A channel of the service's own user."""
    (service,) = (service for service in SERVICES if service.name == name)
    with open_connection(stack.site.environment(service)["SUCHARIT_AMQP_URI"]) as connection:
        yield connection.channel()


def queues_of(name: str) -> list[str]:
    """The queues that a service works off."""
    heard = [f"{name}.{event.key()}" for event in HEADS[name].hears]
    return [*heard, *HEADS[name].takes.values()]


def is_refused(stack: Stack, name: str, deed: Callable[[Any], object]) -> bool:
    """Whether the broker refuses the deed to the service's user."""
    with channel_of(stack, name) as channel:
        try:
            deed(channel)
        except amqp.AccessRefused:
            return True
    return False


def publish(channel: Any, exchange: str, key: str) -> list[Any]:
    """Publish and return what came back because it leads nowhere."""
    returned: list[Any] = []
    channel.confirm_select()
    channel.events["basic_return"].add(lambda *told: returned.append(told))
    channel.basic_publish_confirm(amqp.Message(b"{}"), exchange, key, mandatory=True)
    return returned


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_another_service_can_be_read_or_changed(laid_down, name):
    for other in set(NAMES) - {name}:
        for queue in (f"rpc-{other}", *queues_of(other), *map(topology.parked, queues_of(other))):
            deeds = {
                "get": lambda c, queue=queue: c.basic_get(queue),
                "consume": lambda c, queue=queue: c.basic_consume(queue),
                "purge": lambda c, queue=queue: c.queue_purge(queue),
                "delete": lambda c, queue=queue: c.queue_delete(queue),
                "bind": lambda c, queue=queue: c.queue_bind(
                    queue, topology.EVENTS_EXCHANGE, "a.b.v1"
                ),
            }
            for deed, act in deeds.items():
                assert is_refused(laid_down, name, act), (queue, deed)
        for new in (f"{other}.x", topology.replies_of(other, "a"), f"{other}.overhears.a"):
            assert is_refused(laid_down, name, lambda c, new=new: c.queue_declare(new)), new


@pytest.mark.parametrize("name", NAMES)
def test_a_service_writes_to_its_own_ways_out_and_nowhere_else(laid_down, name):
    others = [topology.way_out(o, e) for o in NAMES if o != name for e in topology.SHARED_EXCHANGES]
    for exchange in ("", *topology.SHARED_EXCHANGES, *others):
        assert is_refused(laid_down, name, lambda c, e=exchange: publish(c, e, "x.y")), exchange


@pytest.mark.parametrize("name", NAMES)
def test_by_its_ways_out_it_speaks_as_itself_to_whom_its_head_names(laid_down, name):
    head = HEADS[name]
    with channel_of(laid_down, name) as channel:
        for other in NAMES:
            event = f"{other}.something_happened.v1"
            leads = not publish(channel, topology.way_out(name, topology.EVENTS_EXCHANGE), event)
            assert leads is (other == name and bool(head.announces)), event
            question = f"{other}.no_such_question"
            leads = not publish(
                channel, topology.way_out(name, topology.ANSWERS_EXCHANGE), question
            )
            assert leads is (other in head.asks), question
            for queue in HEADS[other].takes.values():
                leads = not publish(
                    channel, topology.way_out(name, topology.INTAKES_EXCHANGE), queue
                )
                assert leads is (queue in head.hands_in), queue


@pytest.mark.parametrize("name", NAMES)
def test_an_exchange_of_its_own_opens_no_other_way(laid_down, name):
    def detour(channel: Any, exchange: str) -> None:
        channel.exchange_declare(f"{name}.detour", "topic", durable=False, auto_delete=True)
        channel.exchange_bind(exchange, f"{name}.detour", "#")

    for exchange in (*topology.SHARED_EXCHANGES, *(f"{o}.parking" for o in NAMES if o != name)):
        assert is_refused(laid_down, name, lambda c, e=exchange: detour(c, e)), exchange
        assert is_refused(laid_down, name, lambda c, e=exchange: c.exchange_delete(e)), exchange


@pytest.mark.parametrize("name", NAMES)
def test_a_service_hears_only_what_its_head_says(laid_down, name):
    head = HEADS[name]
    heard = {event.key() for event in head.hears | head.overhears}
    everything = {event.key() for one in HEADS.values() for event in one.announces}
    keys = {topology.EVENTS_EXCHANGE: {*(everything - heard), "#", "*.*.*", "*.*.*.trial.#"}}
    keys[topology.ANSWERS_EXCHANGE] = {"#", "*.*", *(f"{o}.*" for o in NAMES if o != name)}
    keys[topology.ANSWERS_EXCHANGE] |= {topology.replies_of(o, "*") for o in NAMES}
    keys[topology.INTAKES_EXCHANGE] = {"#", "*.*"}

    for exchange, refused in keys.items():
        for key in refused:
            assert is_refused(
                laid_down, name, lambda c, e=exchange, k=key: bind_own(c, name, e, k)
            ), (exchange, key)


def bind_own(channel: Any, name: str, exchange: str, key: str) -> None:
    channel.queue_bind(topology.declare_replies(channel, name), exchange, key)


def test_without_a_password_nobody_gets_in(laid_down):
    address = laid_down.amqp_uri.partition("@")[2]
    for login in ("guest:guest", "sucharit:sucharit", "reports:reports"):
        with (
            pytest.raises((amqp.AccessRefused, amqp.NotAllowed, OSError)),
            open_connection(f"amqp://{login}@{address}"),
        ):
            pass


def test_what_the_heads_say_no_more_is_taken_away(laid_down, management):
    way = topology.way_out("gateway", topology.ANSWERS_EXCHANGE)
    with open_connection(laid_down.amqp_uri) as connection:
        connection.channel().exchange_bind(topology.ANSWERS_EXCHANGE, way, "nobody.*")
    management.put("/api/users/gone", json={"password": "x", "tags": ""}).raise_for_status()

    broker_users.lay_down(laid_down.site, laid_down.management_url, broker_users.definitions())

    path = f"/api/exchanges/%2F/{quote(way, safe='')}/bindings/source"
    keys = {binding["routing_key"] for binding in management.get(path).json()}
    own = topology.replies_of("gateway", "*")  # it answers its own probes
    assert keys == {own, *(f"{asked}.*" for asked in HEADS["gateway"].asks)}
    assert management.get("/api/users/gone").status_code == 404
