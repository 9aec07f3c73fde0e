"""Obligations are opened once, listed once each, and made of the newest facts there are."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any

import orjson
import pytest

from collecting.obligations.open import open_obligations
from collecting.obligations.rules.obligation import State
from collecting.obligations.store import Obligations
from collecting.rounds.rules import Scope
from contracts.collecting.obligations import ObligationNotFound
from contracts.principal import Principal, Role
from tests.builders.duties import DUE, LATE, OPENS
from tests.builders.licences.kind import LICENCES, LicenceOfficer
from tests.builders.recording import record
from tests.builders.watching import Interrupted
from tests.unit.collecting.duties import a_round, an_attempt, an_obligation, owing

OPERATOR = Principal("s", "operator", Role.OPERATOR, "country", "")
KRABI = Principal("s", "p81", Role.PROVINCE_OFFICER, "province", "81")
KLONG_THOM = Principal("s", "d8104", Role.DISTRICT_OFFICER, "district", "8104")


def an_organisation(number: int, district: str = "8104", **changes: Any) -> dict[str, Any]:
    facts = {
        "_id": f"o{number:05d}",
        "code": f"6{district}{number % 100:02d}",
        "type": "sao",
        "full_name": f"องค์การบริหารส่วนตำบลสมมติ {number}",
        "province_code": district[:2],
        "district_code": district,
        "changed_at": OPENS,
    }
    return facts | changes


def announced(database) -> list[str]:
    return [
        entry["body"]
        for document in database["opened_districts"].find().sort("_id")
        for entry in document["outbox"]
    ]


def listed(store, by: Principal, limit: int, **wanted: Any) -> list[Any]:
    """Everything the caller sees, page by page."""
    seen: list[Any] = []
    after = None
    options = {"round_id": None, "state": None} | wanted
    while page := store.obligations.list(by, after=after, limit=limit, **options):
        assert len(page) <= limit
        seen += page
        after = (page[-1].due_at, page[-1].id)
    return seen


# -- organisations --------------------------------------------------------------------------


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("at_once", [True, False])
def test_the_newest_facts_stand_whatever_order_they_come_in(store, database, order, at_once):
    facts = [
        an_organisation(1, full_name=f"ชื่อที่ {n}", changed_at=OPENS + timedelta(days=n))
        for n in range(3)
    ]
    told = [facts[n] for n in order]

    for batch in [told, told] if at_once else [[one] for one in told * 2]:
        store.organisations.learn(batch)

    (known,) = database["organisations"].find()
    assert known == facts[2]


def test_other_facts_of_the_same_moment_change_nothing(store, database):
    store.organisations.learn([an_organisation(1)])

    store.organisations.learn([an_organisation(1, full_name="อื่น"), an_organisation(2)])

    assert database["organisations"].find_one({"_id": "o00001"}) == an_organisation(1)
    assert store.organisations.count(Scope()) == 2


def test_learning_nothing_is_nothing(store):
    store.organisations.learn([])

    assert store.organisations.count(Scope()) == 0


@pytest.mark.parametrize(
    ("scope", "count"),
    [
        (Scope(), 6),
        (Scope("81"), 4),
        (Scope("81", "8105"), 2),
        (Scope(district="9001"), 2),
        (Scope(organisation="o00003"), 1),
        (Scope("90", organisation="o00003"), 0),
    ],
)
def test_a_scope_is_counted_and_gone_through_alike(store, scope, count):
    districts = ("8105", "9001", "8104") * 2
    store.organisations.learn(an_organisation(n, d) for n, d in enumerate(districts))

    provinces = list(store.organisations.by_province(scope))

    found = [(each["district_code"], each["code"]) for province in provinces for each in province]
    assert found == sorted(found)
    assert len(found) == store.organisations.count(scope) == count
    assert [{each["province_code"] for each in province} for province in provinces] == [
        {code} for code in sorted({district[:2] for district, _ in found})
    ]


# -- opening --------------------------------------------------------------------------------


def test_opening_makes_an_obligation_for_each_organisation_and_subject(store, database):
    store.organisations.learn([an_organisation(n, d) for n, d in enumerate(("8104", "8105") * 3)])
    shown = []

    count = open_obligations(store, a_round(), show=lambda *progress: shown.append(progress))

    assert count == store.obligations.count("licences-2569-1") == 12
    assert shown == [(12, 12)]
    seen = listed(store, OPERATOR, 50)
    assert {(owed.organisation_id, owed.subject.id) for owed in seen} == {
        (f"o{n:05d}", subject.id) for n in range(6) for subject in LICENCES.subjects
    }
    told = [item for body in announced(database) for item in orjson.loads(body)["obligations"]]
    assert {item["obligation_id"] for item in told} == {owed.id for owed in seen}
    assert len(announced(database)) == 2


@pytest.mark.parametrize("step", ["obligations", "opened_districts"])
def test_opened_again_after_a_crash_nothing_changes_and_each_district_is_announced_once(
    store, database, outbox, step
):
    class Killed(Exception):
        pass

    def crash() -> None:
        raise Killed

    store.organisations.learn([an_organisation(n, d) for n, d in enumerate(("8104", "9001") * 3)])
    whole, store.obligations = (
        store.obligations,
        Obligations(Interrupted(database, step, "insert_many", crash), outbox, LICENCES),
    )
    with pytest.raises(Killed):
        open_obligations(store, a_round(), show=lambda *_: None)
    store.obligations = whole
    open_obligations(store, a_round(), show=lambda *_: None)
    (filed, *_) = listed(store, OPERATOR, 50)
    record(store.ledger, [an_attempt(filed)])
    before, told = listed(store, OPERATOR, 50), announced(database)

    open_obligations(store, a_round(), show=lambda *_: None)

    assert listed(store, OPERATOR, 50) == before
    assert announced(database) == told
    assert [orjson.loads(body)["district_code"] for body in told] == ["8104", "9001"]


# -- one by one -----------------------------------------------------------------------------


def test_an_obligation_comes_back_as_it_was_kept(store):
    (owed,) = owing(store)

    assert store.obligations.get(owed.id) == owed
    with pytest.raises(ObligationNotFound):
        store.obligations.get("nowhere")


def test_only_an_untouched_obligation_becomes_a_draft(store):
    first, second = owing(store, 2)
    record(store.ledger, [an_attempt(second)])

    for owed in (first, second):
        store.obligations.begin_draft(owed.id)

    states = [store.obligations.get(owed.id).state for owed in (first, second)]
    assert states == [State.DRAFT, State.FILED]


def test_what_was_never_filed_is_missed_and_may_still_be_recorded_later(store):
    first, second, third = owing(store, 3)
    record(store.ledger, [an_attempt(first)])
    store.obligations.begin_draft(second.id)

    assert [store.obligations.miss(first.round_id, at=LATE) for _ in range(2)] == [2, 0]
    record(store.ledger, [an_attempt(third)])

    states = [store.obligations.get(owed.id).state for owed in (first, second, third)]
    assert states == [State.FILED, State.MISSED, State.FILED]


# -- lists ----------------------------------------------------------------------------------


@pytest.fixture
def many(store) -> list[Any]:
    """Obligations of two rounds in four districts; most of them are due at the same instant."""
    districts = ("8104", "8105", "9001", "9002")
    obligations = []
    for round_id in ("licences-2569-1", "licences-2569-2"):
        round_ = a_round(id=round_id, no=int(round_id[-1]))
        store.rounds.add(round_)
        obligations += [
            an_obligation(
                f"o{number:05d}",
                subject.number,
                round_id=round_id,
                district_code=districts[number % 4],
                province_code=districts[number % 4][:2],
                due_at=LATE if number % 9 == 0 else DUE,
            )
            for number in range(30)
            for subject in LICENCES.subjects
        ]
        store.obligations.add(obligations[-60:])
    return obligations


@pytest.mark.parametrize("limit", [1, 7, 60, 120, 500])
def test_a_list_goes_through_everything_exactly_once_by_due_date(store, many, limit):
    seen = listed(store, OPERATOR, limit)

    assert [owed.id for owed in seen] == [
        owed.id for owed in sorted(many, key=lambda owed: (owed.due_at, owed.id))
    ]


def test_each_role_sees_its_own_part(store, many):
    officer = LicenceOfficer(
        "s", "u", Role.LAO_OFFICER, "organisation", "o00003", "o00003", licence="stalls"
    )
    own = {
        OPERATOR: lambda owed: True,
        KRABI: lambda owed: owed.province_code == "81",
        KLONG_THOM: lambda owed: owed.district_code == "8104",
        officer: lambda owed: (owed.organisation_id, owed.subject.id) == ("o00003", "stalls"),
    }

    for by, is_own in own.items():
        for round_id in (None, "licences-2569-2"):
            expected = {o.id for o in many if is_own(o) and round_id in (None, o.round_id)}
            assert {o.id for o in listed(store, by, 7, round_id=round_id)} == expected


def test_a_list_can_be_narrowed_to_a_state(store, many):
    record(store.ledger, [an_attempt(owed) for owed in many[:5]])

    filed = listed(store, OPERATOR, 2, state="filed")
    left = listed(store, OPERATOR, 50, state="open", round_id="licences-2569-1")

    assert {owed.id for owed in filed} == {owed.id for owed in many[:5]}
    assert len(left) == 55
