"""What a draft shows before anything is typed, and how long it is marked as not the filer's own."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from collecting.drafts.prefill import (
    NOTHING_LAST_YEAR,
    Source,
    from_holder,
    from_last_year,
    from_registry,
    needs_confirming,
    prefilled,
    unconfirmed,
)
from contracts.forms import Form
from tests.builders.licences.answers import fuller_answers, some_answers
from tests.builders.licences.kind import FORM, FORM_OF_LAST_YEAR
from tests.unit.collecting.duties import an_obligation

HOLDER = {"name": "ทดลอง สมมติ", "position": "นิติกร", "phone": "021234567", "email": None}


def last_year(then: Form = FORM_OF_LAST_YEAR, **changes: Any) -> Source:
    return from_last_year(then, {"round_id": "licences-2568-1", "answers": some_answers(**changes)})


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("pao", "นายกองค์การบริหารส่วนจังหวัด"),
        ("subdistrict", "นายกเทศมนตรี"),
        ("sao", "นายกองค์การบริหารส่วนตำบล"),
        ("special", "นายกเมืองพัทยา"),
    ],
)
def test_the_head_is_called_by_the_type_of_the_organisation(kind, title):
    made = prefilled(FORM, [from_registry(an_obligation(organisation_type=kind))])

    assert made.answers == {"registrar_position": title}
    assert made.marks["registrar_position"]["source"] == "registry"


def test_the_reporter_is_whoever_holds_the_slot():
    made = prefilled(FORM, [from_holder("6810401-1", HOLDER)])

    assert made.answers == {
        "reporter_name": "ทดลอง สมมติ",
        "reporter_position": "นิติกร",
        "reporter_phone": "021234567",
    }
    assert {mark["from"] for mark in made.marks.values()} == {"6810401-1"}


def test_what_could_not_be_filed_is_not_shown():
    made = prefilled(FORM, [from_holder("u", {**HOLDER, "phone": "081 234 567"})])

    assert "reporter_phone" not in made.answers
    assert "reporter_phone" not in made.marks
    assert "holder" in made.absent


def test_what_is_spelled_otherwise_is_shown_as_it_is_filed():
    made = prefilled(FORM, [from_holder("u", {**HOLDER, "phone": "081 234 5678"})])

    assert made.answers["reporter_phone"] == "0812345678"
    assert made.marks["reporter_phone"]["value"] == "0812345678"
    assert "holder" not in made.absent


def test_last_year_gives_the_fields_that_are_there_still():
    made = prefilled(FORM, [last_year()])

    assert made.answers == {
        name: some_answers()[name]
        for name, field in FORM.fields.items()
        if "last_year" in field.get("prefill", ()) and name in some_answers()
    }
    assert made.answers.keys() > {"registrar_name", "assistants", "issued", "fees_url"}
    assert made.marks["issued"] == {"source": "last_year", "from": "licences-2568-1", "value": 42}
    assert not FORM.faults(fuller_answers(**made.answers))


def test_a_field_of_another_type_takes_nothing_from_last_year():
    definition = copy.deepcopy(dict(FORM_OF_LAST_YEAR.definition))
    fields = {field["id"]: field for part in definition["sections"] for field in part["fields"]}
    fields["issued"]["type"] = "text"
    fields["assistants"]["fields"][1]["id"] = "title"

    made = prefilled(FORM, [last_year(Form(definition), issued="42")])

    assert "issued" not in made.answers
    assert "assistants" not in made.answers  # without a position no deputy could be filed


def test_an_answer_that_depends_on_another_goes_with_it():
    made = prefilled(FORM, [last_year(fees_published=False)])

    assert made.answers["fees_published"] is False
    assert "fees_url" not in made.answers


def test_sources_that_were_not_asked_are_named():
    assert prefilled(FORM, []).absent == ["holder", "last_year", "registry", "survey"]
    assert prefilled(FORM, [NOTHING_LAST_YEAR]).absent == ["holder", "registry", "survey"]


def test_a_source_that_comes_later_needs_no_other_change():
    result = {"score_source": "survey", "score": 88.25}
    survey = Source("survey", "2568", lambda field, _: result[field["id"]])

    made = prefilled(FORM, [survey])

    assert made.answers == result
    assert "survey" not in made.absent


def test_a_mark_stands_until_the_answer_is_another():
    marks = prefilled(FORM, [last_year()]).marks

    left = unconfirmed(marks, some_answers(issued=43))

    assert marks.keys() - left.keys() == {"issued"}
    assert "/answers/registrar_name" in needs_confirming(left)


def test_only_what_was_true_last_year_needs_confirming():
    marks = prefilled(FORM, [from_registry(an_obligation()), last_year(registrar_name="")]).marks

    assert "registrar_position" in marks
    assert "/answers/registrar_position" not in needs_confirming(marks)
