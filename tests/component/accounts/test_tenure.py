"""Slots change hands, offices lock and close them, and what was done stays as it was."""

from dataclasses import replace
from typing import Any

import orjson
import pytest

from contracts.accounts.issuance import ActivationCodeSpent, SlipsAlreadyRead
from contracts.accounts.sign_in import WrongCredentials
from contracts.accounts.slots import SlotClosed, SlotLocked, SlotNotActivated
from contracts.errors import OutOfScope
from contracts.principal import Principal, Role
from services.accounts.sign_in.rules.sessions import Session
from services.accounts.stores import AccountsStore
from tests.component.accounts.direct import Desk
from tests.component.accounts.krabi import (
    DISTRICT,
    HOLDER,
    OFFICER,
    OPERATOR,
    PASSWORD,
    PROVINCE,
    announced,
)

SUCCESSOR = {"name": "ผู้ทดสอบ ใหม่", "position": "ปลัด", "phone": "020000001"}
AGENCY = Principal("a-1", "dla-1", Role.CODE_OWNER, "country", "", organisation_id="dla")


def bodies(database: Any, name: str) -> list[dict[str, Any]]:
    return [orjson.loads(entry["body"]) for entry in announced(database, name)]


# -- hand-over ------------------------------------------------------------------------------


@pytest.mark.parametrize("from_above", [False, True])
def test_a_hand_over_ends_all_the_leaver_had_and_the_new_holder_activates(
    desk: Desk, officer: Principal, database: Any, from_above: bool
) -> None:
    by = DISTRICT if from_above else officer

    begun = desk.service.begin_handover(
        by.to_wire(), officer.slot_id, new_holder={"name": "ผู้ทดสอบ ใหม่", "position": None}
    )

    shown = desk.slot(OFFICER, DISTRICT)
    assert (shown["state"], shown["holder"], shown["activated_at"]) == ("handing_over", None, None)
    assert bodies(database, "session_closed")[-1]["reason"] == "handed_over"
    with pytest.raises(WrongCredentials):
        desk.sign_in(OFFICER)
    assert begun["handed_out_by"] == "district"
    code = desk.read(DISTRICT, begun["issuance_id"])[OFFICER]
    with pytest.raises(SlipsAlreadyRead):
        desk.read(DISTRICT, begun["issuance_id"])
    desk.activate(OFFICER, code, holder=SUCCESSOR, password="รหัสใหม่ของคนใหม่ 99")
    assert desk.sign_in(OFFICER, "รหัสใหม่ของคนใหม่ 99")
    seen = desk.service.get_slot(DISTRICT.to_wire(), officer.slot_id)
    assert (seen["state"], seen["handover"], seen["new_holder"]) == ("activated", None, None)
    assert [past["name"] for past in seen["past_holders"]] == [HOLDER["name"]]
    with pytest.raises(WrongCredentials):
        desk.sign_in(OFFICER, PASSWORD)


def test_a_hand_over_begun_again_voids_the_slip_that_was_lost(
    desk: Desk, officer: Principal
) -> None:
    lost = desk.service.begin_handover(officer.to_wire(), officer.slot_id)
    code = desk.read(DISTRICT, lost["issuance_id"])[OFFICER]

    again = desk.service.begin_handover(DISTRICT.to_wire(), officer.slot_id)

    with pytest.raises(ActivationCodeSpent):
        desk.activate(OFFICER, code)
    assert desk.activate(OFFICER, desk.read(DISTRICT, again["issuance_id"])[OFFICER])


def test_only_the_leaver_and_those_above_begin_a_hand_over(desk: Desk, officer: Principal) -> None:
    colleague = replace(officer, slot_id="another")
    for by in (colleague, PROVINCE):
        with pytest.raises(OutOfScope):
            desk.service.begin_handover(by.to_wire(), officer.slot_id)

    assert desk.slot(OFFICER)["state"] == "activated"


def test_what_nobody_holds_is_not_handed_over(desk: Desk, slips: dict[str, str]) -> None:
    with pytest.raises(SlotNotActivated):
        desk.service.begin_handover(DISTRICT.to_wire(), desk.slot("5810401-2")["slot_id"])


def test_no_other_way_in_outlives_a_hand_over(
    desk: Desk, officer: Principal, store: AccountsStore, database: Any
) -> None:
    linked = {
        "openid": {"pid_hash": "x"},
        "second_factor": {"sealed_secret": "x", "confirmed_at": None},
    }
    database.slots.update_one({"_id": officer.slot_id}, {"$set": linked})
    desk.service.begin_handover(officer.to_wire(), officer.slot_id)

    kept = database.slots.find_one({"_id": officer.slot_id})
    assert (kept["openid"], kept["second_factor"]) == (None, None)
    found = store.sessions.find_slot(OFFICER)
    assert found is not None
    at = desk.clock()
    with pytest.raises(WrongCredentials):
        store.sessions.open(found, Session("s", "h", at, at.replace(year=2999)), takeover=True)


# -- locks and closures ---------------------------------------------------------------------


