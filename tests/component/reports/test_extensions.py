"""A later due date reaches what it is given for, whatever happens at the same moment."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import orjson
import pytest

from contracts.errors import InvalidInput
from contracts.fields import wire_time
from contracts.reports.errors import RoundNotInState, WindowClosed
from services.reports.closing import close, close_ended
from services.reports.domain.extensions import explained
from services.reports.domain.obligations import State
from services.reports.domain.rounds import RoundState, Scope
from services.reports.extending import keep, move_due_dates, require_possible
from services.reports.store.extensions import Extensions
from services.reports.store.ledger import Ledger
from tests.component.reports.recording import record
from tests.component.reports.watching import Interrupted
from tests.unit.reports.duties import (
    CLOSES,
    DUE,
    EARLY,
    LATE,
    MILLISECOND,
    a_round,
    an_attempt,
    an_obligation,
)

WEEK = timedelta(days=7)
AFTER = CLOSES + timedelta(days=1)


def a_proposal(round_id: str = "ethics-2569-1", **changes: Any) -> dict[str, Any]:
    proposal = {
        "round_id": round_id,
        "scope": {},
        "lao_due_at": wire_time(DUE + WEEK),
        "order_no": "ก 12/2566",
        "reason": "อุทกภัย",
        "extended_at": wire_time(EARLY),
    }
    return proposal | changes


def extend(store, at: datetime = EARLY, key: str = "job-1", **changes: Any) -> int:
    extension = keep(store, key, a_proposal(**changes), by="operator")
    return move_due_dates(store, extension, at=at, show=lambda *_: None)


def announced(database) -> list[tuple[str, dict[str, Any]]]:
    return [
        (entry["key"], orjson.loads(entry["body"]))
        for collection in ("extensions", "moved_districts")
        for document in database[collection].find().sort("_id")
        for entry in document["outbox"]
    ]


@pytest.fixture
def spread(store) -> list[Any]:
    """Obligations in three districts of two provinces."""
    store.rounds.add(a_round())
    owed = [
        an_obligation(f"o{number}", province_code=district[:2], district_code=district)
        for number, district in enumerate(("8104", "8104", "8105", "9001"))
    ]
    store.obligations.add(owed)
    return owed


@pytest.mark.parametrize(
    ("scope", "reached"),
    [
        ({}, {0, 1, 2, 3}),
        ({"province": "81"}, {0, 1, 2}),
        ({"province": "81", "district": "8104"}, {0, 1}),
        ({"organisation": "o2"}, {2}),
        ({"obligation": "ethics-2569-1-o3-1"}, {3}),
    ],
)
def test_an_extension_reaches_its_scope_and_is_announced_by_district(
    store, database, spread, scope, reached
):
    assert extend(store, scope=scope) == len(reached)

    later = {n for n, owed in enumerate(spread) if store.obligations.get(owed.id).due_at > DUE}
    assert later == reached
    (first, *moved) = announced(database)
    assert (first[0], first[1]["extension_no"]) == ("reports.round_extended.v1", 1)
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


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_whatever_the_order_of_extensions_the_latest_date_stands(store, database, spread, order):
    weeks = (1, 3, 2)
    kept = [
        keep(store, f"job-{n}", a_proposal(lao_due_at=wire_time(DUE + w * WEEK)), by="operator")
        for n, w in enumerate(weeks)
    ]

    for n in order:
        move_due_dates(store, kept[n], at=EARLY, show=lambda *_: None)

    assert {store.obligations.get(owed.id).due_at for owed in spread} == {DUE + 3 * WEEK}
    last = {
        each["obligation_id"]: max(
            facts["due_at"]
            for key, facts in announced(database)
            if key == "reports.due_dates_moved.v1"
        )
        for key, facts in announced(database)
        if key == "reports.due_dates_moved.v1"
        for each in facts["obligations"]
    }
    assert last == {owed.id: wire_time(DUE + 3 * WEEK) for owed in spread}


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
    store.extensions = Extensions(Interrupted(database, collection, step, crash), outbox)
    with suppress(Killed):
        extend(store)
    store.extensions = whole

    assert extend(store) == extend(store) == 4

    keys = [key for key, _ in announced(database)]
    assert keys == ["reports.round_extended.v1"] + ["reports.due_dates_moved.v1"] * 3
    assert store.extensions.list("ethics-2569-1", after=0, limit=9)[0].no == 1


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

    (filing,) = record(Ledger(meanwhile, outbox), [an_attempt(late, accepted_at=DUE + WEEK)])

    assert filing["on_time"] is False
    assert store.obligations.get(late.id).on_time is True


def test_a_missed_obligation_is_open_again_until_its_later_date(store, spread):
    close(store, store.rounds.get("ethics-2569-1"), at=AFTER)
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
    assert store.rounds.get("ethics-2569-1").state is RoundState.CLOSED


def test_a_date_that_is_past_already_reopens_nothing(store, spread):
    close(store, store.rounds.get("ethics-2569-1"), at=AFTER)

    extend(store, at=AFTER, lao_due_at=wire_time(LATE))

    assert {store.obligations.get(owed.id).state for owed in spread} == {State.MISSED}


def test_an_extension_of_nothing_or_to_no_later_date_is_refused(store, spread):
    round_ = store.rounds.get("ethics-2569-1")

    for wrong, pointer in (
        ({"lao_due_at": wire_time(DUE)}, "/lao_due_at"),
        ({"scope": {"province": "50"}}, "/scope"),
        ({"scope": {"obligation": "ethics-2569-2-o1-1"}}, "/scope"),
    ):
        with pytest.raises(InvalidInput) as refused:
            require_possible(store, round_, a_proposal(**wrong))
        assert refused.value.details["pointer"] == pointer
    with pytest.raises(RoundNotInState):
        require_possible(store, a_round(state=RoundState.DRAFT), a_proposal())


def test_extensions_are_listed_by_number_and_the_latest_that_covers_a_place_is_found(store, spread):
    for number, (scope, weeks) in enumerate(
        [({}, 1), ({"district": "8104"}, 3), ({"province": "81"}, 2), ({"obligation": "x"}, 9)]
    ):
        keep(
            store,
            f"job-{number}",
            a_proposal(scope=scope, lao_due_at=wire_time(DUE + weeks * WEEK)),
            by="operator",
        )

    numbers = [each.no for each in store.extensions.list("ethics-2569-1", after=1, limit=2)]
    found = [store.extensions.latest_covering("ethics-2569-1", spread[n].place) for n in (0, 2, 3)]

    assert numbers == [2, 3]
    assert [each.no for each in found] == [2, 3, 1]
    assert found[0].scope == Scope(district="8104")
    assert store.extensions.latest_covering("ethics-2569-2", spread[0].place) is None
