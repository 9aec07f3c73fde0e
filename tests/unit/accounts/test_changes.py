"""What a change makes of an organisation, at the bounds of what is possible."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from contracts.accounts.organisations import OrganisationClosed
from contracts.errors import InvalidInput
from contracts.reference.lao_types import LaoType
from services.accounts.organisations.rules.changes import (
    ChangeKind,
    OrderedChange,
    Terms,
    carry_out,
)
from services.accounts.organisations.rules.organisation import District, Organisation, lao_facts

SINCE = date(2026, 10, 1)
DAY = timedelta(days=1)
RANKS = (LaoType.SAO, LaoType.SUBDISTRICT, LaoType.TOWN, LaoType.CITY)
OUTSIDE = tuple(each for each in LaoType if each not in RANKS)


def an_lao(lao_type: LaoType = LaoType.SAO) -> Organisation:
    facts = lao_facts(
        lao_type,
        code=f"{lao_type.code_digit}810409",
        name="เพหลา",
        province_code="81",
        district=District("8104", "คลองท่อม"),
    )
    return Organisation("o1", facts, SINCE, founded_on=SINCE)


def a_change(kind: ChangeKind, on: date = SINCE, **terms: object) -> OrderedChange:
    at = datetime(2026, 1, 31, tzinfo=UTC)
    return OrderedChange("c1", kind, on, "1/2569", "ทดสอบ", "operator", at, Terms(**terms))


def refusal(organisation: Organisation, change: OrderedChange) -> str:
    with pytest.raises(InvalidInput) as refused:
        carry_out(organisation, change)
    return str(refused.value.details["pointer"])


@pytest.mark.parametrize("before", [*RANKS, *OUTSIDE])
@pytest.mark.parametrize("after", [*RANKS, *OUTSIDE])
def test_an_upgrade_leads_up_and_only_up(before: LaoType, after: LaoType) -> None:
    upgrade = a_change(ChangeKind.UPGRADE, type=after, name="ใหม่")

    if {before, after} <= set(RANKS) and RANKS.index(after) > RANKS.index(before):
        facts = carry_out(an_lao(before), upgrade).after.facts
        assert (facts.type, facts.name, facts.code[0]) == (after, "ใหม่", after.code_digit)
    else:
        assert refusal(an_lao(before), upgrade) == "/type"


@pytest.mark.parametrize(("name", "is_new"), [("เพหลา", False), ("เพหลาใหม่", True)])
def test_a_rename_to_the_name_it_has_is_none(name: str, is_new: bool) -> None:
    rename = a_change(ChangeKind.RENAME, name=name)

    if is_new:
        assert carry_out(an_lao(), rename).after.facts.name == name
    else:
        assert refusal(an_lao(), rename) == "/name"


def test_a_change_may_come_on_the_day_the_organisation_begins_and_not_before() -> None:
    begins = a_change(ChangeKind.CLOSE)

    assert carry_out(an_lao(), begins).after.closed_on == SINCE
    assert refusal(an_lao(), replace(begins, effective_on=SINCE - DAY)) == "/effective_on"


def test_slots_may_close_on_the_day_the_organisation_ends_and_not_before() -> None:
    ended = carry_out(an_lao(), a_change(ChangeKind.CLOSE, slots_close_on=SINCE)).after

    assert ended.slots_close_on == SINCE
    early = a_change(ChangeKind.CLOSE, slots_close_on=SINCE - DAY)
    assert refusal(an_lao(), early) == "/slots_close_on"
    with pytest.raises(OrganisationClosed):
        carry_out(ended, a_change(ChangeKind.RENAME, name="ใหม่"))
