"""A round has a year and its basis, and a form is asked in any year."""

import pytest

from tests.builders.answers import fuller_answers
from tests.builders.country import DISTRICTS

pytestmark = pytest.mark.needs("reports")

DISTRICT = next(iter(DISTRICTS))
FORM = {"id": "ethics-2568", "version": 2}


def test_ethics_is_a_calendar_year_whatever_year_the_form_is_named_for(country, lao):
    round_id = country.open_round(year_be=2569, fiscal_year_be=2569, form=FORM)
    round_ = country.operator.get(f"/v1/rounds/{round_id}")
    names = ("year_be", "year_basis", "fiscal_year_be")
    assert [round_[name] for name in names] == [2569, "calendar", 2569]
    officer = lao(DISTRICT)[0]
    owed = officer.obligation_of(round_id)["id"]

    before = fuller_answers(certified_on="2025-12-31")
    refused = officer.file(owed, form_version=2, answers=before)
    filed = officer.file(owed, form_version=2, answers=fuller_answers(certified_on="2026-12-28"))

    assert [fault["check"] for fault in refused.json()["errors"]] == ["certified_in_this_era"]
    assert "in the year reported on" in refused.json()["errors"][0]["message"]
    assert filed.status_code == 201, filed.text
