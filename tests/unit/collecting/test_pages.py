"""The printable page says all that was filed, in words, and its blank asks all that is asked."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
import typst
from hypothesis import given, settings

from chassis.typesetter import Typesetter
from collecting.printing import pages
from collecting.rounds.rules import Mode
from collecting.settings import Settings
from contracts.forms import Form
from contracts.reference.calendar import long_date
from tests.builders.duties import EARLY
from tests.builders.form_answers import valid_answers
from tests.builders.licences.answers import fuller_answers, nil_answers
from tests.builders.licences.kind import FORM, FORM_OF_LAST_YEAR, LICENCES
from tests.length import examples
from tests.unit.collecting.duties import an_obligation

OWED = an_obligation()


@pytest.fixture(scope="module")
def typesetter() -> Typesetter:
    return Typesetter(Settings.font_dir)


def a_filing(**changes: Any) -> dict[str, Any]:
    """A filing as the ledger keeps it."""
    filing = {
        "answers": fuller_answers(),
        "kind": "original",
        "revision": 1,
        "organisation_name": "เทศบาลตำบลชื่อเดิม",
        "accepted_at": EARLY,
        "on_time": True,
        "holder_name": "ทดลอง สมมติ",
        "username": "6810401-1",
        "reason": None,
        "notes": {},
        "content_sha256": "ab" * 32,
        "receipt": {"number": "R2-TEST-0001"},
    }
    return filing | changes


def texts(facts: Any) -> list[str]:
    """Every text on a page."""
    if isinstance(facts, str):
        return [facts]
    inner = facts.values() if isinstance(facts, dict) else facts
    return (
        [text for each in inner for text in texts(each)] if isinstance(facts, dict | list) else []
    )


def page_of(form: Form = FORM, **changes: Any) -> list[str]:
    return texts(pages.of_filing(form, a_filing(**changes), OWED, LICENCES.words))


def in_words(field: dict[str, Any], value: Any) -> list[str]:
    """What a reader looks for on the page, found without asking the page how it shows things."""
    if field["type"] == "list":
        inner = {each["id"]: each for each in field["fields"]}
        return [w for item in value for name in item for w in in_words(inner[name], item[name])]
    if isinstance(value, bool):
        return ["ใช่" if value else "ไม่ใช่"]
    if isinstance(value, int):
        return [f"{value:,}"]
    if isinstance(value, float):
        return [f"{value:,.2f}"]
    if field["type"] == "date":
        return [long_date(date.fromisoformat(value))]
    labels = {choice["id"]: choice["th"] for choice in field.get("choices", ())}
    return [labels.get(each, each) for each in (value if isinstance(value, list) else [value])]


@settings(max_examples=examples(60), deadline=None)
@given(answers=valid_answers(FORM))
def test_every_answer_that_can_be_filed_is_on_the_page(answers):
    require_every_answer(FORM, answers)


def require_every_answer(form: Form, answers: dict[str, Any]) -> None:
    """Fail unless all that was answered is on the page."""
    page = "\n".join(page_of(form, answers=answers))

    for name, value in answers.items():
        for words in in_words(form.fields[name], value):
            assert words in page, name


@settings(max_examples=examples(25), deadline=None)
@given(answers=valid_answers(FORM))
def test_whatever_is_filed_can_be_set_on_paper(typesetter, answers):
    facts = pages.of_filing(FORM, a_filing(answers=answers), OWED, LICENCES.words)

    assert typesetter.render_here(pages.TEMPLATE, facts).startswith(b"%PDF-")


def test_the_page_names_revision_receipt_and_organisation_as_they_were():
    page = page_of(kind="amendment", revision=3, reason="แก้คะแนน")

    assert "เทศบาลตำบลชื่อเดิม" in page
    assert OWED.organisation_name not in page
    assert "R2-TEST-0001" in page
    assert "รายงานฉบับแก้ไข (ฉบับที่ 3)" in page
    assert "แก้คะแนน" in page
    assert "SHA-256 " + "ab" * 32 in page


def test_only_the_page_of_a_trial_says_that_it_is_one(typesetter):
    trial = an_obligation(mode=Mode.TRIAL)
    facts = pages.of_filing(FORM, a_filing(), trial, LICENCES.words)

    assert "TRIAL" in facts["watermark"]
    assert not any("TRIAL" in text for text in page_of())
    live = pages.of_filing(FORM, a_filing(), OWED, LICENCES.words)
    assert typesetter.render_here(pages.TEMPLATE, facts) != typesetter.render_here(
        pages.TEMPLATE, live
    )


def test_a_confirmed_warning_stands_on_the_page_with_its_note():
    page = page_of(notes={"held_in_fiscal_year": "เลื่อนเพราะน้ำท่วม"})

    assert "เลื่อนเพราะน้ำท่วม" in page
    assert any("นอกปีงบประมาณ" in text for text in page)


def test_a_nil_shows_what_it_confirms_and_nothing_else():
    page = page_of(kind="nil", answers=nil_answers())

    assert "42 ฉบับ" in page
    assert FORM.fields["problems"]["label"]["th"] not in page


def test_a_withdrawal_shows_no_answers():
    facts = pages.of_filing(
        FORM, a_filing(kind="withdrawal", answers={}, reason="ผิดกลุ่ม"), OWED, LICENCES.words
    )

    assert facts["sections"] == []
    assert "ผิดกลุ่ม" in texts(facts)


def test_thai_too_long_for_a_line_breaks_between_words(typesetter):
    words = ["ประชาชน", "โครงการ", "หน่วยงาน", "สมาชิก", "บริหาร"] * 6

    def drawn(problems: str) -> list[bytes]:
        answers = {"problems": problems}
        facts = pages.of_filing(FORM, a_filing(answers=answers), OWED, LICENCES.words)
        inputs = {"told": json.dumps(facts), "fonts": typesetter._families}
        page = typst.Compiler(
            str(pages.TEMPLATE),
            font_paths=typesetter._fonts,
            ignore_system_fonts=True,
            sys_inputs=inputs,
        )
        return page.compile(format="png", ppi=40)

    by_itself = drawn("".join(words))

    assert by_itself == drawn("\u200b".join(words))
    assert by_itself != drawn("\u200b".join("".join(words)))


@pytest.mark.parametrize("form", [FORM_OF_LAST_YEAR, FORM], ids=lambda form: form.id)
def test_the_blank_asks_every_question_with_its_help_and_its_choices(typesetter, form):
    require_every_question(typesetter, form)


def require_every_question(typesetter: Typesetter, form: Form) -> None:
    """Fail unless the blank of a form asks all that it asks, and can be set on paper."""
    facts = pages.of_blank(form, LICENCES.words)
    page = "\n".join(texts(facts))

    for field in form.fields.values():
        assert field["label"]["th"] in page
        assert field.get("help", {}).get("th", "") in page
        assert all(choice["th"] in page for choice in field.get("choices", ()))
        assert all(inner["label"]["th"] in page for inner in field.get("fields", ()))
    assert typesetter.render_here(pages.TEMPLATE, facts).startswith(b"%PDF-")
