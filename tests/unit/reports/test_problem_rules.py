"""Who may read a problem report, who may answer it, and in which rounds one is made."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from collecting.rounds.rules import Mode, RoundState
from contracts.collecting.rounds import RoundNotInState
from contracts.errors import InvalidInput, OutOfScope
from contracts.principal import Place, Principal, Role
from contracts.reports.problem_categories import (
    PROBLEM_CATEGORIES,
    ProblemCategory,
    get_problem_category,
)
from contracts.reports.problems import ProblemReportNotFound
from services.reports.problems.reports import place_of, require_axis, rows, total
from services.reports.problems.rules import ProblemReport, require_reportable
from tests.builders.duties import EARLY, refusal_of
from tests.unit.reports.duties import a_round, an_obligation, the_officer_of

OFFICER = the_officer_of(an_obligation())
DISTRICT = Principal("s-d", "d8104", Role.DISTRICT_OFFICER, "district", "8104")
PROVINCE = Principal("s-p", "p81", Role.PROVINCE_OFFICER, "province", "81")
CENTRAL = Principal("s-k", "kt-1", Role.CENTRAL_HR_BODY, "country", "")
OPERATOR = Principal("s-o", "operator", Role.OPERATOR, "country", "")
BOARD = Principal("s-b", "ocsc-1", Role.ETHICS_BOARD, "country", "")


def a_report(**changes: Any) -> ProblemReport:
    facts = {
        "id": "p1",
        "request_sha256": "0",
        "round_id": "ethics-2569-1",
        "mode": Mode.LIVE,
        "category": "score_source_unclear",
        "text": "กรอกคะแนนใด",
        "reported_at": EARLY,
        "slot_id": OFFICER.slot_id,
        "username": OFFICER.username,
        "holder_name": None,
        "organisation_id": "o1",
        "organisation_name": None,
        "province_code": "81",
        "district_code": "8104",
        "code_group": OFFICER.code_group,
    }
    return ProblemReport(**facts | changes)


def answering(by: Principal, report: ProblemReport) -> Any:
    return refusal_of(lambda: report.answer(by, text="ตอบ", circulate=False, at=EARLY))


def test_there_are_the_six_known_categories_and_any_other():
    assert len(PROBLEM_CATEGORIES) == 7
    assert PROBLEM_CATEGORIES[-1].id == "other"
    assert all(category.is_offered(date(2025, 9, 1)) for category in PROBLEM_CATEGORIES)


def test_a_category_is_offered_from_its_first_day_to_before_its_last():
    category = ProblemCategory("x", date(2024, 1, 1), date(2025, 1, 1), "ก", "a")

    offered = [date(2023, 12, 31), date(2024, 1, 1), date(2024, 12, 31), date(2025, 1, 1)]
    assert [category.is_offered(day) for day in offered] == [False, True, True, False]


@pytest.mark.parametrize("by", [OFFICER, DISTRICT, PROVINCE, CENTRAL, BOARD])
def test_the_reporter_and_whoever_stands_above_may_read_it(by):
    assert refusal_of(lambda: a_report().require_seen_by(by)) is None


@pytest.mark.parametrize(
    "by",
    [
        the_officer_of(an_obligation("o2")),
        Principal("other", "6810401-1", Role.LAO_OFFICER, "organisation", "o1", "o1"),
        Principal("s", "d8105", Role.DISTRICT_OFFICER, "district", "8105"),
        Principal("s", "p80", Role.PROVINCE_OFFICER, "province", "80"),
    ],
)
def test_to_anybody_else_it_does_not_exist(by):
    assert isinstance(refusal_of(lambda: a_report().require_seen_by(by)), ProblemReportNotFound)
    assert isinstance(answering(by, a_report()), ProblemReportNotFound)


@pytest.mark.parametrize("by", [DISTRICT, PROVINCE, CENTRAL])
def test_the_offices_above_may_answer(by):
    assert answering(by, a_report()) is None


@pytest.mark.parametrize("by", [OFFICER, BOARD])
def test_neither_the_reporter_nor_who_only_reads_may_answer(by):
    assert isinstance(answering(by, a_report()), OutOfScope)


@pytest.mark.parametrize(
    ("by", "may"), [(DISTRICT, False), (PROVINCE, False), (CENTRAL, True), (OPERATOR, True)]
)
def test_to_the_whole_country_speaks_who_is_of_the_whole_country(by, may):
    refusal = refusal_of(lambda: a_report().answer(by, text="ตอบ", circulate=True, at=EARLY))

    assert isinstance(refusal, OutOfScope) is not may


def test_an_office_does_not_answer_itself():
    own = a_report(slot_id=DISTRICT.slot_id, organisation_id=None)

    assert isinstance(answering(DISTRICT, own), OutOfScope)
    assert answering(PROVINCE, own) is None


@pytest.mark.parametrize("state", [RoundState.DRAFT, RoundState.OPENING, RoundState.PURGING])
def test_a_problem_is_reported_in_a_round_that_was_opened(state):
    with pytest.raises(RoundNotInState):
        require_reportable("other", a_round(state=state), on=EARLY.date())


@pytest.mark.parametrize("state", [RoundState.OPEN, RoundState.CLOSED])
def test_also_after_it_was_closed(state):
    require_reportable("other", a_round(state=state), on=EARLY.date())


def test_a_category_not_offered_is_refused_where_it_stands():
    before = get_problem_category("other").valid_from.replace(year=2020)

    with pytest.raises(InvalidInput) as refused:
        require_reportable("other", a_round(), on=before)

    assert refused.value.details["pointer"] == "/category"


def test_an_office_reports_from_its_own_area():
    assert place_of(PROVINCE, {}) == Place("81", "", "")
    assert place_of(DISTRICT, {}) == Place("81", "8104", "")


def test_a_summary_shows_every_category_but_only_provinces_with_a_report():
    shown = rows("category", {"other": (3, 1)})

    assert len(shown) == 7
    assert (shown[-1]["reported"], shown[-1]["answered"], shown[-1]["open"]) == (3, 1, 2)
    assert [row["name"] for row in rows("province", {"81": (1, 0)})] == ["กระบี่"]
    assert (total([(3, 1), (1, 0)])["open"], total([])["reported"]) == (3, 0)


@pytest.mark.parametrize(
    ("by", "axis"), [(OFFICER, "category"), (OFFICER, "province"), (DISTRICT, "province")]
)
def test_nobody_counts_by_more_than_the_own_area(by, axis):
    assert isinstance(refusal_of(lambda: require_axis(by, axis)), OutOfScope)
