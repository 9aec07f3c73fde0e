"""What offices and signers do is one write with what it announces, whoever files meanwhile."""

from __future__ import annotations

import random
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import eventlet
import orjson
import pytest
from pymongo.errors import AutoReconnect

from collecting.filings.shapes import answer_of
from collecting.filings.store import Ledger
from collecting.obligations.change import TRIES, change
from collecting.obligations.rules.obligation import Obligation, State
from contracts.collecting.filings import StaleRevision
from contracts.errors import ServiceError, StaleVersion
from contracts.fields import wire_time
from contracts.principal import Principal, Role
from tests.builders.duties import CLOSES, EARLY, LATE
from tests.builders.licences.answers import some_answers
from tests.builders.licences.kind import LICENCES
from tests.builders.recording import record
from tests.builders.waiting import HANG_SECONDS
from tests.builders.watching import Interrupted
from tests.component.collecting.acting import Asked, interrupted_by
from tests.unit.collecting.duties import an_amending_attempt, an_attempt, owing

DISTRICT = Principal("s-d8104", "d8104", Role.DISTRICT_OFFICER, "district", "8104").to_wire()
PROVINCE = Principal("s-p81", "p81", Role.PROVINCE_OFFICER, "province", "81").to_wire()
RETURN = {"reason": "ตัวเลขไม่ตรง", "due_at": wire_time(CLOSES), "revision": None}
ACCEPTANCE = {"note": None, "revision": None}


@pytest.fixture
def asked(store) -> Asked:
    return Asked(store)


@pytest.fixture
def filed(store) -> Any:
    """An obligation with an original on it, still due."""
    (owed,) = owing(store)
    record(store.ledger, [an_attempt(owed)])
    return store.obligations.get(owed.id)


def a_withdrawal(owed: Any, base: int, **changes: Any) -> Any:
    said = {"kind": "withdrawal", "answers": {}, "base_revision": base, "reason": "ยื่นผิด"}
    return an_attempt(owed, **said | changes)


def crash(*_args: Any) -> None:
    raise AutoReconnect("the process was killed here")


def announced(database: Any, owed: Any) -> list[tuple[str, dict[str, Any]]]:
    document = database["obligations"].find_one({"_id": owed.id})
    return [(entry["key"], orjson.loads(entry["body"])) for entry in document.get("outbox", ())]


# -- one write ------------------------------------------------------------------------------


def test_an_act_and_what_it_announces_are_one_write(asked, database, commands, filed):
    with commands.during() as sent:
        shown = asked.return_report(DISTRICT, filed.id, RETURN)

    assert [next(iter(each)) for each in sent] == ["find", "find", "update"]
    ((key, body),) = announced(database, filed)
    assert key == "licences.report_returned.v1"
    assert (body["revision"], body["act_no"], body["by_role"]) == (1, 1, "district_officer")
    assert body["correct_until"] == shown["correct_until"] == wire_time(CLOSES)
    assert (shown["state"], shown["acts"][0]["reason"]) == ("returned", "ตัวเลขไม่ตรง")


def test_every_act_is_announced_in_its_number(asked, database, filed):
    asked.accept_report(DISTRICT, filed.id, ACCEPTANCE)
    asked.return_report(PROVINCE, filed.id, RETURN)
    asked.take_return_back(PROVINCE, filed.id)

    assert [(key, body["act_no"]) for key, body in announced(database, filed)] == [
        ("licences.report_accepted.v1", 1),
        ("licences.report_returned.v1", 2),
        ("licences.report_return_taken_back.v1", 3),
    ]


def test_a_refused_act_changes_and_announces_nothing(asked, store, database, filed):
    asked.return_report(PROVINCE, filed.id, RETURN)
    before = store.obligations.get(filed.id)

    with pytest.raises(ServiceError):
        asked.take_return_back(DISTRICT, filed.id)

    assert store.obligations.get(filed.id) == before
    assert len(announced(database, filed)) == 1


def test_of_two_offices_that_return_at_once_one_does(store, database, outbox, filed):
    def rival() -> None:
        Asked(store).return_report(PROVINCE, filed.id, RETURN)

    ours = interrupted_by(rival, store, database, outbox)

    with pytest.raises(ServiceError) as refused:
        Asked(ours).return_report(DISTRICT, filed.id, RETURN)

    assert refused.value.code == "reports.already_returned"
    assert [act.username for act in store.obligations.get(filed.id).acts] == ["p81"]


# -- acts and filings at the same time ------------------------------------------------------


def test_the_ledger_brought_up_to_date_again_does_not_undo_a_return(asked, store, database):
    (owed,) = owing(store)
    attempt = an_attempt(owed)
    record(store.ledger, [attempt])
    asked.return_report(DISTRICT, owed.id, RETURN)

    assert answer_of(record(store.ledger, [attempt])[0])["outcome"] == "repeated"

    now = store.obligations.get(owed.id)
    assert (now.state, now.correct_until, len(now.acts)) == (State.RETURNED, CLOSES, 1)


