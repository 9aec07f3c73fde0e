"""Everybody sees the own area and no more, page by page, in the order of a Thai dictionary."""

from dataclasses import replace
from typing import Any

import pytest

from contracts.accounts.organisations import OrganisationNotFound
from contracts.errors import InvalidInput
from contracts.principal import Principal
from services.accounts.issuance.codes import ActivationCodes
from services.accounts.issuance.coverage import show_coverage
from services.accounts.stores import AccountsStore
from tests.builders.registry_csv import KHLONG_THOM, a_row, file_of
from tests.component.accounts.krabi import (
    DISTRICT,
    KRABI,
    OPERATOR,
    PAO,
    PHELA,
    PROVINCE,
    SLOTS,
    TOWN,
    import_file,
    issue,
)

TRANG = a_row(province="ตรัง", district="เมืองตรัง", code="6920104", name="นาโยงใต้")


@pytest.fixture(autouse=True)
def _two_provinces(store: AccountsStore, database: Any) -> None:
    import_file(store, database, file_of(PAO, TOWN, KHLONG_THOM, PHELA, TRANG))


def names(store: AccountsStore, by: Principal = OPERATOR, **filters: str) -> list[str]:
    found, following = store.organisations.list_page(by, filters, limit=50, cursor=None)
    assert following is None
    return [organisation.facts.abbreviation for organisation in found]


def test_each_role_lists_what_lies_in_its_area(store: AccountsStore, database: Any) -> None:
    own_id = database.organisations.find_one({"facts.code": "6810409"})["_id"]
    officer = replace(DISTRICT, area="organisation", area_code=own_id)

    assert len(names(store, OPERATOR)) == 5 + 2 + 3
    assert len(names(store, PROVINCE)) == 4 + 1 + 2
    assert names(store, DISTRICT) == ["อ.คลองท่อม", "ทต.คลองท่อมใต้", "อบต.เพหลา"]
    assert names(store, officer) == ["อบต.เพหลา"]


def test_a_filter_cannot_reach_outside_the_area(store: AccountsStore) -> None:
    assert names(store, PROVINCE, province="92") == []
    assert names(store, DISTRICT, district="8101") == []


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"q": "เพหลา"}, ["อบต.เพหลา"]),
        ({"q": "อบต.เพ"}, ["อบต.เพหลา"]),
        ({"q": "องค์การบริหารส่วนตำบลเพหลา"}, ["อบต.เพหลา"]),
        ({"q": "ท่อมใต้"}, ["ทต.คลองท่อมใต้"]),
        ({"q": "5810401"}, ["ทต.คลองท่อมใต้"]),
        ({"q": ".*"}, []),
        ({"type": "pao"}, ["อบจ.กระบี่"]),
        ({"province": "92", "type": "sao"}, ["อบต.นาโยงใต้"]),
        ({"district": "8101", "type": "town"}, ["ทม.กระบี่"]),
    ],
)
def test_organisations_are_found(
    store: AccountsStore, filters: dict[str, str], found: list[str]
) -> None:
    assert names(store, **filters) == found


def test_pages_follow_each_other_without_gap_or_repetition(store: AccountsStore) -> None:
    seen: list[str] = []
    cursor = None
    while True:
        found, cursor = store.organisations.list_page(OPERATOR, {}, limit=3, cursor=cursor)
        seen += [organisation.id for organisation in found]
        if cursor is None:
            break

    assert len(seen) == len(set(seen)) == 10
    everything, _ = store.organisations.list_page(OPERATOR, {}, limit=50, cursor=None)
    assert seen == [organisation.id for organisation in everything]


@pytest.mark.parametrize(
    "cursor", ["", "x", "ก", "bm90IGpzb24", "WyJvbmUiXQ", "WzEsMl0", "WyJcdWQ4MDAiLCJ4Il0"]
)
def test_a_cursor_nobody_gave_out_is_refused(store: AccountsStore, cursor: str) -> None:
    with pytest.raises(InvalidInput):
        store.organisations.list_page(OPERATOR, {}, limit=3, cursor=cursor)


def test_an_organisation_that_is_not_there_is_not_found(store: AccountsStore) -> None:
    with pytest.raises(OrganisationNotFound):
        store.organisations.get("nowhere")


def test_slots_are_listed_by_area_and_by_how_far_they_are(
    store: AccountsStore, database: Any, codes: ActivationCodes
) -> None:
    issue(store, database, codes, district="8104")

    def usernames(by: Principal, **filters: str | None) -> set[str]:
        asked = {"organisation_id": None, "state": None} | filters
        found, following = store.slots.list_page(by, **asked, limit=50, cursor=None)
        assert following is None
        return {kept.slot.username for kept in found}

    khlong_thom = {f"{code}-{group}" for code in (5810401, 6810409) for group in (1, 2, 3)}
    assert usernames(DISTRICT) == usernames(PROVINCE, state="issued") == khlong_thom | {"d8104"}
    assert len(usernames(PROVINCE, state="not_issued")) == SLOTS - 7
    own_id = database.slots.find_one({"username": "6810409-1"})["organisation_id"]
    assert usernames(PROVINCE, organisation_id=own_id) == {f"6810409-{n}" for n in (1, 2, 3)}
    assert usernames(replace(DISTRICT, area_code="8101"), organisation_id=own_id) == set()


def test_coverage_counts_each_area_of_the_callers_scope(
    store: AccountsStore, database: Any, codes: ActivationCodes
) -> None:
    issue(store, database, codes, district="8104")

    everywhere = show_coverage(store, OPERATOR, "province")
    here = show_coverage(store, PROVINCE, "district")

    assert [(row["name"], row["slots"], row["issued"]) for row in everywhere] == [
        ("กระบี่", SLOTS, 7),
        ("ตรัง", 5, 0),
    ]
    assert [(row["name"], row["slots"], row["issued"]) for row in here] == [
        ("คลองท่อม", 7, 7),
        ("เมืองกระบี่", 7, 0),
    ]


def test_importing_one_province_leaves_the_other_as_it_is(
    store: AccountsStore, database: Any
) -> None:
    result = import_file(store, database, KRABI)

    assert (result["unchanged"], result["gone"]) == (4, 1)
    assert "อบต.นาโยงใต้" in names(store)
