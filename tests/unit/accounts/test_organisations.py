"""What a registry file describes, and how it differs from what is stored."""

from dataclasses import replace
from datetime import date
from itertools import count

from contracts.principal import Place
from services.accounts.organisations.rules.organisation import (
    Facts,
    ImportPlan,
    Key,
    Organisation,
    OrganisationKind,
    described,
    plan_import,
)
from services.accounts.registry.read import read_registry
from tests.builders.registry_csv import KHLONG_THOM, a_row, file_of

TODAY, LATER = date(2026, 1, 31), date(2026, 10, 1)


def facts_of(*rows: str) -> list[Facts]:
    return described(read_registry(file_of(*rows)).organisations)


def plan(
    wanted: list[Facts], stored: dict[Key, Organisation] | None = None, on: date = TODAY
) -> ImportPlan:
    numbers = count(1)
    return plan_import(wanted, stored or {}, on=on, new_id=lambda: f"o{next(numbers)}")


def stored_after(done: ImportPlan) -> dict[Key, Organisation]:
    return {organisation.facts.key: organisation for organisation in done.present}


def test_a_file_describes_its_laos_and_the_offices_over_them() -> None:
    facts = facts_of(KHLONG_THOM, a_row())

    assert [(each.kind, each.code, each.full_name, each.abbreviation) for each in facts] == [
        ("lao", "5810401", "เทศบาลตำบลคลองท่อมใต้", "ทต.คลองท่อมใต้"),
        ("lao", "6810409", "องค์การบริหารส่วนตำบลเพหลา", "อบต.เพหลา"),
        (
            "province_office",
            "81",
            "สำนักงานส่งเสริมการปกครองท้องถิ่นจังหวัดกระบี่",
            "สถจ.กระบี่",
        ),
        ("district_office", "8104", "อำเภอคลองท่อม", "อ.คลองท่อม"),
    ]


def test_everything_is_new_to_an_empty_store() -> None:
    done = plan(facts_of(a_row()))

    assert [organisation.id for organisation in done.added] == ["o1", "o2", "o3"]
    assert (done.changed, done.unchanged, done.gone) == ([], [], [])


def test_the_same_file_again_changes_nothing() -> None:
    first = plan(facts_of(a_row()))

    again = plan(facts_of(a_row()), stored_after(first))

    assert (again.added, again.changed, again.gone) == ([], [], [])
    assert again.unchanged == first.added


def test_an_upgrade_keeps_the_id_and_begins_on_its_day() -> None:
    first = plan(facts_of(a_row()))

    upgraded = facts_of(a_row(code="5810409", label="เทศบาลตำบล"))
    later = plan(upgraded, stored_after(first), on=LATER)

    (change,) = later.changed
    assert change.before.id == change.after.id == "o1"
    assert change.dated == ["type", "code", "full_name", "abbreviation"]
    assert (change.before.valid_from, change.after.valid_from) == (TODAY, LATER)
    assert change.after.version == 2


def test_a_new_address_is_a_change_that_dates_nothing() -> None:
    first = plan(facts_of(a_row()))

    later = plan(facts_of(a_row(moo="7")), stored_after(first), on=LATER)

    (change,) = later.changed
    assert change.differences == ["moo"]
    assert change.dated == []
    assert change.after.valid_from == TODAY


def test_only_an_lao_can_be_gone() -> None:
    first = plan(facts_of(KHLONG_THOM, a_row()))

    elsewhere = facts_of(a_row(province="ตรัง", district="เมืองตรัง", code="6920104"))
    later = plan(elsewhere, stored_after(first))

    assert [organisation.facts.code for organisation in later.gone] == ["5810401", "6810409"]


def test_an_lao_and_an_office_never_share_a_key() -> None:
    facts = facts_of(KHLONG_THOM, a_row())

    assert len({each.key for each in facts}) == 4
    assert facts[0].key == (OrganisationKind.LAO, "810401")


def test_a_place_is_found_by_province_district_and_id() -> None:
    lao, province, district = plan(facts_of(a_row())).added

    assert lao.place == Place("81", "8104", "o1")
    assert province.place == Place("81", "", "o2")
    assert district.place == Place("81", "8104", "o3")


def test_differences_name_each_fact_that_differs() -> None:
    facts = facts_of(a_row())[0]

    assert facts.differences(facts) == []
    assert facts.differences(replace(facts, name="อื่น", district="อื่น")) == ["name", "district"]
    assert set(facts.differences(replace(facts, details=None))) == {
        *("address_no", "moo", "postcode", "area_km2", "latitude", "longitude", "website")
    }
