"""The wire keeps each waiter's own time, whatever becomes of the broker."""

from __future__ import annotations

import signal

import eventlet
import pytest

from chassis import topology
from chassis.publisher import NotDelivered, Unroutable, Wire, WireDown
from tests.builders.broker import alarmed, depth, frozen, let_broker_note_new_queues
from tests.builders.waiting import HANG_SECONDS, soon


@pytest.fixture
def queue(channel):
    channel.queue_declare("q", durable=True, auto_delete=False)
    return "q"


def send(wire, queue="q", body=b"{}", **options):
    return wire.send(body, exchange="", routing_key=queue, message_id=str(id(body)), **options)


def outcome(work, *args):
    """How the call ended: with a problem, or what it returned."""
    try:
        return work(*args)
    except NotDelivered as problem:
        return problem


def test_each_waiter_learns_what_became_of_its_own_message(wire, queue, channel):
    places = ["nowhere" if n == 70 else queue for n in range(200)]

    def publish(n):
        sent = wire.send(b"{}", exchange="", routing_key=places[n], message_id=str(n))
        return type(outcome(sent.confirmed, HANG_SECONDS))

    outcomes = list(eventlet.GreenPool(200).imap(publish, range(200)))

    assert outcomes[70] is Unroutable
    assert set(outcomes[:70] + outcomes[71:]) == {type(None)}
    assert depth(channel, queue) == 199


def test_a_frozen_broker_holds_nobody_longer_than_asked(infrastructure, wire, queue):
    with frozen(infrastructure):
        patient, *hurried = (
            eventlet.spawn(outcome, send(wire).confirmed, seconds)
            for seconds in (HANG_SECONDS, 0.2, 0.5)
        )
        assert all(isinstance(thread.wait(), NotDelivered) for thread in hurried)
        assert not patient.dead

    assert patient.wait() is None


def test_what_a_killed_broker_had_not_confirmed_fails_at_once(infrastructure, wire, queue):
    let_broker_note_new_queues(infrastructure)
    infrastructure.kill("rabbitmq", signal.SIGSTOP)  # so that it cannot confirm before it dies
    waiting = [eventlet.spawn(outcome, send(wire).confirmed, HANG_SECONDS) for _ in range(3)]
    asking = eventlet.spawn(outcome, send(wire, ask=True).answer, HANG_SECONDS)
    eventlet.sleep(0)
    infrastructure.kill("rabbitmq")
    ended = [thread.wait() for thread in (*waiting, asking)]

    assert all(isinstance(problem, WireDown) for problem in ended)  # told, not waited in vain
    with pytest.raises(WireDown):
        send(wire)
    infrastructure.wait_ready("rabbitmq")
    soon(lambda: wire.is_up)
    send(wire).confirmed(HANG_SECONDS)


def test_a_message_to_nowhere_is_unroutable(wire):
    with pytest.raises(Unroutable):
        send(wire, "nowhere").confirmed(HANG_SECONDS)


def test_a_question_to_nowhere_fails_at_once(wire):
    with pytest.raises(Unroutable):  # told, not waited in vain
        send(wire, "nowhere", ask=True).answer(HANG_SECONDS)


def test_a_repeated_message_to_nowhere_is_unroutable_both_times(wire):
    both = [send(wire, "nowhere", body=b"the same") for _ in range(2)]

    assert [type(outcome(sent.confirmed, HANG_SECONDS)) for sent in both] == [
        Unroutable,
        Unroutable,
    ]


def test_a_full_queue_refuses_the_message(wire, channel):
    full = {"x-max-length": 1, "x-overflow": "reject-publish"}
    channel.queue_declare("full", durable=True, auto_delete=False, arguments=full)
    send(wire, "full").confirmed(HANG_SECONDS)

    with pytest.raises(NotDelivered, match="full"):
        send(wire, "full").confirmed(HANG_SECONDS)


def test_a_broker_out_of_memory_is_told_at_once(infrastructure, wire, queue):
    with alarmed(infrastructure):
        assert isinstance(outcome(send(wire).confirmed, 0.1), NotDelivered)  # meets the alarm
        soon(lambda: not wire.is_up)
        with pytest.raises(WireDown):
            send(wire)

    soon(lambda: wire.is_up)
    send(wire).confirmed(HANG_SECONDS)


