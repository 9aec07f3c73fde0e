"""Titles, receipts, pages, workbooks and consolidations follow the year of the round."""

from __future__ import annotations

import pytest

from collecting.receipts import page as receipt_page
from collecting.workbooks.templates import filled_for
from contracts.reference.years import Year, YearBasis
from services.reports.consolidation.consolidate import content_of
from services.reports.consolidation.pdf import pages_of
from services.reports.consolidation.rules.figures import Consolidation
from services.reports.consolidation.rules.results import questions_of
from services.reports.ethics import ETHICS
from tests.builders.duties import EARLY, LATE
from tests.contracts.golden.things import PROBLEMS
from tests.unit.collecting.test_receipt_page import a_filing
from tests.unit.reports.duties import a_round, an_obligation

CALENDAR = a_round(form_id="ethics-2568", form_version=2, year_basis=YearBasis.CALENDAR)
BEFORE = a_round(form_id="ethics", form_version=1)
ROUNDS = pytest.mark.parametrize(
    ("round_", "title"), [(CALENDAR, "ปี พ.ศ. 2569"), (BEFORE, "ปีงบประมาณ พ.ศ. 2569")]
)


@ROUNDS
def test_receipts_pages_and_workbooks_follow_the_rounds_year(round_, title):
    receipt = receipt_page.facts_of(a_filing(), an_obligation(), round_, "https://x", ETHICS.words)
    workbook = filled_for(an_obligation(), round_, {})

    assert receipt["round"] == f"รายงานจริยธรรม ประจำ{title} ครั้งที่ 1"
    assert workbook.told[1] == f"รอบ {round_.id} {title}"
    assert round_.form(ETHICS).definition["title"]["th"].endswith(f"ประจำ{title}")


@ROUNDS
def test_consolidations_follow_the_rounds_year(round_, title):
    sums = Consolidation(questions_of(round_.form(ETHICS).definition))
    content = content_of(sums, round_, LATE, PROBLEMS)

    assert pages_of(content, "ab" * 32)["year"] == title
    assert content["round"]["form"]["title_th"].endswith(f"ประจำ{title}")


def test_the_consolidation_of_a_round_made_before_says_what_it_said():
    rounds = [
        content_of(Consolidation([]), each, EARLY, PROBLEMS)["round"] for each in (CALENDAR, BEFORE)
    ]

    assert [each["fiscal_year_be"] for each in rounds] == [2569, 2569]
    assert (rounds[0]["year_be"], rounds[0]["year_basis"]) == (2569, "calendar")
    assert not rounds[1].keys() & {"year_be", "year_basis"}


@pytest.mark.parametrize(
    ("basis", "first", "last"),
    [("calendar", "2026-01-01", "2026-12-31"), ("fiscal", "2025-10-01", "2026-09-30")],
)
def test_a_year_is_calendar_or_fiscal(basis, first, last):
    year = Year(2569, YearBasis(basis))

    assert (year.starts.isoformat(), year.ends.isoformat()) == (first, last)
