"""Offices and agencies get further slots; usernames are readable, stay, and old ones claim."""

import re
from datetime import date
from typing import Any

import pytest

from contracts.accounts.issuance import ActivationCodeSpent, WrongActivationCode
from contracts.accounts.sign_in import WrongCredentials
from contracts.accounts.slots import SlotAlreadyExists, SlotNotAddable
from contracts.principal import Principal, Role
from services.accounts.organisations.rules.organisation import Facts, Organisation, OrganisationKind
from services.accounts.stores import AccountsStore
from tests.component.accounts.direct import Desk
from tests.component.accounts.krabi import (
    KRABI,
    OPERATOR,
    PASSWORD,
    import_file,
)

SUCCESSOR = {"name": "ผู้ทดสอบ ใหม่", "position": "ปลัด", "phone": "020000001"}
AGENCY = Principal("a-1", "dla-1", Role.CODE_OWNER, "country", "", organisation_id="dla")


def an_agency(code: str = "DLA") -> Organisation:
    facts = Facts(
        kind=OrganisationKind.AGENCY,
        type=None,
        code=code,
        name="หน่วยงานทดสอบ",
        full_name="หน่วยงานกลางทดสอบ",
        abbreviation="ทดสอบ",
        province_code="10",
        province="กรุงเทพมหานคร",
        district_code=None,
        district=None,
    )
    return Organisation(id="dla", facts=facts, valid_from=date(2026, 1, 1))


# -- further slots --------------------------------------------------------------------------


def test_offices_and_agencies_get_further_slots_with_readable_names(
    desk: Desk, store: AccountsStore, database: Any
) -> None:
    store.organisations.add([an_agency()], at=desk.clock())
    office_id = database.organisations.find_one({"kind": "province_office"})["_id"]
    by = OPERATOR.to_wire()

    second = desk.service.add_slot(by, office_id, "คนที่สอง")
    agencys = [
        desk.service.add_slot(by, "dla", label, role)
        for label, role in (("หนึ่ง", "code_owner"), ("สอง", "central_hr_body"))
    ]

    assert (second["username"], second["role"]) == ("p81-2", "province_officer")
    assert [slot["username"] for slot in agencys] == ["dla-1", "dla-2"]
    codes = desk.read(OPERATOR, desk.issue())
    assert codes.keys() == {"p81", "p81-2", "dla-1", "dla-2"}
    desk.activate("dla-1", codes["dla-1"])
    signed_in = desk.principal(desk.sign_in("dla-1"))
    assert (signed_in.role, signed_in.area) == (Role.CODE_OWNER, "country")
    own = desk.service.list_slots(signed_in.to_wire())["items"]
    assert [slot["username"] for slot in own] == ["dla-1", "dla-2"]


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        ("lao", None),
        ("province_office", "district_officer"),
        ("agency", None),
        ("agency", "operator"),
    ],
)
def test_a_slot_that_does_not_fit_the_organisation_is_refused(
    desk: Desk, store: AccountsStore, database: Any, kind: str, role: str | None
) -> None:
    store.organisations.add([an_agency()], at=desk.clock())
    organisation_id = database.organisations.find_one({"kind": kind})["_id"]

    with pytest.raises(SlotNotAddable):
        desk.service.add_slot(OPERATOR.to_wire(), organisation_id, "หนึ่ง", role)


def test_a_label_is_given_once_and_a_username_never_twice(
    desk: Desk, store: AccountsStore, database: Any
) -> None:
    store.organisations.add([an_agency("P81")], at=desk.clock())
    office_id = database.organisations.find_one({"kind": "province_office"})["_id"]
    by = OPERATOR.to_wire()
    desk.service.add_slot(by, "dla", "หนึ่ง", "code_owner")
    desk.service.add_slot(by, "dla", "สอง", "code_owner")

    with pytest.raises(SlotAlreadyExists) as refused:
        desk.service.add_slot(by, "dla", "หนึ่ง", "code_owner")

    assert refused.value.details["username"] == "p81-1"
    assert desk.service.add_slot(by, office_id, "หนึ่ง")["username"] == "p81-3"


# -- usernames of the old system ------------------------------------------------------------


def test_an_old_username_claims_the_slot_its_code_is_of(desk: Desk, slips: dict[str, str]) -> None:
    assert desk.activate("5810401", slips["5810401-2"])["username"] == "5810401-2"

    assert [desk.slot(f"5810401-{number}")["state"] for number in (1, 2, 3)] == [
        "read",
        "activated",
        "read",
    ]
    with pytest.raises(WrongCredentials):
        desk.sign_in("5810401")
    with pytest.raises(ActivationCodeSpent):
        desk.activate("5810401", slips["5810401-2"])


def test_an_old_username_claims_nothing_without_a_code_of_its_own_lao(
    desk: Desk, slips: dict[str, str]
) -> None:
    for code in ("", "2222222222222", slips["6810409-1"]):
        with pytest.raises(WrongActivationCode):
            desk.activate("5810401", code)

    for password in ("", PASSWORD):
        with pytest.raises(WrongCredentials):
            desk.sign_in("5810401", password)


def test_usernames_stay_when_the_code_changes(
    desk: Desk, store: AccountsStore, database: Any
) -> None:
    before = {slot["_id"]: slot["username"] for slot in database.slots.find()}
    upgraded = re.sub("6810409,อบต.", "5810409,เทศบาลตำบล", KRABI.decode())

    assert import_file(store, database, upgraded.encode())["changed"] == 1

    assert {slot["_id"]: slot["username"] for slot in database.slots.find()} == before
