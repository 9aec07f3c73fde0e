"""Which slots an organisation has, what each covers and who hands out its code."""

from datetime import date

import pytest

from contracts.principal import Place, Role
from services.accounts.organisations.rules.organisation import (
    Organisation,
    OrganisationKind,
    described,
)
from services.accounts.registry.read import read_registry
from services.accounts.slots.rules.slot import OPERATOR_SLOT, Slot, slots_of
from tests.builders.registry_csv import a_row, file_of


def organisation(kind: str = "lao", **row: str) -> Organisation:
    facts = described(read_registry(file_of(a_row(**row))).organisations)
    return Organisation("o1", next(each for each in facts if each.kind == kind), date(2026, 1, 1))


def test_an_lao_has_a_slot_for_each_code_of_ethics() -> None:
    slots = slots_of(organisation())

    assert [(slot.id, slot.username, slot.code_group) for slot in slots] == [
        ("o1-1", "6810409-1", "local_officials"),
        ("o1-2", "6810409-2", "local_executives"),
        ("o1-3", "6810409-3", "local_council_members"),
    ]
    assert {slot.role for slot in slots} == {Role.LAO_OFFICER}


@pytest.mark.parametrize(
    ("code", "label", "tier"),
    [
        ("2810101", "อบจ.", "province"),
        ("3810102", "เทศบาลนคร", "province"),
        ("4810102", "เทศบาลเมือง", "province"),
        ("3810108", "ท้องถิ่นรูปแบบพิเศษ", "province"),
        ("5810103", "เทศบาลตำบล", "district"),
        ("6810103", "อบต.", "district"),
    ],
)
def test_a_code_is_handed_out_by_the_office_that_writes_to_the_lao(
    code: str, label: str, tier: str
) -> None:
    slots = slots_of(organisation(district="เมืองกระบี่", code=code, label=label))

    assert {slot.handed_out_by for slot in slots} == {tier}


@pytest.mark.parametrize(
    ("kind", "username", "role", "tier", "area", "area_code"),
    [
        ("district_office", "d8104", Role.DISTRICT_OFFICER, "province", "district", "8104"),
        ("province_office", "p81", Role.PROVINCE_OFFICER, "operator", "province", "81"),
    ],
)
def test_an_office_has_one_slot_over_its_area(
    kind: str, username: str, role: Role, tier: str, area: str, area_code: str
) -> None:
    (slot,) = slots_of(organisation(kind))

    assert (slot.username, slot.role, slot.handed_out_by) == (username, role, tier)
    assert (slot.area, slot.area_code, slot.code_group) == (area, area_code, None)


def test_an_agency_has_no_slot_by_itself() -> None:
    lao = organisation()
    facts = lao.facts.__class__(
        **{name: getattr(lao.facts, name) for name in lao.facts.__dataclass_fields__}
        | {"kind": OrganisationKind.AGENCY}
    )

    assert slots_of(Organisation("a1", facts, date(2026, 1, 1))) == []


def covers(slot: Slot, place: Place) -> bool:
    return slot.principal(None).covers(place)


def test_a_slot_covers_its_own_area_only() -> None:
    phela, elsewhere = Place("81", "8104", "o1"), Place("92", "9201", "o2")
    in_district, in_province = Place("81", "8104", "o3"), Place("81", "8101", "o4")
    officer = slots_of(organisation())[0]
    (district,) = slots_of(organisation("district_office"))
    (province,) = slots_of(organisation("province_office"))

    places = (phela, in_district, in_province, elsewhere)
    assert [covers(officer, place) for place in places] == [True, False, False, False]
    assert [covers(district, place) for place in places] == [True, True, False, False]
    assert [covers(province, place) for place in places] == [True, True, True, False]
    assert all(covers(OPERATOR_SLOT, place) for place in places)


def test_a_principal_knows_its_holder() -> None:
    principal = slots_of(organisation())[1].principal("ผู้ทดสอบ")

    assert (principal.slot_id, principal.holder_name) == ("o1-2", "ผู้ทดสอบ")
    assert (principal.organisation_id, principal.code_group) == ("o1", "local_executives")
