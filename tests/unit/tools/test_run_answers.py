from datetime import date

import pytest

from contracts.forms import Form
from contracts.reference.years import Year, YearBasis
from services.reports.forms import get_form
from tools.journey.answers import MARKER, invent, notes_on

TODAY = date(2026, 1, 31)
YEAR = Year(2569, YearBasis.CALENDAR)
ETHICS = get_form("ethics-2568", 1, YEAR)
FULLER = get_form("ethics-2568", 2, YEAR)
EVERY_TYPE = {
    "id": "every-type",
    "version": 1,
    "nil": ["yes"],
    "sections": [
        {
            "fields": [
                {"id": "yes", "type": "yes_no", "required": True},
                {"id": "short", "type": "text", "max_length": 9, "required": True},
                {"id": "seven", "type": "whole_number", "min": 7, "max": 7, "required": True},
                {"id": "many", "type": "whole_number", "min": 500, "required": True},
                {"id": "tenth", "type": "decimal", "min": 1, "max": 2, "decimals": 1},
                {"id": "one", "type": "choice", "choices": [{"id": "a"}], "required": True},
                {"id": "some", "type": "choices", "choices": [{"id": "a"}, {"id": "none"}]},
                {"id": "day", "type": "date", "required": True},
                {"id": "phone", "type": "phone", "required": True},
                {"id": "email", "type": "email", "required": True},
                {"id": "url", "type": "url", "visible_if": {"yes": [True]}},
                {
                    "id": "rows",
                    "type": "list",
                    "required": True,
                    "max_items": 2,
                    "fields": [
                        {"id": "kind", "type": "choice", "choices": [{"id": "x"}, {"id": "y"}]},
                        {
                            "id": "why",
                            "type": "text",
                            "visible_if": {"kind": ["x"]},
                            "required_if": {"kind": ["x"]},
                        },
                    ],
                },
            ]
        }
    ],
}


def labelled(definition):
    """The definition with a label on every field, as all forms have."""
    if isinstance(definition, list):
        return [labelled(each) for each in definition]
    if not isinstance(definition, dict):
        return definition
    label = {"label": {"th": "คำถามยาว", "en": "A long question"}} if "type" in definition else {}
    return {name: labelled(value) for name, value in definition.items()} | label


@pytest.mark.parametrize("nil", [False, True])
@pytest.mark.parametrize(
    "form",
    [ETHICS, FULLER, Form(labelled(EVERY_TYPE))],
    ids=lambda form: f"{form.id}.v{form.version}",
)
def test_five_hundred_invented_filings_can_be_filed_with_their_notes(form, nil):
    for seed in range(500):
        answers = invent(form.definition, str(seed), on=TODAY, nil=nil)
        notes = notes_on(form.definition, answers, nil=nil)

        assert form.objections(answers, notes=notes, nil=nil) == []


@pytest.mark.parametrize("form", [ETHICS, FULLER], ids=lambda form: f"{form.id}.v{form.version}")
def test_every_question_of_the_form_but_for_files_is_answered_by_somebody(form):
    answered = set()
    for seed in range(100):
        answered |= invent(form.definition, str(seed), on=TODAY).keys()

    files = {name for name, field in form.fields.items() if field["type"] == "evidence"}
    assert answered == form.fields.keys() - files


def test_the_same_seed_gives_the_same_answers_and_another_seed_others():
    first, again, other = (
        invent(ETHICS.definition, seed, on=TODAY) for seed in ("one", "one", "two")
    )

    assert first == again
    assert first != other


def test_text_says_that_it_is_synthetic():
    answers = invent(ETHICS.definition, "any", on=TODAY)

    assert answers["reporter_name"].startswith(MARKER)


def test_complaints_add_up_and_whoever_says_none_says_nothing_else():
    for seed in range(100):
        answers = invent(ETHICS.definition, str(seed), on=TODAY)

        received = answers["complaints_closed"] + answers["complaints_pending"]
        assert answers["complaints_received"] == received
        assert "none" not in answers["hr_process_used"] or len(answers["hr_process_used"]) == 1
