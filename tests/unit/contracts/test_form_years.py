"""A form serves rounds of any year: titles, words and days follow the round's, not its own name."""

import pytest

from contracts.forms import Form, for_year
from contracts.reference.years import Year, YearBasis
from services.reports.forms import get_definition, get_form
from tests.builders.answers import fuller_answers

EVERY_FORM = pytest.mark.parametrize(
    "form", [("ethics-2568", 1), ("ethics-2568", 2), ("ethics", 1)]
)


def calendar(be):
    return Year(be, YearBasis.CALENDAR)


def fiscal(be):
    return Year(be, YearBasis.FISCAL)


def told(year, form=("ethics", 1), **changes):
    found = get_form(*form, year).faults(fuller_answers(**changes))
    return [fault.check for fault in found if fault.pointer == "/answers/certified_on"]


@EVERY_FORM
def test_ethics_is_a_calendar_year_whatever_the_form_is_called(form):
    definition = get_form(*form, calendar(2569)).definition

    assert get_definition(*form)["year_basis"] == "calendar"
    assert definition["title"]["th"].endswith("ประจำปี พ.ศ. 2569")
    assert definition["title"]["en"].endswith(", year 2569")
    assert "{year" not in str(definition["sections"])
    assert "ปีงบประมาณที่รายงาน" not in str(definition)
    names = ("year_be", "fiscal_year_be", "year_basis")
    assert [definition[name] for name in names] == [2569, 2569, "calendar"]


@pytest.mark.parametrize("year", [calendar(2568), calendar(2570), fiscal(2570), fiscal(2599)])
def test_date_checks_follow_the_year_of_the_round(year):
    first = year.starts

    assert told(year, certified_on=first.isoformat()) == []
    assert told(year, certified_on=first.replace(year=first.year - 1).isoformat()) == [
        "certified_in_this_era"
    ]


def test_a_form_serves_several_years_whatever_year_is_in_its_name():
    assert told(calendar(2569), ("ethics-2568", 2), certified_on="2026-12-28") == []
    assert told(calendar(2571), ("ethics-2568", 2), certified_on="2026-12-28") == [
        "certified_in_this_era"
    ]


@pytest.mark.parametrize("year", [2568, 2569])
def test_a_round_from_before_years_had_a_basis_is_asked_as_it_was_printed(year):
    old = get_form("ethics-2568", 2, fiscal(year))

    assert old.definition["title"]["th"].endswith("ประจำปีงบประมาณ พ.ศ. 2568")
    assert old.definition["fiscal_year_be"] == 2568
    assert told(fiscal(year), ("ethics-2568", 2), certified_on="2024-09-30") != []
    assert told(fiscal(year), ("ethics-2568", 2), certified_on="2024-10-01") == []
    title = get_form("ethics", 1, fiscal(year)).definition["title"]["th"]
    assert title.endswith(f"ประจำปีงบประมาณ พ.ศ. {year}")


def test_who_certifies_in_december_before_the_calendar_year_is_over_confirms_nothing():
    certified = fuller_answers(certified_on="2026-09-28")

    assert get_form("ethics", 1, calendar(2569)).warnings(certified) == []
    (warned,) = [
        fault.check
        for fault in get_form("ethics", 1, fiscal(2569)).warnings(certified)
        if fault.pointer == "/answers/certified_on"
    ]
    assert warned == "certified_after_the_year"


@EVERY_FORM
def test_as_a_blank_it_names_no_year_and_says_nothing_about_days(form):
    assert get_form(*form).definition["title"]["th"].endswith("ประจำปี พ.ศ. ........")
    assert told(None, form, certified_on="2001-01-01") == []


def test_one_form_is_not_changed_by_the_years_it_is_asked_in():
    before = str(get_definition("ethics", 1))
    Form(for_year(get_definition("ethics", 1), calendar(2570)))

    assert str(get_definition("ethics", 1)) == before
