"""A form that serves any year follows the fiscal year of the round it is asked in."""

import pytest

from contracts.forms import Form, for_year
from contracts.reference.calendar import fiscal_year_start
from services.reports.forms import get_definition, get_form
from tests.builders.answers import fuller_answers


def told(year, **changes):
    found = get_form("ethics", 1, year).faults(fuller_answers(**changes))
    return [fault.check for fault in found if fault.pointer == "/answers/certified_on"]


def test_its_words_name_the_year_of_the_round():
    titles = [get_form("ethics", 1, year).definition["title"] for year in (2569, 2570)]

    assert ["2569" in titles[0]["th"], "2570" in titles[1]["en"]] == [True, True]
    assert "{fiscal" not in str(get_form("ethics", 1).definition["title"])


@pytest.mark.parametrize("year", [2568, 2570, 2599])
def test_its_days_are_those_of_the_year_of_the_round(year):
    first = fiscal_year_start(year)

    assert told(year, certified_on=first.isoformat()) == []
    assert told(year, certified_on=first.replace(year=first.year - 1).isoformat()) == [
        "certified_in_this_era"
    ]


def test_as_a_blank_it_says_nothing_about_days():
    assert told(None, certified_on="2001-01-01") == []


def test_a_form_that_names_its_year_is_the_same_in_every_round():
    definition = get_definition("ethics-2568", 2)

    assert for_year(definition, 2570) is definition


def test_one_form_is_not_changed_by_the_years_it_is_asked_in():
    before = str(get_definition("ethics", 1))
    Form(for_year(get_definition("ethics", 1), 2570))

    assert str(get_definition("ethics", 1)) == before
