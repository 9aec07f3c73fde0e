"""Organisations are found by part of a name through an index, as they are and as they were."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest

from chassis.clock import now
from contracts.principal import Principal
from contracts.reference.calendar import as_bangkok
from contracts.reference.lao_types import LaoType
from services.accounts.organisations import schedule as changing
from services.accounts.organisations.rules.organisation import (
    District,
    Facts,
    Organisation,
    OrganisationKind,
    lao_facts,
)
from services.accounts.stores import AccountsStore
from tests.builders.registry_csv import KHLONG_THOM, a_row, file_of
from tests.component.accounts.krabi import DISTRICT, OPERATOR, import_file, trail
from tests.component.accounts.test_changing import schedule

WATER = "น\u0e49\u0e33"
TODAY = as_bangkok(now()).date()
KRABI = [
    KHLONG_THOM,
    a_row(code="6810408", name="คลองท่อมใต้"),
    a_row(code="6810410", name="ห้วยน\u0e4d\u0e49\u0e32ขาว"),
    a_row(code="6810411", name="แก่ง"),
    a_row(code="6810412", name="เกาะ"),
    a_row(code="6810413", name="กาง"),
]


def found(
    store: AccountsStore, by: Principal = OPERATOR, as_of: date | None = None, **filters: str
) -> list[str]:
    organisations, following = store.organisations.list_page(
        by, filters, limit=50, cursor=None, as_of=as_of
    )
    assert following is None
    versions = [each.on(as_of or TODAY) for each in organisations]
    return [version.facts.full_name for version in versions if version]


@pytest.mark.parametrize(
    "typed", [WATER, "น\u0e4d\u0e49\u0e32", "น\u0e49\u0e4d\u0e32", "น\u0e33\u0e49"]
)
def test_water_is_found_in_whatever_order_it_is_typed(
    store: AccountsStore, database: Any, typed: str
) -> None:
    import_file(store, database, file_of(*KRABI))

    assert found(store, q=typed) == [f"องค์การบริหารส่วนตำบลห้วย{WATER}ขาว"]


def test_what_shares_a_name_is_told_apart_and_all_is_sorted_as_thai_sorts(
    store: AccountsStore, database: Any
) -> None:
    import_file(store, database, file_of(*KRABI))

    assert sorted(found(store, q="คลองท่อมใต้")) == [
        "องค์การบริหารส่วนตำบลคลองท่อมใต้",
        "เทศบาลตำบลคลองท่อมใต้",
    ]
    bare = [name.removeprefix("องค์การบริหารส่วนตำบล") for name in found(store, type="sao")]
    assert bare[:3] == ["กาง", "เกาะ", "แก่ง"]


def test_a_past_day_has_the_names_of_that_day_and_is_sorted_by_them(
    store: AccountsStore, database: Any
) -> None:
    import_file(store, database, file_of(*KRABI))
    kang = store.organisations.find_by_code(OrganisationKind.LAO, "6810413")
    assert kang is not None
    schedule(store, kang.id, "upgrade", TODAY, type="subdistrict", name="ฮอด")
    changing.apply_due_of(store, trail(store), kang.id, at=now())
    yesterday = TODAY - timedelta(days=1)

    assert found(store, q="กาง") == []
    assert found(store, q="ฮอด") == found(store, q="ทต.ฮอด") == ["เทศบาลตำบลฮอด"]
    assert found(store, as_of=yesterday, q="อบต.กาง") == ["องค์การบริหารส่วนตำบลกาง"]
    assert found(store, as_of=yesterday, q="ฮอด") == []
    assert found(store, DISTRICT, as_of=yesterday, type="sao")[0] == "องค์การบริหารส่วนตำบลกาง"
    assert found(store, as_of=yesterday, q="6810413") == ["องค์การบริหารส่วนตำบลกาง"]
    assert found(store, q="6810413") == []


def test_a_closed_organisation_is_listed_on_the_days_it_was_there(
    store: AccountsStore, database: Any
) -> None:
    import_file(store, database, file_of(*KRABI))
    kang = store.organisations.find_by_code(OrganisationKind.LAO, "6810413")
    assert kang is not None
    schedule(store, kang.id, "close", TODAY)
    changing.apply_due_of(store, trail(store), kang.id, at=now())

    assert found(store, q="กาง") == []
    assert found(store, as_of=TODAY - timedelta(days=1), q="กาง") == ["องค์การบริหารส่วนตำบลกาง"]


def test_pages_of_a_past_day_follow_each_other(store: AccountsStore, database: Any) -> None:
    import_file(store, database, file_of(*KRABI))
    day = TODAY - timedelta(days=1)
    seen: list[str] = []
    cursor = None
    while True:
        page, cursor = store.organisations.list_page(
            OPERATOR, {}, limit=3, cursor=cursor, as_of=day
        )
        seen += [each.id for each in page]
        if cursor is None:
            break

    whole, _ = store.organisations.list_page(OPERATOR, {}, limit=50, cursor=None, as_of=day)
    assert seen == [each.id for each in whole]
    assert len(seen) == 8


def test_in_the_whole_country_a_search_looks_at_few(store: AccountsStore, database: Any) -> None:
    country = [
        Organisation(str(number), facts, TODAY) for number, facts in enumerate(some_thousands())
    ]
    for start in range(0, len(country), 1000):
        store.organisations.add(country[start : start + 1000], at=now())
    database.command("profile", 2)

    shown = found(store, q="อบต.คลองขามเหนือ")
    database.command("profile", 0)

    (told,) = database.system.profile.find({"command.find": "organisations"})
    assert shown[0] == "องค์การบริหารส่วนตำบลคลองขามเหนือ"
    assert len(shown) == 10
    assert len(country) == 8_000
    assert told["docsExamined"] <= told["keysExamined"] < 200


def some_thousands() -> Iterator[Facts]:
    """Yield 8,000 อบต. whose names are made of the words most names are made of."""
    first = ["หนอง", "คลอง", "บ้าน", "โนน", "โคก", "ห้วย", "บาง", "ท่า", "วัง", "ดอน"]
    second = ["ขาม", "ทราย", "ยาง", "บัว", "แก", "ไผ่", "แดง", "ขาว", "หลวง", "เสือ"]
    third = ["เหนือ", "ใต้", "ใหญ่", "น้อย", "ใน", "นอก", "เก่า", "ใหม่"]
    names = map("".join, product(first, second, third, map(str, range(10))))
    for number, name in enumerate(names):
        code = f"681{number:04d}"
        district = District(code[1:5], "สมมติ")
        yield lao_facts(
            LaoType.SAO,
            code=code,
            name=name.removesuffix("0"),
            province_code="81",
            district=district,
        )