def test_no_more_than_the_capacity_waits_for_the_broker(wire, queue, monkeypatch):
    monkeypatch.setattr("chassis.publisher.CAPACITY_MESSAGES", 5)
    waiting = [send(wire) for _ in range(5)]

    with pytest.raises(WireDown):
        send(wire)

    for sent in waiting:
        sent.confirmed(HANG_SECONDS)
    send(wire).confirmed(HANG_SECONDS)


def test_a_message_forgotten_before_it_was_written_never_is(wire, queue, channel):
    wire.forget(send(wire))
    send(wire).confirmed(HANG_SECONDS)

    assert depth(channel, queue) == 1


def test_a_message_that_amqp_cannot_express_fails_alone(wire, queue):
    before, unwritable, after = send(wire), send(wire, "q" * 256), send(wire)

    before.confirmed(HANG_SECONDS)
    with pytest.raises(NotDelivered):
        unwritable.confirmed(HANG_SECONDS)
    after.confirmed(HANG_SECONDS)
    send(wire).confirmed(HANG_SECONDS)


def test_an_event_before_any_listener_is_refused_and_breaks_nothing(wire, channel):
    event = {"exchange": topology.EVENTS_EXCHANGE, "routing_key": "a.b.v1", "message_id": "1"}
    with pytest.raises(Unroutable):
        wire.send(b"{}", **event).confirmed(HANG_SECONDS)

    topology.declare_events(channel)
    wire.send(b"{}", **event).confirmed(HANG_SECONDS)


def test_each_answer_reaches_who_asked(wire, queue, channel):
    asked = [send(wire, body=str(n).encode(), ask=True) for n in range(20)]
    asked[-1].confirmed(HANG_SECONDS)
    questions = [channel.basic_get(queue, no_ack=True) for _ in asked]
    for question in reversed(questions):
        wire.send(
            question.body.encode() if isinstance(question.body, str) else question.body,
            exchange="",
            routing_key=question.properties["reply_to"],
            answering=question.properties["correlation_id"],
        )

    assert [sent.answer(HANG_SECONDS) for sent in asked] == list(range(20))


def test_answers_in_one_message_reach_who_asked_each(wire, queue, channel):
    asked = [send(wire, ask=True) for _ in range(20)]
    asked[-1].confirmed(HANG_SECONDS)
    keys = [channel.basic_get(queue, no_ack=True).properties["correlation_id"] for _ in asked]
    wire.forget(asked[3])

    wire.answer_all(wire._answers_to, {key: {"no": no} for no, key in enumerate(keys)})

    others = [sent for sent in asked if sent is not asked[3]]
    assert [sent.answer(HANG_SECONDS)["no"] for sent in others] == [*range(3), *range(4, 20)]
    assert wire._asked == {}


def test_an_answer_that_cannot_be_read_breaks_nothing(wire, queue, channel):
    asked = [send(wire, ask=True) for _ in range(2)]
    asked[-1].confirmed(HANG_SECONDS)
    for body in (b"{", b"1"):
        question = channel.basic_get(queue, no_ack=True)
        wire.send(
            body,
            exchange="",
            routing_key=question.properties["reply_to"],
            answering=question.properties["correlation_id"],
        )

    assert asked[1].answer(HANG_SECONDS) == 1
    assert not asked[0].answer(0.1)


def test_an_answer_nobody_waits_for_is_dropped(wire, queue, channel):
    asked = send(wire, ask=True)
    asked.confirmed(HANG_SECONDS)
    wire.forget(asked)
    question = channel.basic_get(queue, no_ack=True)
    wire.send(
        b'"late"',
        exchange="",
        routing_key=question.properties["reply_to"],
        answering=question.properties["correlation_id"],
    ).confirmed(HANG_SECONDS)

    assert asked.answer(0.1) is None
    assert wire._asked == {}


def test_the_wire_gives_up_a_broker_that_stays_silent(infrastructure, amqp_uri, monkeypatch):
    # No setting: operators have no use for one.
    monkeypatch.setattr("chassis.connection.HEARTBEAT_SECONDS", 1)
    impatient = Wire(amqp_uri, "impatient")
    impatient.start()
    try:
        assert impatient.wait_until_up(HANG_SECONDS)
        with frozen(infrastructure):
            soon(lambda: not impatient.is_up)
        soon(lambda: impatient.is_up)
    finally:
        impatient.stop()
