"""An inbox works its queue off in order, losing nothing and burning nothing."""

from __future__ import annotations

import eventlet
import pytest
from eventlet.event import Event as Signal
from pymongo.errors import AutoReconnect

from chassis import topology
from chassis.inbox import Batch, Inbox, Unreadable
from contracts.errors import ServiceUnavailable
from tests.builders.broker import cut_connections, depth
from tests.builders.waiting import HANG_SECONDS, soon

QUEUE = "numbers"


def read(message):
    """The number in the message, and how often its delivery has failed so far."""
    if message.body == "bad":
        raise Unreadable("not a number")
    return int(message.body), (message.headers or {}).get("x-delivery-count", 0)


def declare(channel):
    topology.declare_work_queue(channel, QUEUE, max_messages=10_000)
    return QUEUE


@pytest.fixture
def inbox(amqp_uri):
    """Make inboxes; they are killed in the end."""
    made = []

    def make(handle, **options):
        made.append(
            Inbox(amqp_uri, name=QUEUE, declare=declare, read=read, handle=handle, **options)
        )
        return made[-1]

    yield make
    for each in made:
        each.kill()


@pytest.fixture
def put(wire, channel):
    """Put bodies into the queue and return when the broker has them."""
    declare(channel)

    def send(*bodies):
        sent = [
            wire.send(str(body).encode(), exchange="", routing_key=QUEUE, message_id=str(n))
            for n, body in enumerate(bodies)
        ]
        for message in sent:
            message.confirmed(HANG_SECONDS)

    return send


@pytest.fixture
def waiting(channel):
    return lambda: depth(channel, QUEUE)


@pytest.fixture
def parked(channel):
    """What was parked, as text."""

    def look():
        found = []
        while (message := channel.basic_get(topology.parked(QUEUE), no_ack=True)) is not None:
            found.append(str(message.body))
        return found

    return look


def test_messages_come_one_by_one_in_order(inbox, put):
    calls = []
    put(*range(20))
    inbox(calls.append).start()

    soon(lambda: len(calls) == 20)
    assert calls == [[(n, 0)] for n in range(20)]


def test_batches_hold_what_is_there_up_to_their_size_in_order(inbox, put, waiting):
    calls = []
    put(*range(100))
    inbox(calls.append, batch=Batch(size=30, prefetch=100)).start()

    soon(lambda: sum(map(len, calls)) == 100)
    assert [number for call in calls for number, _ in call] == list(range(100))
    assert 1 < max(map(len, calls)) <= 30


def test_the_first_of_a_batch_waits_for_those_that_come_soon_after_it(inbox, put):
    calls = []
    taker = inbox(calls.append, batch=Batch(size=3, prefetch=10, linger_seconds=2.0))
    taker.start()
    soon(lambda: taker.is_connected)  # else both are there when the first is taken

    put(0)
    put(1)

    soon(lambda: sum(map(len, calls)) == 2)
    assert len(calls) == 1


def test_an_unreadable_message_is_parked_and_the_rest_goes_on(inbox, put, parked):
    handled = []
    put(1, "bad", 2, "bad", 3)
    inbox(handled.extend, batch=Batch(size=10, prefetch=10)).start()

    soon(lambda: len(handled) >= 3)
    assert [number for number, _ in handled] == [1, 2, 3]
    found = []
    soon(lambda: found.extend(parked()) or len(found) == 2)
    assert found == ["bad", "bad"]


@pytest.mark.parametrize(
    ("size", "poison"), [(2, 0), (2, 1), (3, 0), (3, 2), (30, 0), (30, 13), (30, 29)]
)
def test_only_the_poison_of_a_batch_is_parked(inbox, put, parked, waiting, size, poison):
    handled = []

    def handle(items):
        if any(number == poison for number, _ in items):
            raise ArithmeticError("unlucky")
        handled.extend(number for number, _ in items)

    put(*range(size))
    taker = inbox(handle, batch=Batch(size=size, prefetch=size))
    taker.start()

    found = []
    soon(lambda: found.extend(parked()) or found == [str(poison)])
    soon(lambda: len(handled) == size - 1)
    taker.stop()
    assert handled == [n for n in range(size) if n != poison]
    assert waiting() == 0