@pytest.mark.parametrize("act", ["return_report", "accept_report"])
def test_an_act_while_an_amendment_is_being_recorded_is_of_the_revision_before(
    store, database, outbox, filed, act
):
    proposal = {"return_report": RETURN, "accept_report": ACCEPTANCE}[act]

    def act_now() -> None:
        getattr(Asked(store), act)(DISTRICT, filed.id, proposal)

    interrupted = Interrupted(database, "obligations", "update_many", act_now)

    record(Ledger(interrupted, outbox, LICENCES), [an_amending_attempt(filed, 1, 90)])

    now = store.obligations.get(filed.id)
    assert (now.state, now.revision, now.is_accepted) == (State.AMENDED, 2, False)
    assert [each.revision for each in now.acts] == [1]


def test_a_return_of_what_a_dying_process_has_amended_already_is_answered_when_that_is_mended(
    asked, store, database, outbox, filed
):
    amendment = an_amending_attempt(filed, 1, 90)
    dying = Ledger(Interrupted(database, "obligations", "update_many", crash), outbox, LICENCES)
    with pytest.raises(AutoReconnect):
        record(dying, [amendment])
    asked.return_report(DISTRICT, filed.id, RETURN)

    record(store.ledger, [amendment])

    now = store.obligations.get(filed.id)
    assert (now.state, now.revision) == (State.AMENDED, 2)
    assert now.correct_until == CLOSES


def test_a_return_taken_back_while_it_is_answered_leaves_the_answer(
    asked, store, database, outbox, filed
):
    asked.return_report(DISTRICT, filed.id, RETURN)
    interrupted = Interrupted(
        database,
        "obligations",
        "update_many",
        lambda: asked.take_return_back(DISTRICT, filed.id),
    )

    record(Ledger(interrupted, outbox, LICENCES), [an_amending_attempt(filed, 1, 90)])

    now = store.obligations.get(filed.id)
    assert (now.state, now.revision, now.correct_until) == (State.AMENDED, 2, LATE)


def test_an_act_decided_before_a_filing_and_written_after_it_is_decided_again(
    store, database, outbox, filed
):
    def amend() -> None:
        record(store.ledger, [an_amending_attempt(filed, 1, 90)])

    ours = interrupted_by(amend, store, database, outbox)

    shown = Asked(ours).accept_report(DISTRICT, filed.id, ACCEPTANCE)

    assert (shown["accepted_revision"], shown["acts"][0]["revision"]) == (2, 2)


def test_an_act_about_a_revision_that_was_seen_is_not_done_to_the_next(
    store, database, outbox, filed
):
    def amend() -> None:
        record(store.ledger, [an_amending_attempt(filed, 1, 90)])

    ours = interrupted_by(amend, store, database, outbox)

    with pytest.raises(StaleRevision):
        Asked(ours).accept_report(DISTRICT, filed.id, ACCEPTANCE | {"revision": 1})
    assert store.obligations.get(filed.id).acts == ()


def test_a_due_date_moved_while_a_filing_is_recorded_judges_it(store, database, outbox):
    (owed,) = owing(store)

    def extend() -> None:
        database["obligations"].update_one({"_id": owed.id}, {"$set": {"due_at": LATE}})

    interrupted = Interrupted(database, "obligations", "update_many", extend)

    (filing,) = record(Ledger(interrupted, outbox, LICENCES), [an_attempt(owed, accepted_at=LATE)])

    assert filing["on_time"] is False
    assert store.obligations.get(owed.id).on_time is True


def test_over_any_mingling_of_acts_and_filings_revisions_and_acts_have_no_gaps(
    store, database, outbox
):
    obligations = owing(store, 12)
    chance = random.Random(4)
    record(store.ledger, [an_attempt(owed) for owed in obligations])

    def file(owed: Any) -> None:
        now = store.obligations.get(owed.id)
        make = chance.choice(
            [
                lambda: an_amending_attempt(owed, now.revision, chance.randrange(90)),
                lambda: a_withdrawal(owed, now.revision),
                lambda: an_attempt(owed, accepted_at=LATE),
            ]
        )
        record(Ledger(database, outbox, LICENCES), [make()])

    def act(owed: Any) -> None:
        asked, office = Asked(store), chance.choice([DISTRICT, PROVINCE])
        do = chance.choice(
            [
                lambda: asked.return_report(office, owed.id, RETURN),
                lambda: asked.take_return_back(office, owed.id),
                lambda: asked.accept_report(office, owed.id, ACCEPTANCE),
            ]
        )
        try:
            do()
        except ServiceError:
            return

    with eventlet.Timeout(HANG_SECONDS):
        work = [(chance.choice([file, act]), owed) for owed in obligations * 12]
        chance.shuffle(work)
        pool = eventlet.GreenPool(8)
        for job, owed in work:
            pool.spawn_n(job, owed)
        pool.waitall()

    for owed in obligations:
        filings = list(database["filings"].find({"obligation_id": owed.id}).sort("revision"))
        now = store.obligations.get(owed.id)
        assert [filing["revision"] for filing in filings] == list(range(1, now.revision + 1))
        assert (now.first_accepted_at, now.judged_at, now.on_time) == (EARLY, EARLY, True)
        assert now.is_in_force is (filings[-1]["kind"] != "withdrawal")
        assert (now.state is State.OPEN) is not now.is_in_force
        assert [each.no for each in now.acts] == list(range(1, now.act_no + 1))
        assert [body["act_no"] for _, body in announced(database, owed)] == [
            each.no for each in now.acts
        ]
        last = {each.kind: each for each in now.acts}.get("returned")
        if now.state is State.RETURNED:
            assert last is not None
            assert last.revision == now.revision


