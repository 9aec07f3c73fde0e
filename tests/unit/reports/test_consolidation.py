"""The sums of a consolidated report: the same in parts as at once, exact, and of nothing too."""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collecting.filings.rules.moments import Line
from contracts.collecting.figures import COUNTED, SHOWN, Counts
from contracts.fields import wire_time
from contracts.reference.code_groups import CodeGroup
from services.reports.consolidation import consolidate
from services.reports.consolidation.rules.figures import Consolidation
from services.reports.consolidation.rules.results import Result, questions_of
from services.reports.forms import get_form
from tests.builders.answers import nil_answers, some_answers
from tests.builders.duties import CLOSES, MILLISECOND
from tests.unit.reports.duties import a_round

QUESTIONS = questions_of(get_form("ethics-2568", 1).definition)
PLACES = [("10", "1001"), ("81", "8104"), ("81", "8105"), ("50", "5001")]


def a_line(number: int = 1, *, answers: Any = None, **changes: Any) -> Line:
    counted = {name: changes.pop(name) for name in COUNTED if name in changes}
    facts = {
        "organisation_id": f"o{number}",
        "organisation_code": f"6{number:06d}",
        "organisation_type": "sao",
        "organisation_name": "องค์การบริหารส่วนตำบลสมมติ",
        "province_code": "81",
        "district_code": "8104",
        "district_name": "คลองท่อม",
        "subject_id": CodeGroup.LOCAL_OFFICIALS.value,
    }
    counts = Counts(expected=1, filed=int(answers is not None), **counted)
    return Line(**facts | changes, answers=answers, counts=counts)


def all_of(lines: list[Line]) -> Consolidation:
    sums = Consolidation(QUESTIONS)
    for line in lines:
        sums.add(line)
    return sums


def content_of(sums: Consolidation) -> tuple[Any, ...]:
    return sums.figures(), sums.questions(), sums.missing()


def result_of(lines: list[Line], question_id: str) -> dict[str, Any]:
    (found,) = [each for each in all_of(lines).questions() if each["id"] == question_id]
    return found


@st.composite
def lines(draw: st.DrawFn) -> list[Line]:
    made = []
    for number in range(draw(st.integers(0, 25))):
        province, district = draw(st.sampled_from(PLACES))
        answers = draw(
            st.none()
            | st.builds(
                some_answers,
                score=st.integers(0, 10_000).map(lambda score: score / 100),
                headcount=st.integers(0, 1_000),
                code_published=st.booleans(),
                hr_process_used=st.lists(st.sampled_from(["salary", "other"]), unique=True),
            )
        )
        line = a_line(
            number,
            province_code=province,
            district_code=district,
            organisation_type=draw(st.sampled_from(["sao", "town", "pao"])),
            subject_id=draw(st.sampled_from(list(CodeGroup))).value,
            answers=answers,
            on_time=answers is not None and draw(st.booleans()),
            amended=answers is not None and draw(st.booleans()),
            exempt=answers is None and draw(st.booleans()),
        )
        made.append(line)
    return made


@given(lines())
def test_provinces_summed_apart_and_merged_are_the_same_as_all_at_once(found):
    merged = Consolidation(QUESTIONS)
    in_order = sorted(found, key=lambda line: line.province_code)
    for _, of_province in groupby(in_order, key=lambda line: line.province_code):
        merged.merge(all_of(list(of_province)))

    assert content_of(merged) == content_of(all_of(found))


@given(lines())
def test_every_table_has_the_same_total_and_its_parts_add_up(found):
    figures = all_of(found).figures()
    total = figures["total"]

    for name in ("by_region", "by_province", "by_type", "by_code_group"):
        for counted in SHOWN:
            assert sum(row[counted] for row in figures[name]) == total[counted]
    assert total["expected"] == len(found)
    assert total["expected"] == total["filed"] + total["exempt"] + total["missing"]
    assert total["filed"] == total["on_time"] + total["late"]


