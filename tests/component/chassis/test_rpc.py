"""A question is answered, refused by name, or given up in time; it is never run late."""

from __future__ import annotations

import time

import eventlet
import orjson
import pytest

from chassis import topology
from chassis.log import correlation_id
from chassis.publisher import Unroutable
from chassis.rpc import DEADLINE_HEADER, RemoteBug, caller
from contracts.errors import ServiceUnavailable
from tests.builders.broker import depth, frozen
from tests.builders.parrot.service import NotASong, Parrot, ParrotClient
from tests.builders.waiting import HANG_SECONDS, soon

QUEUE = "rpc-parrot"


@pytest.fixture
def ask(wire):
    return caller(wire, ParrotClient, HANG_SECONDS)


@pytest.fixture
def parrot(database, run):
    return run(Parrot)


def test_a_question_is_answered(parrot, ask):
    assert ask("say", words="สวัสดี") == "สวัสดี"


def test_many_questions_at_once_each_get_their_own_answer(parrot, ask):
    pool = eventlet.GreenPool(50)

    assert list(pool.imap(lambda n: ask("say", words=n), range(200))) == list(range(200))


def test_a_refusal_arrives_under_its_name_with_its_details(parrot, ask):
    with pytest.raises(NotASong) as refused:
        ask("sing", words="Silence")

    assert refused.value.details == {"words": "Silence"}
    assert str(refused.value) == "Silence is not a song."


def test_an_unforeseen_failure_says_nothing_of_the_insides(parrot, ask):
    for method in ("break_down", "say_what_cannot_travel", "unheard_of"):
        with pytest.raises(RemoteBug) as failed:
            ask(method)
        assert "swordfish" not in str(failed.value)

    assert ask("say", words="still here") == "still here"


def test_an_outage_in_the_service_asked_is_told_as_such(parrot, ask):
    with pytest.raises(ServiceUnavailable) as refused:
        ask("lose_the_database")

    assert refused.value.details["service"] == "parrot"


def test_the_correlation_id_travels(parrot, ask):
    token = correlation_id.set("because")
    try:
        assert ask("correlation") == "because"
    finally:
        correlation_id.reset(token)


def test_a_question_nobody_ever_answers_is_refused_at_once(ask):
    with pytest.raises(ServiceUnavailable) as refused:
        ask("say", words="hello")

    assert isinstance(refused.value.__cause__, Unroutable)  # told, not waited in vain


def test_a_question_while_the_service_is_away_dies_with_its_deadline(database, run, wire, channel):
    run(Parrot).stop()
    with pytest.raises(ServiceUnavailable):
        caller(wire, ParrotClient, 0.5)("make", thing="late")

    run(Parrot)

    assert caller(wire, ParrotClient, HANG_SECONDS)("say", words="after") == "after"
    assert depth(channel, QUEUE) == 0
    assert database.things.count_documents({}) == 0
    assert wire._asked == {}


def test_a_question_past_its_deadline_is_not_run(parrot, ask, wire, database):
    past, to_come, skewed = (str(time.time() + seconds) for seconds in (-1, 60, -3_600))
    for thing, deadline in (("late", past), ("in time", to_come), ("another clock", skewed)):
        wire.send(
            orjson.dumps({"args": [], "kwargs": {"thing": thing}}),
            exchange=topology.ANSWERS_EXCHANGE,
            routing_key="parrot.make",
            headers={DEADLINE_HEADER: deadline},
            ask=True,
        ).answer(0.3 if deadline == past else HANG_SECONDS)

    assert [thing["_id"] for thing in database.things.find()] == ["in time", "another clock"]


def test_a_question_that_is_none_does_not_end_the_service(parrot, ask, wire):
    for headers in ({}, {DEADLINE_HEADER: "soon"}):
        wire.send(
            b'{"args": []}',
            exchange=topology.ANSWERS_EXCHANGE,
            routing_key="parrot.say",
            headers=headers,
            message_id="1",
        ).confirmed(HANG_SECONDS)

    assert ask("say", words="still here") == "still here"


def test_a_frozen_broker_holds_the_asker_no_longer_than_its_deadline(parrot, wire, infrastructure):
    ask = caller(wire, ParrotClient, 0.5)
    with frozen(infrastructure):
        patient = eventlet.spawn(caller(wire, ParrotClient, HANG_SECONDS), "say", words="later")
        with pytest.raises(ServiceUnavailable):
            ask("say", words="hello")
        assert not patient.dead

    assert patient.wait() == "later"


def test_a_stopping_service_answers_what_it_has_begun_and_does_so_once(
    parrot, ask, channel, database
):
    asking = eventlet.spawn(ask, "say_slowly", words="bye", seconds=1.5)
    soon(lambda: database.things.count_documents({}) == 1)
    parrot.stop()

    assert asking.wait() == "bye"
    assert depth(channel, QUEUE) == 0