# -- withdrawals ----------------------------------------------------------------------------


def test_a_withdrawal_is_recorded_with_a_receipt_and_leaves_what_was_typed(store, database, filed):
    store.drafts.save(filed, {"score": 1}, made_from=0, at=EARLY, username="u")

    (withdrawn,) = record(store.ledger, [a_withdrawal(filed, 1)])

    assert (withdrawn["revision"], withdrawn["receipt"]["revision"]) == (2, 2)
    now = store.obligations.get(filed.id)
    assert (now.state, now.revision, now.is_in_force) == (State.OPEN, 2, False)
    assert (now.first_accepted_at, now.last_filing_id) == (EARLY, filed.last_filing_id)
    assert store.drafts.get(now) == ({"score": 1}, 1)
    (entry,) = database["filings"].find_one({"revision": 2})["outbox"]
    assert entry["key"] == "licences.report_withdrawn.v1"


def test_whoever_drafts_after_a_withdrawal_begins_with_what_was_withdrawn(store, filed):
    record(store.ledger, [a_withdrawal(filed, 1)])

    assert store.drafts.get(store.obligations.get(filed.id)) == (some_answers(), 0)


def test_what_is_filed_after_a_withdrawal_has_the_next_revision_and_the_first_time(store, filed):
    again = an_attempt(filed, accepted_at=LATE)

    results = record(store.ledger, [a_withdrawal(filed, 1), again])

    now = store.obligations.get(filed.id)
    assert [result["revision"] for result in results] == [2, 3]
    assert (now.state, now.revision, now.last_filing_id) == (State.FILED, 3, again.filing_id)
    assert (now.first_accepted_at, now.on_time) == (EARLY, True)


def test_what_was_withdrawn_and_never_filed_again_is_missed(store, filed):
    record(store.ledger, [a_withdrawal(filed, 1)])

    assert store.obligations.miss(filed.round_id, at=CLOSES) == 1


# -- two clerks -----------------------------------------------------------------------------


def test_of_two_clerks_who_amend_at_once_one_wins_and_the_other_is_told_the_difference(
    store, filed
):
    ours = an_amending_attempt(filed, 1, 90)
    theirs = an_amending_attempt(filed, 1, 88.25, answers=some_answers(issued=99))

    first, second = record(store.ledger, [theirs, ours])

    assert first["revision"] == 2
    assert isinstance(second, StaleRevision)
    assert second.details == {
        "revision": "2",
        "base_revision": "1",
        "changed": "/answers/issued",
    }
    assert store.ledger.get(ours.filing_id)["details"] == second.details


def test_what_is_kept_of_acts_and_signatures_comes_back_as_it_was(store, asked, filed):
    asked.return_report(DISTRICT, filed.id, RETURN)

    (act,) = store.obligations.get(filed.id).acts

    assert (act.at, act.due_at, act.state_before) == (LATE, CLOSES, "filed")
    assert store.obligations.save_act(filed, replace(filed, act_no=9)) is False


@pytest.mark.parametrize(("moves", "is_kept"), [(TRIES - 1, True), (TRIES, False)])
def test_while_the_obligation_moves_it_is_decided_on_anew_and_not_for_ever(
    store, database, filed, moves, is_kept
):
    left = iter(range(moves))

    def decide() -> tuple[Obligation, Obligation]:
        before = store.obligations.get(filed.id)
        if next(left, None) is not None:
            database["obligations"].update_one({"_id": filed.id}, {"$inc": {"act_no": 1}})
        return before, replace(before, organisation_name="ชื่อใหม่")

    with nullcontext() if is_kept else pytest.raises(StaleVersion):
        change(store.obligations, decide, None)

    assert (store.obligations.get(filed.id).organisation_name == "ชื่อใหม่") is is_kept