@given(st.lists(st.integers(0, 10_000), min_size=1))
def test_sums_means_and_medians_are_exact(hundredths):
    scores = [Decimal(number) / 100 for number in hundredths]
    found = [a_line(answers=some_answers(score=float(score))) for score in scores]

    told = result_of(found, "score")["all"]

    assert Decimal(told["sum"]) == sum(scores)
    inorder, half = sorted(scores), len(scores) // 2
    middle = inorder[half] if len(scores) % 2 else (inorder[half - 1] + inorder[half]) / 2
    assert Decimal(told["median"]) == middle
    assert (Decimal(told["min"]), Decimal(told["max"])) == (inorder[0], inorder[-1])
    assert abs(Decimal(told["mean"]) - sum(scores) / len(scores)) <= Decimal("0.00005")


def test_a_tenth_added_ten_times_is_one():
    told = result_of([a_line(answers=some_answers(score=0.1))] * 10, "score")["all"]

    assert (told["sum"], told["mean"], told["median"]) == ("1.00", "0.1000", "0.10")


def test_answers_are_counted_by_choice_and_code_group_and_items_of_lists_too():
    executives = CodeGroup.LOCAL_EXECUTIVES.value
    found = [
        a_line(1, answers=some_answers()),
        a_line(2, answers=some_answers(code_published=False, trainings=[]), subject_id=executives),
        a_line(3, answers=nil_answers(), nil=True),
    ]

    published = result_of(found, "code_published")
    assert published["all"] == {"asked": 3, "answered": 2, "yes": 1, "no": 1}
    assert published["by_code_group"][executives] == {"asked": 1, "answered": 1, "yes": 0, "no": 1}
    chosen = result_of(found, "hr_process_used")["all"]["chosen"]
    assert (chosen["salary"], chosen["development"], chosen["other"]) == (2, 2, 0)
    trainings = result_of(found, "trainings")["all"]
    assert trainings == {"asked": 3, "answered": 1, "items": 1}
    assert result_of(found, "trainings/budget")["all"]["sum"] == "1500.50"


def test_no_name_or_other_free_text_of_anybody_is_in_the_results():
    told = str(all_of([a_line(answers=some_answers(head_name="ชื่อบุคคล"))]).questions())

    assert "ชื่อบุคคล" not in told
    assert "ทดลอง สมมติ" not in told


def test_of_nothing_there_are_no_rates_and_no_statistics():
    sums = all_of([a_line(exempt=True)])

    total = sums.total()
    assert (total["expected"], total["exempt"], total["missing"]) == (1, 1, 0)
    assert (total["rate"], total["on_time_rate"]) == (None, None)
    assert result_of([], "score")["all"]["mean"] is None


def test_the_missing_are_listed_by_place_code_and_group():
    groups = [group.value for group in reversed(CodeGroup)]
    found = [a_line(2, subject_id=group) for group in groups] + [
        a_line(1, province_code="10", district_code="1001", district_name="พระนคร")
    ]

    listed = all_of(found).missing()

    assert [(one["organisation_id"], one["code_group"]) for one in listed] == [
        ("o1", CodeGroup.LOCAL_OFFICIALS),
        *(("o2", group.value) for group in CodeGroup),
    ]
    assert (listed[0]["province_name"], listed[0]["district_name"]) == ("กรุงเทพมหานคร", "พระนคร")


@pytest.mark.parametrize("nothing", [None, "", []])
def test_an_empty_answer_is_none(nothing):
    result = Result()

    result.add(QUESTIONS[0], nothing)

    assert (result.asked, result.answered) == (1, 0)


@pytest.mark.parametrize(("ms", "is_closed"), [(-1, False), (0, True)])
def test_a_round_is_told_as_closed_from_its_last_moment_on(ms, is_closed):
    sums, at = Consolidation(QUESTIONS), CLOSES + ms * MILLISECOND

    told = consolidate.content_of(sums, a_round(form_id="ethics-2568"), at, {})["round"][
        "closed_at"
    ]

    assert told == (wire_time(CLOSES) if is_closed else None)