@pytest.mark.parametrize("outage", [AutoReconnect("gone"), ServiceUnavailable(service="x")])
def test_an_outage_is_waited_out_and_costs_no_delivery(inbox, put, parked, outage):
    tried, handled = [], []

    def handle(items):
        tried.append(items)
        if len(tried) < 4:
            raise outage
        handled.extend(items)

    put(1, 2)
    inbox(handle).start()

    soon(lambda: len(handled) == 2)
    assert handled == [(1, 0), (2, 0)]
    assert len(tried) == 5
    assert parked() == []


def test_an_outage_longer_than_any_heartbeat_keeps_the_connection(inbox, put, monkeypatch):
    # No setting: operators have no use for one.
    monkeypatch.setattr("chassis.connection.HEARTBEAT_SECONDS", 1)
    over, handled, connections = Signal(), [], []

    def handle(items):
        if not over.ready():
            raise AutoReconnect("gone")
        handled.extend(items)

    put(1)
    taker = inbox(handle, on_connected=lambda: connections.append(1))
    taker.start()
    eventlet.spawn_after(4, over.send)  # the broker hangs up after two silent heartbeats

    soon(lambda: handled)
    assert handled == [(1, 0)]
    assert len(connections) == 1


def test_what_a_killed_process_held_is_delivered_again(inbox, put):
    begun, handled = Signal(), []

    def hang(items):
        begun.send(items)
        eventlet.sleep(60)

    put(1)
    doomed = inbox(hang)
    doomed.start()
    assert begun.wait(HANG_SECONDS) == [(1, 0)]
    doomed.kill()
    inbox(handled.extend).start()

    soon(lambda: handled)
    assert handled == [(1, 1)]


def test_a_message_that_kills_six_processes_is_parked(inbox, put, parked, waiting):
    put(1)
    for death in range(topology.DELIVERY_LIMIT + 1):
        begun = Signal()

        def hang(items, begun=begun):
            begun.send(items)
            eventlet.sleep(60)

        doomed = inbox(hang)
        doomed.start()
        assert begun.wait(HANG_SECONDS) == [(1, death)]
        doomed.kill()

    found = []
    soon(lambda: found.extend(parked()) or found == ["1"])
    assert waiting() == 0


def test_stopping_finishes_the_batch_in_hand_and_leaves_the_rest(inbox, put, waiting):
    begun, go_on, handled = Signal(), Signal(), []

    def handle(items):
        begun.send(None)
        go_on.wait()
        handled.extend(items)

    put(1, 2, 3)
    taker = inbox(handle, batch=Batch(size=1, prefetch=10))
    taker.start()
    begun.wait(HANG_SECONDS)
    stopping = eventlet.spawn(taker.stop)
    eventlet.sleep(0)
    go_on.send(None)
    stopping.wait()

    assert handled == [(1, 0)]
    soon(lambda: waiting() == 2)


def test_stopping_during_an_outage_hands_the_message_back(inbox, put, waiting):
    tried = []

    def handle(items):
        tried.append(items)
        raise AutoReconnect("gone")

    put(1)
    taker = inbox(handle)
    taker.start()
    soon(lambda: tried)
    with eventlet.Timeout(HANG_SECONDS):
        taker.stop()

    soon(lambda: waiting() == 1)


def test_a_lost_connection_never_makes_two_calls_run_at_once(
    infrastructure, vhost, inbox, put, waiting, monkeypatch
):
    running, most, handled, go_on = [], [], [], Signal()

    def handle(items):
        running.append(items)
        most.append(len(running))
        go_on.wait()
        running.pop()
        handled.extend(items)

    put(1)
    taker = inbox(handle)
    taker.start()
    soon(lambda: running)
    cut_connections(infrastructure, vhost)
    soon(lambda: not taker.is_connected)
    with eventlet.Timeout(1, False):  # longer than any pause of an outage or a reconnect
        soon(lambda: len(running) > 1)
    go_on.send(None)

    soon(lambda: len(handled) == 2)
    assert max(most) == 1
    assert handled == [(1, 0), (1, 1)]
