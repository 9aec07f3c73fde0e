"""Each form of ours is the same on a screen, in a workbook and on paper."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.typesetter import Typesetter
from contracts.reference.years import Year, YearBasis
from services.reports.forms import get_form
from services.reports.settings import Settings
from tests.builders.form_answers import broken_answers, valid_answers
from tests.length import examples
from tests.unit.collecting.test_pages import require_every_answer, require_every_question
from tests.unit.collecting.test_workbook_faces import (
    require_read_back,
    require_the_same_faults,
    told,
)

THEN = Year(2569, YearBasis.FISCAL)
FORMS = [get_form(*form, THEN) for form in (("ethics-2568", 1), ("ethics-2568", 2), ("ethics", 1))]
EVERY_FORM = pytest.mark.parametrize(
    "form", FORMS, ids=lambda form: f"{form.id} version {form.version}"
)
MANY = settings(
    max_examples=examples(40),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@EVERY_FORM
@MANY
@given(data=st.data())
def test_every_answer_that_can_be_filed_is_read_back_and_stands_on_the_page(form, data):
    answers = data.draw(valid_answers(form))

    require_read_back(form, answers)
    require_every_answer(form, answers)


@EVERY_FORM
@settings(MANY, max_examples=examples(15))
@given(data=st.data())
def test_a_workbook_is_wrong_where_its_answers_are_wrong(form, data):
    require_the_same_faults(form, told(data.draw(broken_answers(form))))


@EVERY_FORM
def test_the_blank_asks_every_question(form):
    require_every_question(Typesetter(Settings.font_dir), form)
