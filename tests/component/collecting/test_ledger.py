"""What the ledger records is once, whole and final, whoever else records at the same time."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import eventlet
import orjson
import pytest
from pymongo.errors import AutoReconnect

from collecting.filings.shapes import answer_of
from collecting.filings.store import Ledger
from collecting.obligations.rules.obligation import State
from contracts.collecting.filings import (
    AlreadyFiled,
    FilingNotFound,
    NothingToAmend,
    StaleRevision,
    WindowClosed,
)
from contracts.collecting.obligations import ObligationNotFound
from tests.builders.duties import CLOSES, EARLY, LATE, MILLISECOND
from tests.builders.licences.answers import some_answers
from tests.builders.licences.kind import LICENCES
from tests.builders.recording import RECORDED, SIGNER, record
from tests.builders.waiting import HANG_SECONDS
from tests.builders.watching import Interrupted
from tests.unit.collecting.duties import an_amending_attempt, an_attempt, an_obligation, owing


def outcomes(results: list[Any]) -> list[str]:
    return [told.get("code", told["outcome"]) for told in (answer_of(result) for result in results)]


def recorded(database, obligation) -> list[dict[str, Any]]:
    return list(database["filings"].find({"obligation_id": obligation.id}).sort("revision"))


def crash(*_args):
    raise AutoReconnect("the process was killed here")


# -- one batch ------------------------------------------------------------------------------


def test_a_recorded_filing_brings_its_obligation_up_to_date(store):
    (owed,) = owing(store)
    attempt = an_attempt(owed, accepted_at=LATE)

    results = record(store.ledger, [attempt])

    now = store.obligations.get(owed.id)
    assert outcomes(results) == ["recorded"]
    assert (now.state, now.revision, now.on_time) == (State.FILED, 1, False)
    assert (now.first_accepted_at, now.last_filing_id) == (LATE, attempt.filing_id)
    assert now.content_sha256 == attempt.content_sha256


def test_the_filing_keeps_what_was_said_by_whom_and_its_receipt(store):
    (owed,) = owing(store)
    attempt = an_attempt(owed)

    record(store.ledger, [attempt])

    filing = store.ledger.get(attempt.filing_id)
    assert filing["answers"] == some_answers()
    assert (filing["accepted_at"], filing["recorded_at"]) == (EARLY, RECORDED)
    assert (filing["slot_id"], filing["username"]) == (attempt.by.slot_id, "6810401-1")
    assert SIGNER.read(filing["receipt"]["jws"])["content_sha256"] == attempt.content_sha256
    assert "outbox" not in filing


def test_the_event_is_inside_the_filing_exactly_once(store, database):
    (owed,) = owing(store)
    first, second = an_attempt(owed), an_amending_attempt(owed, 1, 90)

    record(store.ledger, [first, second])
    record(store.ledger, [second, first])

    keys = [
        (entry["key"], orjson.loads(entry["body"])["filing_id"])
        for filing in recorded(database, owed)
        for entry in filing["outbox"]
    ]
    assert keys == [
        ("licences.report_filed.v1", first.filing_id),
        ("licences.report_amended.v1", second.filing_id),
    ]


def test_attempts_on_one_obligation_are_decided_in_their_order(store, database):
    (owed,) = owing(store)
    batch = [
        an_amending_attempt(owed, 1, 80),
        an_attempt(owed),
        an_amending_attempt(owed, 1, 90),
        an_amending_attempt(owed, 1, 91),
        an_amending_attempt(owed, 2, 92),
    ]

    results = record(store.ledger, batch)

    assert [type(result) for result in results] == [
        NothingToAmend,
        dict,
        dict,
        StaleRevision,
        dict,
    ]
    assert [filing["answers"]["score"] for filing in recorded(database, owed)] == [88.25, 90, 92]
    assert store.obligations.get(owed.id).revision == 3


def test_refusals_stop_nobody_else_in_the_batch(store):
    first, second, third, fourth = owing(store, 4)
    record(store.ledger, [an_attempt(first)])
    batch = [
        an_attempt(first),
        an_attempt(second, accepted_at=CLOSES + MILLISECOND),
        an_attempt(an_obligation("nowhere")),
        an_attempt(fourth, by=an_attempt(third).by.to_wire()),
        an_attempt(third),
        an_attempt(fourth),
    ]

    results = record(store.ledger, batch)

    assert [type(result) for result in results] == [
        AlreadyFiled,
        WindowClosed,
        ObligationNotFound,
        ObligationNotFound,
        dict,
        dict,
    ]


def test_every_refusal_is_kept_but_of_rounds_that_are_not(store):
    first, second = owing(store, 2)
    nowhere = an_attempt(an_obligation("o1", round_id="licences-2569-9"))
    closed = an_attempt(first, accepted_at=CLOSES + MILLISECOND)
    foreign = an_attempt(second, by=closed.by.to_wire())

    record(store.ledger, [closed, foreign, nowhere])
    record(store.ledger, [closed])

    assert store.ledger.get(closed.filing_id)["code"] == "reports.window_closed"
    assert store.ledger.get(foreign.filing_id)["code"] == "reports.obligation_not_found"
    with pytest.raises(FilingNotFound):
        store.ledger.get(nowhere.filing_id)


def test_an_empty_batch_is_nothing(store):
    assert record(store.ledger, []) == []


# -- the same again -------------------------------------------------------------------------


def test_a_repeated_filing_is_answered_with_the_first_ones_receipt(store, database):
    (owed,) = owing(store)
    attempt = an_attempt(owed)
    first = answer_of(record(store.ledger, [attempt])[0])

    again = answer_of(record(store.ledger, [attempt, attempt])[1])

    assert (first["outcome"], again["outcome"]) == ("recorded", "repeated")
    assert (again["filing"], again["receipt"]) == (first["filing"], first["receipt"])
    assert len(recorded(database, owed)) == 1


def test_a_filing_repeated_after_an_amendment_takes_nothing_back(store):
    (owed,) = owing(store)
    first, second = an_attempt(owed), an_amending_attempt(owed, 1, 90)
    record(store.ledger, [first, second])
    before = store.obligations.get(owed.id)

    assert outcomes(record(store.ledger, [first])) == ["repeated"]
    assert store.obligations.get(owed.id) == before


def test_a_key_used_for_another_filing_is_refused_and_the_first_one_stands(store, database):
    first, second = owing(store, 2)
    attempt = an_attempt(first)
    record(store.ledger, [attempt])
    reused = [
        an_attempt(first, filing_id=attempt.filing_id, answers=some_answers(score=1)),
        an_attempt(second, filing_id=attempt.filing_id),
    ]

    for each in reused:
        assert outcomes(record(store.ledger, [each])) == ["input.idempotency_key_reused"]
    assert len(recorded(database, first)) == 1
    assert recorded(database, second) == []
    assert store.ledger.get(attempt.filing_id)["answers"] == some_answers()


def test_of_two_filings_with_one_key_in_a_batch_the_first_is_told_it_is_recorded(store, database):
    first, second = owing(store, 2)
    attempt = an_attempt(first)
    batch = [
        attempt,
        an_attempt(first, filing_id=attempt.filing_id, answers=some_answers(score=1)),
        an_attempt(second, filing_id=attempt.filing_id),
        attempt,
    ]

    results = record(store.ledger, batch)

    reused = "input.idempotency_key_reused"
    assert outcomes(results) == ["recorded", reused, reused, "repeated"]
    assert database["refusals"].count_documents({}) == 0


# -- a crash in between ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("collection", "operation"),
    [("obligations", "update_many"), ("drafts", "delete_many")],
)
def test_after_a_crash_in_between_the_redelivery_mends_what_is_behind(
    store, database, outbox, collection, operation
):
    (owed,) = owing(store)
    attempt = an_attempt(owed)
    store.drafts.save(owed, {"score": 1}, made_from=0, at=EARLY, username="u")
    crashing = Ledger(Interrupted(database, collection, operation, crash), outbox, LICENCES)
    with pytest.raises(AutoReconnect):
        record(crashing, [attempt])

    assert outcomes(record(store.ledger, [attempt])) == ["repeated"]

    now = store.obligations.get(owed.id)
    assert (now.state, now.revision, now.last_filing_id) == (State.FILED, 1, attempt.filing_id)
    assert (now.first_accepted_at, now.on_time) == (EARLY, True)
    assert len(recorded(database, owed)) == 1
    assert store.drafts.get(now) == (some_answers(), 0)


def test_a_repeat_that_comes_when_filing_is_over_finds_what_a_crash_left_behind(
    store, database, outbox
):
    (owed,) = owing(store)
    attempt = an_attempt(owed)
    crashing = Ledger(Interrupted(database, "obligations", "update_many", crash), outbox, LICENCES)
    with pytest.raises(AutoReconnect):
        record(crashing, [attempt])

    repeat = replace(attempt, accepted_at=attempt.accepted_at + timedelta(days=1_000))

    assert outcomes(record(store.ledger, [repeat])) == ["repeated"]
    assert store.obligations.get(owed.id).first_accepted_at == attempt.accepted_at


def test_what_was_typed_after_the_filing_outlives_its_repetition(store):
    (owed,) = owing(store)
    attempt = an_attempt(owed)
    record(store.ledger, [attempt])
    now = store.obligations.get(owed.id)
    store.drafts.save(now, {"score": 2}, made_from=0, at=RECORDED + MILLISECOND, username="u")

    record(store.ledger, [attempt], at=RECORDED + 2 * MILLISECOND)

    assert store.drafts.get(now) == ({"score": 2}, 1)


def test_a_rival_meets_the_filing_of_a_process_that_crashed_and_mends_it(store, database, outbox):
    (owed,) = owing(store)
    first, rival = an_attempt(owed), an_attempt(owed, accepted_at=LATE)
    crashing = Ledger(Interrupted(database, "obligations", "update_many", crash), outbox, LICENCES)
    with pytest.raises(AutoReconnect):
        record(crashing, [first])

    with eventlet.Timeout(HANG_SECONDS):
        results = record(store.ledger, [rival])

    assert outcomes(results) == ["reports.already_filed"]
    now = store.obligations.get(owed.id)
    assert (now.last_filing_id, now.first_accepted_at) == (first.filing_id, EARLY)
    assert now.content_sha256 == first.content_sha256


def test_an_amendment_meets_one_of_a_process_that_crashed_and_mends_it(store, database, outbox):
    (owed,) = owing(store)
    record(store.ledger, [an_attempt(owed)])
    amendment, rival = an_amending_attempt(owed, 1, 90), an_amending_attempt(owed, 1, 91)
    crashing = Ledger(Interrupted(database, "obligations", "update_many", crash), outbox, LICENCES)
    with pytest.raises(AutoReconnect):
        record(crashing, [amendment])

    with eventlet.Timeout(HANG_SECONDS):
        results = record(store.ledger, [rival])

    assert outcomes(results) == ["reports.stale_revision"]
    assert store.obligations.get(owed.id).last_filing_id == amendment.filing_id


# -- two processes --------------------------------------------------------------------------


def test_a_rival_that_records_between_reading_and_writing_wins(store, database, outbox):
    (owed,) = owing(store)
    ours, theirs = an_attempt(owed), an_attempt(owed, accepted_at=LATE)
    interrupted = Interrupted(
        database, "filings", "insert_many", lambda: record(store.ledger, [theirs])
    )

    results = record(Ledger(interrupted, outbox, LICENCES), [ours])

    assert outcomes(results) == ["reports.already_filed"]
    assert [filing["_id"] for filing in recorded(database, owed)] == [theirs.filing_id]
    now = store.obligations.get(owed.id)
    assert (now.last_filing_id, now.first_accepted_at) == (theirs.filing_id, LATE)


@pytest.mark.parametrize(
    ("collection", "operation"),
    [("rounds", "find"), ("obligations", "find"), ("filings", "insert_many")],
)
def test_the_same_filing_recorded_by_another_process_meanwhile_is_a_repetition(
    store, database, outbox, collection, operation
):
    (owed,) = owing(store)
    attempt = an_attempt(owed)
    interrupted = Interrupted(
        database, collection, operation, lambda: record(store.ledger, [attempt])
    )

    results = record(Ledger(interrupted, outbox, LICENCES), [attempt])

    assert outcomes(results) == ["repeated"]
    assert len(recorded(database, owed)) == 1


def test_of_rivals_recorded_side_by_side_one_wins_each_revision(store, database, outbox):
    obligations = owing(store, 40)
    chance = random.Random(7)

    def rivals() -> list[Any]:
        return [
            make(owed)
            for owed in obligations
            for make in (
                an_attempt,
                lambda owed: an_amending_attempt(owed, 1, chance.randrange(80)),
                lambda owed: an_amending_attempt(owed, 2, chance.randrange(80)),
            )
        ]

    batches = [rivals() for _ in range(4)]
    for batch in batches[1:]:
        chance.shuffle(batch)
    ledgers = [Ledger(database, outbox, LICENCES) for _ in batches]

    with eventlet.Timeout(HANG_SECONDS):
        working = [
            eventlet.spawn(record, ledger, batch)
            for ledger, batch in zip(ledgers, batches, strict=True)
        ]
        results = [each.wait() for each in working]

    told = [result for each in results for result in each]
    won = {result["_id"] for result in told if isinstance(result, dict)}
    kept = list(database["filings"].find())
    assert {filing["_id"] for filing in kept} == won
    assert sum(len(batch) for batch in batches) == len(told)
    for owed in obligations:
        filings = recorded(database, owed)
        now = store.obligations.get(owed.id)
        assert [filing["revision"] for filing in filings] == list(range(1, now.revision + 1))
        assert filings[0]["kind"] == "original"
        assert now.last_filing_id == filings[-1]["_id"]
        assert now.first_accepted_at == filings[0]["accepted_at"]
        assert now.content_sha256 == filings[-1]["content_sha256"]
        assert all(len(filing["outbox"]) == 1 for filing in filings)
