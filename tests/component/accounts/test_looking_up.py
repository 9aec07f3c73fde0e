"""The 7-digit code of an LAO is looked up without signing in."""

from typing import Any

import pytest

from contracts.accounts.lookup import MOST_FOUND
from services.accounts.organisations import schedule as changing
from services.accounts.organisations.rules.organisation import OrganisationKind
from services.accounts.stores import AccountsStore
from tests.builders.registry_csv import KHLONG_THOM, a_row, file_of
from tests.component.accounts.direct import Desk
from tests.component.accounts.krabi import import_file, trail
from tests.component.accounts.test_changing import LATER, schedule
from tests.component.accounts.test_searching import TODAY


@pytest.fixture
def looked_up(desk: Desk, store: AccountsStore, database: Any) -> Any:
    file = file_of(KHLONG_THOM, a_row(), a_row(code="6810408", name="คลองท่อมใต้"))
    import_file(store, database, file)
    return desk.service.look_up_organisations


def test_code_full_name_type_district_and_province_are_told_of_two_of_one_name(
    looked_up: Any,
) -> None:
    found = looked_up("คลองท่อมใต้")

    place = {"district": "คลองท่อม", "province": "กระบี่"}
    town = {"code": "5810401", "full_name": "เทศบาลตำบลคลองท่อมใต้", "type": "subdistrict", **place}
    sao = {"code": "6810408", "full_name": "องค์การบริหารส่วนตำบลคลองท่อมใต้", "type": "sao", **place}
    assert sorted(found["items"], key=lambda each: str(each["code"])) == [town, sao]
    assert found["more"] is False


def test_a_code_is_looked_up_in_part_in_thai_digits_and_under_its_former_first_digit(
    looked_up: Any, store: AccountsStore
) -> None:
    lao = store.organisations.find_by_code(OrganisationKind.LAO, "6810408")
    assert lao is not None
    schedule(store, lao.id, "upgrade", TODAY, type="subdistrict")
    changing.apply_due(store, trail(store), at=LATER)

    for typed in ("58104", "๕๘๑๐๔"):
        assert [one["code"] for one in looked_up(typed)["items"]] == ["5810401", "5810408"]
    for typed in ("6810408", "5810408"):
        assert [one["code"] for one in looked_up(typed)["items"]] == ["5810408"]


def test_offices_and_what_is_closed_are_not_found(looked_up: Any, store: AccountsStore) -> None:
    lao = store.organisations.find_by_code(OrganisationKind.LAO, "6810408")
    assert lao is not None
    schedule(store, lao.id, "close", TODAY)
    changing.apply_due(store, trail(store), at=LATER)

    assert looked_up("6810408")["items"] == []
    assert {one["type"] for one in looked_up("คลองท่อม")["items"]} == {"subdistrict"}


def test_no_more_are_told_than_stated_and_that_there_are_more(
    desk: Desk, store: AccountsStore, database: Any
) -> None:
    rows = [a_row(code=f"68104{number}", name=f"ทดสอบ{number}") for number in range(10, 40)]
    import_file(store, database, file_of(*rows))

    found = desk.service.look_up_organisations("ทดสอบ")
    assert (len(found["items"]), found["more"]) == (MOST_FOUND, True)