def test_a_locked_slot_is_shown_refused_by_name_and_used_again_after(
    desk: Desk, officer: Principal, database: Any
) -> None:
    token = desk.sign_in(OFFICER, takeover=True)

    desk.service.lock_slot(DISTRICT.to_wire(), officer.slot_id, reason="ทดสอบ")

    assert desk.find(token) is None
    shown = desk.slot(OFFICER, replace(officer, slot_id="another"))
    assert (shown["state"], shown["lock"]["reason"]) == ("locked", "ทดสอบ")
    assert bodies(database, "session_closed")[-1]["reason"] == "locked"
    with pytest.raises(SlotLocked):
        desk.sign_in(OFFICER)
    with pytest.raises(WrongCredentials):
        desk.sign_in(OFFICER, "not the password at all")
    with pytest.raises(SlotLocked):
        desk.service.lock_slot(DISTRICT.to_wire(), officer.slot_id, reason="อีกครั้ง")
    for _ in range(2):
        desk.service.unlock_slot(DISTRICT.to_wire(), officer.slot_id)
    assert desk.sign_in(OFFICER)
    assert len(bodies(database, "slot_unlocked")) == 1


def test_a_lock_that_comes_between_the_password_and_the_sign_in_wins(
    desk: Desk, officer: Principal, store: AccountsStore
) -> None:
    found = store.sessions.find_slot(OFFICER)
    assert found is not None
    desk.service.lock_slot(DISTRICT.to_wire(), officer.slot_id, reason="ทดสอบ")
    at = desk.clock()
    with pytest.raises(SlotLocked):
        store.sessions.open(found, Session("s", "h", at, at.replace(year=2999)), takeover=True)


def test_a_locked_slot_is_not_activated_and_its_code_lives_on(
    desk: Desk, slips: dict[str, str]
) -> None:
    slot_id = desk.slot(OFFICER)["slot_id"]
    desk.service.lock_slot(OPERATOR.to_wire(), slot_id, reason="ทดสอบ")

    with pytest.raises(SlotLocked):
        desk.activate(OFFICER, slips[OFFICER])
    desk.service.unlock_slot(OPERATOR.to_wire(), slot_id)
    assert desk.activate(OFFICER, slips[OFFICER])


def test_a_closed_slot_is_shut_for_ever_and_stays_in_sight(
    desk: Desk, officer: Principal, slips: dict[str, str], database: Any
) -> None:
    with pytest.raises(OutOfScope):
        desk.service.close_slot(DISTRICT.to_wire(), officer.slot_id, reason="ยุบรวม")
    desk.service.close_slot(OPERATOR.to_wire(), officer.slot_id, reason="ยุบรวม")

    shown = desk.slot(OFFICER, replace(officer, slot_id="another"))
    assert (shown["state"], shown["closure"]["reason"]) == ("closed", "ยุบรวม")
    desk.issue(district="8104", reissue=True)
    assert database.slots.find_one({"username": OFFICER})["code"] is None
    with pytest.raises(WrongCredentials):
        desk.sign_in(OFFICER)
    for deed in (desk.service.lock_slot, desk.service.close_slot):
        with pytest.raises(SlotClosed):
            deed(OPERATOR.to_wire(), officer.slot_id, reason="อีกครั้ง")
    for deed in (desk.service.unlock_slot, desk.service.begin_handover):
        with pytest.raises(SlotClosed):
            deed(OPERATOR.to_wire(), officer.slot_id)


def test_nobody_locks_closes_or_hands_over_the_operator(desk: Desk, store: AccountsStore) -> None:
    store.slots.set_operator("a hash", at=desk.clock())
    operator = OPERATOR.to_wire()
    for deed in (
        lambda: desk.service.lock_slot(operator, "operator", reason="x"),
        lambda: desk.service.close_slot(operator, "operator", reason="x"),
        lambda: desk.service.begin_handover(operator, "operator"),
    ):
        with pytest.raises(OutOfScope):
            deed()


@pytest.mark.parametrize(
    "state", ["not_issued", "issued", "read", "activated", "handing_over", "locked", "closed"]
)
def test_a_list_by_state_holds_what_shows_that_state(desk: Desk, state: str) -> None:
    codes = desk.read(DISTRICT, desk.issue(district="8104"))
    ids = [desk.slot(f"5810401-{number}")["slot_id"] for number in (1, 2, 3)]
    for number in (1, 2):
        desk.activate(f"5810401-{number}", codes[f"5810401-{number}"])
    desk.service.begin_handover(DISTRICT.to_wire(), ids[0])
    desk.activate("6810409-1", codes["6810409-1"])
    desk.service.lock_slot(DISTRICT.to_wire(), ids[1], reason="ทดสอบ")
    desk.service.close_slot(OPERATOR.to_wire(), ids[2], reason="ทดสอบ")

    everything = desk.service.list_slots(OPERATOR.to_wire(), limit=200)["items"]
    listed = desk.service.list_slots(OPERATOR.to_wire(), limit=200, state=state)["items"]

    assert listed
    assert listed == [slot for slot in everything if slot["state"] == state]
