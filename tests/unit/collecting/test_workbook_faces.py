"""A workbook is a face of its form: what it holds, and what is wrong with that, is the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from collecting.workbooks.layout import layout_of
from contracts.forms import Form
from tests.builders.form_answers import broken_answers, valid_answers
from tests.builders.licences.answers import nil_answers, some_answers
from tests.builders.licences.kind import FORM, FORM_OF_LAST_YEAR
from tests.builders.workbooks import a_stamp, a_workbook, read
from tests.length import examples

FORMS = [FORM_OF_LAST_YEAR, FORM]
EVERY_FORM = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
MANY = settings(
    max_examples=examples(40),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def told(answers: Any) -> Any:
    """Answers without those that say nothing, choices in the order of the form."""
    if isinstance(answers, dict):
        kept = {name: told(value) for name, value in answers.items()}
        return {name: value for name, value in kept.items() if value not in (None, "", [])}
    return [told(each) for each in answers] if isinstance(answers, list) else answers


def in_order(form: Any, answers: dict[str, Any]) -> dict[str, Any]:
    ordered = dict(answers)
    for name, field in form.fields.items():
        if field["type"] == "choices" and name in answers:
            ordered[name] = [one["id"] for one in field["choices"] if one["id"] in answers[name]]
    return ordered


@EVERY_FORM
@MANY
@given(data=st.data())
def test_answers_written_into_a_workbook_are_read_back(form, data):
    require_read_back(form, data.draw(valid_answers(form)))


def require_read_back(form: Form, answers: dict[str, Any]) -> None:
    """Fail unless what is read from a workbook is what was written into it."""
    layout = layout_of(form)
    notes = {fault.check: "ตรวจแล้ว" for fault in form.warnings(answers)}

    reading = read(layout, a_workbook(layout, answers, notes=notes))

    assert reading.faults == []
    assert reading.answers == in_order(form, told(answers))
    assert reading.notes == notes
    assert reading.kind == "original"


@EVERY_FORM
@settings(MANY, max_examples=examples(15))
@given(data=st.data())
def test_a_workbook_is_wrong_where_its_answers_are_wrong(form, data):
    require_the_same_faults(form, told(data.draw(broken_answers(form))))


def require_the_same_faults(form: Form, answers: dict[str, Any]) -> None:
    """Fail unless a workbook is found wrong where the form finds its answers wrong."""
    assume(all(answers.get(name, [0])[0] for name, one in form.fields.items() if "fields" in one))
    layout = layout_of(form)

    reading = read(layout, a_workbook(layout, answers))

    expected = form.objections(answers, notes={})
    assert {(one.pointer, one.code) for one in reading.faults} == {
        (one.pointer, one.code) for one in expected
    }
    for fault in reading.faults:
        assert (fault.sheet, fault.cell) == layout.spot(fault.pointer, reading.item_rows)
        assert fault.message
        assert fault.message_th


def test_a_nil_is_judged_as_a_nil():
    layout = layout_of(FORMS[0])

    fine = read(layout, a_workbook(layout, nil_answers(), kind="nil"))
    wrong = read(layout, a_workbook(layout, some_answers(), kind="nil"))

    assert (fine.kind, fine.faults) == ("nil", [])
    assert {fault.code for fault in wrong.faults} == {"unknown"}


def test_an_amendment_names_what_it_amends_and_needs_a_reason():
    layout = layout_of(FORMS[0])
    stamp = a_stamp(layout, base_revision=3)

    silent = read(layout, a_workbook(layout, some_answers(), stamp=stamp))
    said = read(
        layout,
        a_workbook(layout, some_answers(), stamp=stamp, reason="นับผิด", reason_class="addition"),
    )

    assert [(fault.pointer, fault.code) for fault in silent.faults] == [("/reason", "required")]
    assert silent.faults[0].cell == layout.spot("/reason", {})[1]
    assert (said.kind, said.stamp.base_revision, said.faults) == ("amendment", 3, [])
    assert said.submission["reason_class"] == "addition"
