"""The wire keeps each waiter's own time, whatever becomes of the broker."""

from __future__ import annotations

import signal
import time

import eventlet
import pytest

from chassis import topology
from chassis.publisher import NotDelivered, Unroutable, Wire, WireDown
from tests.builders.broker import alarmed, depth, frozen, let_broker_note_new_queues
from tests.builders.waiting import soon

SLACK_SECONDS = 0.3


@pytest.fixture
def queue(channel):
    channel.queue_declare("q", durable=True, auto_delete=False)
    return "q"


def send(wire, queue="q", body=b"{}", **options):
    return wire.send(body, exchange="", routing_key=queue, message_id=str(id(body)), **options)


def outcome(work, *args):
    """How the call ended and after how many seconds."""
    started = time.monotonic()
    try:
        ended = work(*args)
    except NotDelivered as problem:
        ended = problem
    return ended, time.monotonic() - started


def test_each_waiter_learns_what_became_of_its_own_message(wire, queue, channel):
    places = ["nowhere" if n == 70 else queue for n in range(200)]

    def publish(n):
        sent = wire.send(b"{}", exchange="", routing_key=places[n], message_id=str(n))
        return type(outcome(sent.confirmed, 5)[0])

    outcomes = list(eventlet.GreenPool(200).imap(publish, range(200)))

    assert outcomes[70] is Unroutable
    assert set(outcomes[:70] + outcomes[71:]) == {type(None)}
    assert depth(channel, queue) == 199


def test_a_frozen_broker_holds_nobody_longer_than_asked(infrastructure, wire, queue):
    asked = [0.2, 0.5, 1.0]
    with frozen(infrastructure):
        waiting = [eventlet.spawn(outcome, send(wire).confirmed, seconds) for seconds in asked]
        ended = [thread.wait() for thread in waiting]

    for seconds, (problem, took) in zip(asked, ended, strict=True):
        assert isinstance(problem, NotDelivered)
        assert seconds <= took < seconds + SLACK_SECONDS


def test_what_a_killed_broker_had_not_confirmed_fails_at_once(infrastructure, wire, queue):
    let_broker_note_new_queues(infrastructure)
    infrastructure.kill("rabbitmq", signal.SIGSTOP)  # so that it cannot confirm before it dies
    waiting = [eventlet.spawn(outcome, send(wire).confirmed, 60) for _ in range(3)]
    asking = eventlet.spawn(outcome, send(wire, ask=True).answer, 60)
    eventlet.sleep(0)
    infrastructure.kill("rabbitmq")
    ended = [thread.wait() for thread in (*waiting, asking)]

    assert all(isinstance(problem, WireDown) for problem, _ in ended)
    assert all(took < 5 for _, took in ended)
    with pytest.raises(WireDown):
        send(wire)
    infrastructure.wait_ready("rabbitmq")
    soon(lambda: wire.is_up)
    send(wire).confirmed(5)


def test_a_message_to_nowhere_is_unroutable(wire):
    with pytest.raises(Unroutable):
        send(wire, "nowhere").confirmed(5)


def test_a_question_to_nowhere_fails_at_once(wire):
    problem, took = outcome(send(wire, "nowhere", ask=True).answer, 5)

    assert isinstance(problem, Unroutable)
    assert took < 1


def test_a_repeated_message_to_nowhere_is_unroutable_both_times(wire):
    both = [send(wire, "nowhere", body=b"the same") for _ in range(2)]

    assert [type(outcome(sent.confirmed, 5)[0]) for sent in both] == [Unroutable, Unroutable]


def test_a_full_queue_refuses_the_message(wire, channel):
    full = {"x-max-length": 1, "x-overflow": "reject-publish"}
    channel.queue_declare("full", durable=True, auto_delete=False, arguments=full)
    send(wire, "full").confirmed(5)

    with pytest.raises(NotDelivered, match="full"):
        send(wire, "full").confirmed(5)


def test_a_broker_out_of_memory_is_told_at_once(infrastructure, wire, queue):
    with alarmed(infrastructure):
        assert isinstance(outcome(send(wire).confirmed, 0.1)[0], NotDelivered)  # meets the alarm
        soon(lambda: not wire.is_up)
        with pytest.raises(WireDown):
            send(wire)

    soon(lambda: wire.is_up)
    send(wire).confirmed(5)


def test_no_more_than_the_capacity_waits_for_the_broker(wire, queue, monkeypatch):
    monkeypatch.setattr("chassis.publisher.CAPACITY_MESSAGES", 5)
    waiting = [send(wire) for _ in range(5)]

    with pytest.raises(WireDown):
        send(wire)

    for sent in waiting:
        sent.confirmed(5)
    send(wire).confirmed(5)


def test_a_message_forgotten_before_it_was_written_never_is(wire, queue, channel):
    wire.forget(send(wire))
    send(wire).confirmed(5)

    assert depth(channel, queue) == 1


def test_a_message_that_amqp_cannot_express_fails_alone(wire, queue):
    before, unwritable, after = send(wire), send(wire, "q" * 256), send(wire)

    before.confirmed(5)
    with pytest.raises(NotDelivered):
        unwritable.confirmed(5)
    after.confirmed(5)
    send(wire).confirmed(5)


def test_an_event_before_any_listener_is_refused_and_breaks_nothing(wire, channel):
    event = {"exchange": topology.EVENTS_EXCHANGE, "routing_key": "a.b.v1", "message_id": "1"}
    with pytest.raises(Unroutable):
        wire.send(b"{}", **event).confirmed(5)

    topology.declare_events(channel)
    wire.send(b"{}", **event).confirmed(5)


def test_each_answer_reaches_who_asked(wire, queue, channel):
    asked = [send(wire, body=str(n).encode(), ask=True) for n in range(20)]
    asked[-1].confirmed(5)
    questions = [channel.basic_get(queue, no_ack=True) for _ in asked]
    for question in reversed(questions):
        wire.send(
            question.body.encode() if isinstance(question.body, str) else question.body,
            exchange="",
            routing_key=question.properties["reply_to"],
            answering=question.properties["correlation_id"],
        )

    answers = [sent.answer(5).body for sent in asked]

    assert [int(answer) for answer in answers] == list(range(20))


def test_an_answer_nobody_waits_for_is_dropped(wire, queue, channel):
    asked = send(wire, ask=True)
    asked.confirmed(5)
    wire.forget(asked)
    question = channel.basic_get(queue, no_ack=True)
    wire.send(
        b"late",
        exchange="",
        routing_key=question.properties["reply_to"],
        answering=question.properties["correlation_id"],
    ).confirmed(5)

    assert asked.answer(0.1) is None
    assert wire._asked == {}


def test_the_wire_gives_up_a_broker_that_stays_silent(infrastructure, amqp_uri, monkeypatch):
    # No setting: operators have no use for one.
    monkeypatch.setattr("chassis.connection.HEARTBEAT_SECONDS", 1)
    impatient = Wire(amqp_uri, "impatient")
    impatient.start()
    try:
        assert impatient.wait_until_up(5)
        with frozen(infrastructure):
            soon(lambda: not impatient.is_up, 4)
        soon(lambda: impatient.is_up)
    finally:
        impatient.stop()
