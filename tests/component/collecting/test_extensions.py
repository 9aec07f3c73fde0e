"""A later due date reaches what it is given for, whatever happens at the same moment."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from collecting.extensions.extend import keep, listed, move_due_dates, require_possible
from collecting.extensions.rules import explained
from collecting.extensions.store import Extensions
from collecting.filings.store import Ledger
from collecting.obligations.rules.obligation import State
from collecting.rounds.rules import RoundState
from collecting.running.close import close, close_ended
from contracts.collecting.due_dates import is_in_time, is_past
from contracts.collecting.extensions import ExtensionAlreadyWithdrawn, ExtensionNotFound
from contracts.collecting.filings import WindowClosed
from contracts.collecting.rounds import RoundNotInState
from contracts.errors import InvalidInput
from contracts.fields import wire_time
from tests.builders.duties import CLOSES, DUE, EARLY, LATE, MILLISECOND, OPERATOR
from tests.builders.licences.kind import LICENCES
from tests.builders.recording import record
from tests.builders.watching import Interrupted
from tests.unit.collecting.duties import a_round, an_amending_attempt, an_attempt, owing

WEEK = timedelta(days=7)
AFTER = CLOSES + timedelta(days=1)


def a_proposal(round_id: str = "licences-2569-1", **changes: Any) -> dict[str, Any]:
    proposal = {
        "round_id": round_id,
        "scope": {},
        "lao_due_at": wire_time(DUE + WEEK),
        "order_no": "ก 12/2566",
        "reason": "อุทกภัย",
    }
    return proposal | changes


def extend(store, at: datetime = EARLY, key: str = "job-1", **changes: Any) -> int:
    extension = keep(store, key, a_proposal(**changes), by=OPERATOR, at=at)
    return move_due_dates(store, extension, at=at, show=lambda *_: None)


def withdraw(store, no: int, at: datetime = EARLY, key: str = "job-w", **changes: Any) -> int:
    return extend(store, at, key, **{"withdraws": no, "scope": None, "lao_due_at": None} | changes)


def announced(database) -> list[tuple[str, dict[str, Any]]]:
    return [
        (entry["key"], orjson.loads(entry["body"]))
        for collection in ("extensions", "moved_districts")
        for document in database[collection].find().sort("_id")
        for entry in document["outbox"]
    ]


@pytest.mark.parametrize(
    ("scope", "reached"),
    [
        ({}, {0, 1, 2, 3}),
        ({"province": "81"}, {0, 1, 2}),
        ({"province": "81", "district": "8104"}, {0, 1}),
        ({"organisation": "o2"}, {2}),
        ({"obligation": "licences-2569-1-o3-1"}, {3}),
    ],
)
def test_an_extension_reaches_its_scope_and_is_announced_by_district(
    store, database, spread, scope, reached
):
    assert extend(store, scope=scope) == len(reached)

    later = {n for n, owed in enumerate(spread) if store.obligations.get(owed.id).due_at > DUE}
    assert later == reached
    (first, *moved) = announced(database)
    assert (first[0], first[1]["extension_no"]) == ("licences.round_extended.v1", 1)
    told = [each["obligation_id"] for _, facts in moved for each in facts["obligations"]]
    assert sorted(told) == [spread[n].id for n in sorted(reached)]
    assert len(moved) == len({spread[n].district_code for n in reached})


def test_a_due_date_says_where_it_came_from(store, spread):
    extend(store, scope={"district": "8104"})
    extend(store, key="job-2", lao_due_at=wire_time(DUE + 2 * WEEK), order_no="ก 15/2566")

    twice, once = (store.obligations.get(spread[n].id) for n in (0, 3))
    assert twice.due_because == "27 ธ.ค. 2569 + 7 วัน ตามคำสั่งที่ ก 15/2566 (อุทกภัย)"
    assert once.due_because == "20 ธ.ค. 2569 + 14 วัน ตามคำสั่งที่ ก 15/2566 (อุทกภัย)"


def test_a_due_date_later_on_the_same_day_says_the_hour():
    noon = DUE.replace(hour=12, minute=0)

    assert explained(noon, DUE, "1", "ระบบล่ม").startswith("20 ธ.ค. 2569 ถึงเวลา 23.59 น. ")


def test_a_withdrawn_extension_counts_no_more_but_for_what_was_filed_while_it_stood(store, spread):
    under, before, unfiled, _ = spread
    given_at, ended_at = DUE + 2 * WEEK, DUE + 3 * WEEK
    record(store.ledger, [an_attempt(before, accepted_at=DUE + WEEK)])
    extend(store, at=given_at, lao_due_at=wire_time(DUE + 200 * WEEK // 7))
    record(store.ledger, [an_attempt(under, accepted_at=given_at)])
    assert [store.obligations.get(each.id).on_time for each in (under, before)] == [True, True]

    assert withdraw(store, 1, at=ended_at) == 4

    owed = [store.obligations.get(each.id) for each in spread]
    assert {each.due_at for each in owed} == {DUE}
    assert [each.on_time for each in owed[:2]] == [True, False]
    assert "ตามคำสั่งที่" in owed[2].due_because
    in_flight, too_late = record(
        store.ledger,
        [
            an_attempt(unfiled, accepted_at=ended_at - MILLISECOND),
            an_attempt(spread[3], accepted_at=ended_at),
        ],
    )
    assert (in_flight["on_time"], too_late["on_time"]) == (True, False)
    assert in_flight["due_at"] == DUE + 200 * WEEK // 7
    assert in_flight["due_because"] == "ตามกำหนดที่มีผลในขณะที่ยื่น"
    shown = [store.obligations.get(each.id).on_time for each in spread]
    assert shown == [True, False, True, False]


def test_what_was_accepted_under_an_extension_is_taken_when_that_ended_meanwhile(store, spread):
    close(store, store.rounds.get("licences-2569-1"), at=AFTER)
    extend(store, at=AFTER, lao_due_at=wire_time(AFTER + 2 * WEEK))
    ended_at = AFTER + WEEK

    withdraw(store, 1, at=ended_at)

    taken, refused = record(
        store.ledger,
        [
            an_attempt(spread[0], accepted_at=ended_at - MILLISECOND),
            an_attempt(spread[1], accepted_at=ended_at),
        ],
    )
    assert taken["on_time"] is True
    assert isinstance(refused, WindowClosed)
    assert close_ended(store, at=ended_at) == 3


def test_a_shorter_extension_takes_the_place_of_the_longer_one_for_its_part(store, spread):
    extend(store, lao_due_at=wire_time(DUE + 3 * WEEK), scope={"district": "8104"})
    extend(store, key="job-2", scope={"province": "81"})
    shorter = {"lao_due_at": wire_time(DUE + 2 * WEEK)}
    extend(store, key="job-3", scope={"province": "81", "district": "8104"}, **shorter)

    due = [store.obligations.get(owed.id).due_at for owed in spread]

    assert due == [DUE + 2 * WEEK, DUE + 2 * WEEK, DUE + WEEK, DUE]


def test_an_amendment_is_told_the_due_date_by_which_the_report_is_judged(store, spread):
    day = timedelta(days=1)
    extend(store, at=DUE, lao_due_at=wire_time(DUE + WEEK))
    record(store.ledger, [an_attempt(spread[0], accepted_at=DUE + day)])
    withdraw(store, 1, at=DUE + 2 * day)
    afterwards = wire_time(DUE + 3 * day)

    (amended,) = record(
        store.ledger, [an_amending_attempt(spread[0], 1, 90, accepted_at=afterwards)]
    )

    assert (amended["on_time"], amended["due_at"]) == (True, DUE + WEEK)
    assert amended["due_because"] == "ตามกำหนดที่มีผลในขณะที่ยื่น"


@pytest.mark.parametrize("late_by_ms", [-1, 0, 1, 998, 999, 1_000])
@pytest.mark.parametrize("due_at", [DUE, DUE.replace(microsecond=0)], ids=["ms", "whole"])
def test_the_ledger_judges_by_the_same_rule_when_it_records_and_when_a_due_date_moves(
    store, late_by_ms, due_at
):
    (owed,) = owing(store, round_=a_round(lao_due_at=due_at))
    store.obligations._obligations.update_many({}, {"$set": {"due_at": due_at}})
    at = due_at + late_by_ms * MILLISECOND

    (filing,) = record(store.ledger, [an_attempt(owed, accepted_at=at)])

    expected = is_in_time(at, due_at)
    assert filing["on_time"] is expected
    assert store.obligations.get(owed.id).on_time is expected
    extend(store, at=at)
    withdraw(store, 1, at=at)
    assert store.obligations.get(owed.id).on_time is expected


@pytest.mark.parametrize("ms", [-1, 0, 998, 999, 1_000])
def test_a_window_in_whole_seconds_is_over_when_that_second_is(store, ms):
    closes_at = CLOSES.replace(microsecond=0)
    (owed,) = owing(store, round_=a_round(closes_at=closes_at))
    at = closes_at + ms * MILLISECOND

    assert close_ended(store, at=at) == int(is_past(closes_at, at))
    (result,) = record(store.ledger, [an_attempt(owed, accepted_at=at)])
    assert isinstance(result, WindowClosed) is is_past(closes_at, at)


@pytest.mark.parametrize("step", ["update_many", "insert_one", "find", "aggregate"])
@pytest.mark.parametrize("collection", ["extensions", "obligations", "moved_districts"])
def test_an_extension_repeated_after_a_crash_is_whole_and_announced_once(
    store, database, outbox, spread, collection, step
):
    class Killed(Exception):
        pass

    def crash() -> None:
        raise Killed

    whole = store.extensions
    store.extensions = Extensions(Interrupted(database, collection, step, crash), outbox, LICENCES)
    with suppress(Killed):
        extend(store)
    store.extensions = whole

    assert extend(store) == extend(store) == 4

    keys = [key for key, _ in announced(database)]
    assert keys == ["licences.round_extended.v1"] + ["licences.due_dates_moved.v1"] * 3
    assert store.extensions.list("licences-2569-1", after=0, limit=9)[0].no == 1


def test_what_was_late_is_on_time_by_the_later_date_and_what_was_not_stays(store, spread):
    late, very_late, *_ = spread
    record(store.ledger, [an_attempt(late, accepted_at=DUE + WEEK)])
    record(store.ledger, [an_attempt(very_late, accepted_at=DUE + WEEK + MILLISECOND)])
    assert store.obligations.get(late.id).on_time is False

    extend(store)

    assert store.obligations.get(late.id).on_time is True
    assert store.obligations.get(very_late.id).on_time is False


def test_a_filing_decided_before_and_recorded_after_an_extension_is_on_time(
    store, database, outbox, spread
):
    late = spread[0]
    meanwhile = Interrupted(database, "obligations", "update_many", lambda: extend(store))

    (filing,) = record(
        Ledger(meanwhile, outbox, LICENCES), [an_attempt(late, accepted_at=DUE + WEEK)]
    )

    assert filing["on_time"] is False
    assert store.obligations.get(late.id).on_time is True


def test_a_missed_obligation_is_open_again_until_its_later_date(store, spread):
    close(store, store.rounds.get("licences-2569-1"), at=AFTER)
    extended, left = spread[0], spread[3]
    store.drafts.save(spread[1], {}, made_from=0, at=EARLY, username="u")
    until = AFTER + WEEK

    extend(store, at=AFTER, scope={"province": "81"}, lao_due_at=wire_time(until))

    states = [store.obligations.get(owed.id).state for owed in spread]
    assert states == [State.OPEN, State.DRAFT, State.OPEN, State.MISSED]
    in_time, too_late = record(
        store.ledger,
        [
            an_attempt(extended, accepted_at=until),
            an_attempt(spread[2], accepted_at=until + MILLISECOND),
        ],
    )
    (refused,) = record(store.ledger, [an_attempt(left, accepted_at=until)])
    assert in_time["on_time"] is True
    assert isinstance(too_late, WindowClosed)
    assert isinstance(refused, WindowClosed)
    assert close_ended(store, at=until) == 0
    assert close_ended(store, at=until + MILLISECOND) == 2
    assert store.obligations.get(spread[2].id).state is State.MISSED


def test_what_is_extended_beyond_the_end_of_its_round_is_not_missed_with_the_others(store, spread):
    extend(store, scope={"organisation": "o2"}, lao_due_at=wire_time(AFTER + WEEK))

    assert close_ended(store, at=CLOSES) == 0
    assert close_ended(store, at=CLOSES + MILLISECOND) == 3

    assert store.obligations.get(spread[2].id).state is State.OPEN
    assert store.rounds.get("licences-2569-1").state is RoundState.CLOSED


@pytest.mark.parametrize(("ms", "state"), [(-1, State.OPEN), (0, State.OPEN), (1, State.MISSED)])
def test_up_to_the_moment_it_is_due_anew_what_was_missed_is_owed_again(store, spread, ms, state):
    close(store, store.rounds.get("licences-2569-1"), at=AFTER)

    extend(store, at=AFTER + ms * MILLISECOND, lao_due_at=wire_time(AFTER))

    assert {store.obligations.get(owed.id).state for owed in spread} == {state}


def test_a_date_that_is_past_already_reopens_nothing(store, spread):
    close(store, store.rounds.get("licences-2569-1"), at=AFTER)

    extend(store, at=AFTER, lao_due_at=wire_time(LATE))

    assert {store.obligations.get(owed.id).state for owed in spread} == {State.MISSED}


def test_an_extension_of_nothing_or_to_no_later_date_is_refused(store, spread):
    round_ = store.rounds.get("licences-2569-1")

    for wrong, pointer in (
        ({"lao_due_at": wire_time(DUE)}, "/lao_due_at"),
        ({"scope": {"province": "50"}}, "/scope"),
        ({"scope": {"obligation": "licences-2569-2-o1-1"}}, "/scope"),
    ):
        with pytest.raises(InvalidInput) as refused:
            require_possible(store, round_, a_proposal(**wrong), OPERATOR)
        assert refused.value.details["pointer"] == pointer
    with pytest.raises(RoundNotInState):
        require_possible(store, a_round(state=RoundState.DRAFT), a_proposal(), OPERATOR)


def test_orders_are_listed_by_number_with_what_ended_them(store, spread):
    for number, facts in enumerate(
        [
            {},
            {"scope": {"district": "8104"}},
            {"lao_due_at": wire_time(DUE + 2 * WEEK)},
            {"withdraws": 2},
        ]
    ):
        keep(store, f"job-{number}", a_proposal(**facts), by=OPERATOR, at=EARLY)

    every = listed(store, "licences-2569-1", after=0, limit=9)

    assert [(each["no"], each["stands"], each["ended_by"]) for each in every] == [
        (1, False, 3),
        (2, False, 4),
        (3, True, None),
        (4, True, None),
    ]
    assert every[3]["scope"] == every[1]["scope"]
    assert (every[3]["lao_due_at"], every[3]["withdraws"]) == (None, 2)
    assert listed(store, "licences-2569-1", after=1, limit=2) == every[1:3]
    assert listed(store, "licences-2569-2", after=0, limit=9) == []


def test_an_order_is_never_kept_as_of_a_time_before_the_last_one(store, spread):
    last = keep(store, "job-1", a_proposal(), by=OPERATOR, at=LATE)

    following = keep(store, "job-2", a_proposal(), by=OPERATOR, at=EARLY)

    assert (following.no, following.extended_at) == (2, last.extended_at)


def test_a_withdrawal_of_what_was_withdrawn_meanwhile_is_refused_when_it_is_kept(store, spread):
    extend(store)
    withdraw(store, 1)

    for no, refusal in ((1, ExtensionAlreadyWithdrawn), (2, ExtensionNotFound)):
        with pytest.raises(refusal):
            withdraw(store, no, key="job-again")
