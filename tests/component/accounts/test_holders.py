"""Who holds a slot is changed with a history, and told to nobody who need not know."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
import pytest

from contracts.accounts.slots import HolderIncomplete, SlotNotActivated, SlotNotFound
from contracts.errors import OutOfScope, StaleVersion
from contracts.principal import Principal, Role
from tests.component.accounts.direct import Desk
from tests.component.accounts.krabi import (
    DISTRICT,
    HOLDER,
    OFFICER,
    PROVINCE,
    announced,
)

SUCCESSOR = {"name": "ผู้ทดสอบ ใหม่", "position": "ปลัด", "phone": "020000001"}
AGENCY = Principal("a-1", "dla-1", Role.CODE_OWNER, "country", "", organisation_id="dla")


@pytest.fixture
def change(desk: Desk) -> Callable[..., dict[str, Any]]:
    """Changes the holder of a slot as it is now."""

    def change(by: Principal, slot_id: str, **changes: Any) -> dict[str, Any]:
        version = desk.service.get_slot(by.to_wire(), slot_id)["version"]
        return desk.service.change_holder(by.to_wire(), slot_id, made_from=version, changes=changes)

    return change


def bodies(database: Any, name: str) -> list[dict[str, Any]]:
    return [orjson.loads(entry["body"]) for entry in announced(database, name)]


def test_a_holder_is_changed_by_the_holder_and_who_was_it_before_is_kept(
    desk: Desk, officer: Principal, change: Callable[..., dict[str, Any]]
) -> None:
    desk.clock.go(days=1)

    after = change(officer, officer.slot_id, **SUCCESSOR)

    assert after["holder"]["name"] == SUCCESSOR["name"]
    (past,) = after["past_holders"]
    assert (past["name"], past["until"]) == (HOLDER["name"], after["holder"]["since"])
    assert past.keys() == {"name", "position", "standing", "since", "until"}
    assert after["contact"] == {"phone": SUCCESSOR["phone"], "email": None}


def test_a_new_telephone_is_no_new_holder(
    desk: Desk, officer: Principal, change: Callable[..., dict[str, Any]]
) -> None:
    before = desk.slot(OFFICER)["holder"]
    desk.clock.go(days=1)

    after = change(officer, officer.slot_id, phone=None, email="a@lao.example")

    assert (after["holder"], after["past_holders"]) == (before, [])
    assert after["contact"] == {"phone": None, "email": "a@lao.example"}


def test_what_changes_nothing_is_not_announced_and_makes_no_version(
    desk: Desk, officer: Principal, change: Callable[..., dict[str, Any]], database: Any
) -> None:
    version = desk.service.get_slot(officer.to_wire(), officer.slot_id)["version"]
    before = announced(database, "holder_changed")

    assert change(officer, officer.slot_id, name=HOLDER["name"])["version"] == version
    assert announced(database, "holder_changed") == before


def test_a_vacancy_forgets_the_person_and_an_acting_one_follows(
    desk: Desk, officer: Principal, change: Callable[..., dict[str, Any]]
) -> None:
    vacant = change(officer, officer.slot_id, standing="vacant")
    acting = change(DISTRICT, officer.slot_id, standing="acting", name="ผู้ทดสอบ รักษาการ")

    assert (vacant["holder"]["name"], vacant["contact"]["phone"]) == (None, None)
    assert acting["holder"]["standing"] == "acting"
    assert [past["name"] for past in acting["past_holders"]] == [HOLDER["name"], None]


@pytest.mark.parametrize("changes", [{"standing": "vacant", "name": "ใคร"}])
def test_a_vacant_position_with_a_name_is_refused(
    officer: Principal, change: Callable[..., dict[str, Any]], changes: dict[str, str]
) -> None:
    with pytest.raises(HolderIncomplete) as refused:
        change(officer, officer.slot_id, **changes)

    assert refused.value.details["pointer"] == "/name"


def test_a_filled_position_needs_a_name(
    officer: Principal, change: Callable[..., dict[str, Any]]
) -> None:
    change(officer, officer.slot_id, standing="vacant")

    with pytest.raises(HolderIncomplete):
        change(officer, officer.slot_id, standing="incumbent")


def test_a_change_made_from_an_old_version_is_refused_with_what_differs(
    desk: Desk, officer: Principal, change: Callable[..., dict[str, Any]]
) -> None:
    version = desk.service.get_slot(officer.to_wire(), officer.slot_id)["version"]
    change(officer, officer.slot_id, position="ปลัด")

    with pytest.raises(StaleVersion) as refused:
        desk.service.change_holder(
            officer.to_wire(),
            officer.slot_id,
            made_from=version,
            changes={"position": "นายก", "name": HOLDER["name"]},
        )

    assert refused.value.details["changed"] == "position"


def test_a_colleague_sees_the_slot_and_neither_contact_nor_past_and_changes_nothing(
    desk: Desk, officer: Principal, change: Callable[..., dict[str, Any]]
) -> None:
    colleague = replace(officer, slot_id="another", username="5810401-2")

    seen = desk.service.get_slot(colleague.to_wire(), officer.slot_id)

    assert seen["holder"]["name"] == HOLDER["name"]
    assert (seen["contact"], seen["past_holders"]) == (None, None)
    for by in (colleague, PROVINCE):
        with pytest.raises(OutOfScope):
            change(by, officer.slot_id, phone=None)


def test_a_slot_elsewhere_is_not_there_at_all(desk: Desk, officer: Principal) -> None:
    for by in (replace(DISTRICT, area_code="8101"), AGENCY):
        with pytest.raises(SlotNotFound):
            desk.service.get_slot(by.to_wire(), officer.slot_id)
        assert (
            desk.service.list_slots(by.to_wire(), organisation_id=officer.organisation_id)["items"]
            == []
        )


def test_nobody_is_named_where_it_would_stay_for_ever(
    officer: Principal, change: Callable[..., dict[str, Any]], database: Any
) -> None:
    change(officer, officer.slot_id, email="a@lao.example", **SUCCESSOR)

    (first, second) = bodies(database, "holder_changed")
    assert (first["changed"], second["changed"]) == (
        ["name", "position", "phone", "standing"],
        ["name", "position", "phone", "email"],
    )
    trail = str(list(database.audit.find())) + str([first, second])
    for personal in (*HOLDER.values(), *SUCCESSOR.values(), "a@lao.example"):
        assert personal not in trail


def test_a_slot_never_activated_has_no_holder_to_change(
    desk: Desk, slips: dict[str, str], change: Callable[..., dict[str, Any]]
) -> None:
    with pytest.raises(SlotNotActivated):
        change(DISTRICT, desk.slot("5810401-2")["slot_id"], name="ใคร")
