"""What a body does goes by the subjects that it supervises, and is refused beyond them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from collecting.extensions.extend import keep, listed, move_due_dates, require_possible
from collecting.obligations.open import open_obligations
from collecting.obligations.rules.obligation import State
from collecting.obligations.rules.orders import Order
from collecting.orders import carry_out
from contracts.collecting.corrections import AlreadyAccepted
from contracts.collecting.extensions import TooManyExtensions
from contracts.collecting.obligations import SupervisedByAnother
from contracts.collecting.orders import OrganisationAlreadyInRound
from contracts.errors import OutOfScope
from contracts.fields import BANGKOK_OFFSET, wire_time
from contracts.principal import Principal, Role
from tests.builders.duties import DUE, EARLY, LATE, OPERATOR
from tests.builders.recording import record
from tests.component.collecting.acting import Asked
from tests.component.collecting.test_extensions import a_proposal, announced
from tests.component.collecting.test_obligations import an_organisation
from tests.unit.collecting.duties import a_round, an_attempt

CENTRAL = Principal("s-k", "central", Role.CENTRAL_HR_BODY, "country", "")
OWNER = Principal("s-d", "owner", Role.CODE_OWNER, "country", "")
DISTRICT = Principal("s-d8104", "d8104", Role.DISTRICT_OFFICER, "district", "8104")
ROUND_ID = a_round().id
STALLS, SIGNS = (f"{ROUND_ID}-o00001-{number}" for number in (1, 2))
WEEK = timedelta(days=7)
ACCEPTING: Any = {"note": None, "revision": None}
RETURNING: Any = {"reason": "ตัวเลข", "due_at": wire_time(LATE + WEEK), "revision": None}


@pytest.fixture
def opened(store):
    """A round of two organisations that owe about stalls, which the centre supervises, and about
    signs, which are the owner's.
    """
    store.organisations.learn([an_organisation(1), an_organisation(2)])
    store.rounds.add(a_round())
    open_obligations(store, a_round(), show=lambda *_: None)
    return store.rounds.get(ROUND_ID)


def extend(store, by: Principal, key: str, at: datetime = EARLY, **changes: Any) -> int:
    order = keep(store, key, a_proposal(**changes), by=by, at=at)
    return move_due_dates(store, order, at=at, show=lambda *_: None)


def due(store) -> tuple[timedelta, ...]:
    return tuple(store.obligations.get(each).due_at - DUE for each in (STALLS, SIGNS))


def file_both(store) -> None:
    record(store.ledger, [an_attempt(store.obligations.get(each)) for each in (STALLS, SIGNS)])


def test_returning_and_accepting_go_by_group_and_beyond_it_are_refused(store, opened):
    file_both(store)
    desk = Asked(store)

    for by, own, other in ((CENTRAL, STALLS, SIGNS), (OWNER, SIGNS, STALLS)):
        with pytest.raises(SupervisedByAnother):
            desk.return_report(by.to_wire(), other, RETURNING)
        with pytest.raises(SupervisedByAnother):
            desk.accept_report(by.to_wire(), other, ACCEPTING)
        assert desk.return_report(by.to_wire(), own, RETURNING)["state"] == "returned"
        with pytest.raises(SupervisedByAnother):
            desk.take_return_back((OWNER if by is CENTRAL else CENTRAL).to_wire(), own)
        desk.take_return_back(by.to_wire(), own)
        assert desk.accept_report(by.to_wire(), own, ACCEPTING)["accepted_revision"] == 1
    with pytest.raises(OutOfScope):
        desk.accept_report(OPERATOR.to_wire(), STALLS, ACCEPTING)


def test_a_district_returns_and_accepts_in_its_area_whatever_the_group(store, opened):
    file_both(store)
    desk = Asked(store)

    for each in (STALLS, SIGNS):
        assert desk.accept_report(DISTRICT.to_wire(), each, ACCEPTING)["accepted_revision"] == 1
    desk.accept_report(OWNER.to_wire(), SIGNS, ACCEPTING)
    with pytest.raises(AlreadyAccepted):
        desk.return_report(DISTRICT.to_wire(), SIGNS, RETURNING)


def test_who_supervises_is_as_it_was_when_the_round_opened(store):
    earlier = a_round(opens_at=datetime(2024, 9, 30, 23, 59, tzinfo=BANGKOK_OFFSET))
    store.organisations.learn([an_organisation(1)])
    store.rounds.add(earlier)
    open_obligations(store, earlier, show=lambda *_: None)
    file_both(store)
    desk = Asked(store)

    assert desk.accept_report(CENTRAL.to_wire(), SIGNS, ACCEPTING)["accepted_revision"] == 1
    with pytest.raises(SupervisedByAnother) as refused:
        desk.return_report(OWNER.to_wire(), SIGNS, RETURNING)
    assert (refused.value.details["body"], refused.value.details["body_th"]) \
        == ("the centre", "ส่วนกลาง")  # fmt: skip


def test_exempting_and_lifting_go_by_group(store, opened):
    order = Order(CENTRAL, EARLY, "ก 1", "ยุบ")

    assert carry_out.exempt(store, STALLS, opened, State.EXEMPT, order).state is State.EXEMPT
    for act in (
        lambda: carry_out.exempt(store, SIGNS, opened, State.EXEMPT, order),
        lambda: carry_out.lift(store, STALLS, opened, Order(OWNER, EARLY)),
    ):
        with pytest.raises(SupervisedByAnother):
            act()
    assert carry_out.lift(store, STALLS, opened, order).state is State.OPEN


def test_an_order_on_an_organisation_reaches_what_its_body_supervises(store, database, opened):
    store.organisations.learn([an_organisation(3)])
    reached = {"central": "1", "owner": "2"}

    for by in (CENTRAL, OWNER):
        order = Order(by, EARLY, "ก 2", "จัดตั้งใหม่")
        carry_out.add(store, "o00003", store.rounds.get(ROUND_ID), order)
        with pytest.raises(OrganisationAlreadyInRound):
            carry_out.add(store, "o00003", store.rounds.get(ROUND_ID), order)

    owed = store.obligations.list_of_organisation(ROUND_ID, "o00003")
    assert {each.acts[-1].username: each.id[-1] for each in owed} == reached
    told = [
        entry["body"].count('"obligation_id"')
        for opened in database["opened_districts"].find({"organisation_ids": ["o00003"]})
        for entry in opened["outbox"]
    ]
    assert told == [1, 1]
    carry_out.close(store, "o00003", opened, Order(OWNER, EARLY, "ก 3", "ยุบ"))
    states = [each.state for each in store.obligations.list_of_organisation(ROUND_ID, "o00003")]
    assert states == [State.OPEN, State.EXEMPT]


def test_an_order_of_one_body_over_the_whole_round_moves_only_its_own(store, database, opened):
    assert extend(store, CENTRAL, "x1") == 2
    assert due(store) == (WEEK, timedelta(0))

    assert extend(store, OWNER, "x2", lao_due_at=wire_time(DUE + 2 * WEEK)) == 2
    assert due(store) == (WEEK, 2 * WEEK)
    told = [(key, facts.get("subjects")) for key, facts in announced(database)[:2]]
    assert told == [
        ("licences.subjects_extended.v1", ["stalls"]),
        ("licences.subjects_extended.v1", ["signs"]),
    ]
    orders = listed(store, ROUND_ID, after=0, limit=9)
    shown = [(each["subjects"], each["stands"]) for each in orders]
    assert shown == [(["stalls"], True), (["signs"], True)]


def test_an_order_about_all_ends_when_later_ones_about_each_have_taken_its_place(store, opened):
    extend(store, OPERATOR, "x1", lao_due_at=wire_time(DUE + 3 * WEEK))
    extend(store, CENTRAL, "x2")
    assert due(store) == (WEEK, 3 * WEEK)
    assert listed(store, ROUND_ID, after=0, limit=9)[0]["stands"]

    extend(store, OWNER, "x3", lao_due_at=wire_time(DUE + 2 * WEEK))
    assert due(store) == (WEEK, 2 * WEEK)
    assert listed(store, ROUND_ID, after=0, limit=9)[0]["ended_by"] == 3


def test_naming_what_another_body_supervises_in_an_order_is_refused(store, opened):
    for by, other in ((CENTRAL, SIGNS), (OWNER, STALLS)):
        with pytest.raises(SupervisedByAnother):
            require_possible(store, opened, a_proposal(scope={"obligation": other}), by)
    require_possible(store, opened, a_proposal(scope={"obligation": SIGNS}), OWNER)


def test_an_extension_is_withdrawn_by_who_supervises_all_that_it_reached(store, opened):
    extend(store, CENTRAL, "x1")
    extend(store, OPERATOR, "x2")

    for by, no in ((OWNER, 1), (CENTRAL, 2)):
        with pytest.raises(SupervisedByAnother):
            require_possible(store, opened, a_proposal(withdraws=no), by)
    extend(store, OPERATOR, "x3", withdraws=2)
    extend(store, CENTRAL, "x4", withdraws=1)
    assert due(store) == (timedelta(0), timedelta(0))


def test_an_order_from_before_is_about_all_and_moves_them_again(store, database, opened):
    extend(store, OPERATOR, "x1")
    database["extensions"].update_one({"_id": "x1"}, {"$unset": {"subjects": ""}})

    extend(store, CENTRAL, "x2", lao_due_at=wire_time(DUE + 2 * WEEK))
    assert due(store) == (2 * WEEK, WEEK)
    assert listed(store, ROUND_ID, after=0, limit=9)[0]["subjects"] == ["stalls", "signs"]


def test_the_orders_of_one_body_leave_room_for_those_of_the_other(store, opened):
    for number in range(100):
        keep(store, f"x{number}", a_proposal(), by=CENTRAL, at=EARLY)

    with pytest.raises(TooManyExtensions):
        keep(store, "x100", a_proposal(), by=CENTRAL, at=EARLY)
    assert keep(store, "x100", a_proposal(), by=OWNER, at=EARLY).no == 101
