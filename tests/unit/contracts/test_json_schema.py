"""The JSON Schema of a form and the form's own verdict agree on names, kinds and sizes."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator, meta

from contracts.forms import Form
from contracts.forms.json_schema import json_schema
from contracts.forms.values import TYPES
from services.reports import forms as released
from tests.builders.form_answers import valid_answers
from tests.length import examples

FORMS = {
    path.stem: Form(yaml.safe_load(path.read_text()))
    for path in sorted(Path(released.__path__[0]).glob("*.yaml"))
}
SIZES = {"type", "length", "range", "choice", "items", "unknown", "required", "size"}
LABEL = {"label": {"th": "ข้อ", "en": "question"}}
CHOICES = [{"id": name, "th": name, "en": name} for name in ("a", "b")]


def a_field(kind: str, **settings: object) -> dict:
    needed = {"choices": CHOICES} if kind in ("choice", "choices") else {}
    return {"id": "q", "type": kind, **LABEL, **needed, **settings}


TEXTS = ("text", "email", "url")
FIELDS = {
    **{kind: a_field(kind) for kind in TYPES if kind != "list"},
    **{f"short {kind}": a_field(kind, max_length=20) for kind in TEXTS},
    "narrow whole_number": a_field("whole_number", min=-1, max=3),
    "narrow decimal": a_field("decimal", min=0.5, max=3),
    "few evidence": a_field("evidence", max_items=2),
    "list": a_field("list", max_items=2, fields=[{**a_field("text"), "required": True}]),
}
on_the_limit = st.sampled_from(
    [
        *("x" * length for length in (0, 1, 19, 20, 21, 500, 501)),
        *(f"{'a' * (length - 5)}@b.th" for length in (19, 20, 21)),
        *(-1, -2, 0, 1, 3, 4, 0.25, 0.5, 3.5, 10**9, 10**9 + 1, 2**53, 10**30),
        *([name] * count for name in ("a", "b", "c") for count in (0, 1, 2, 3, 10, 11)),
        *([{"q": "x"}] * count for count in (0, 1, 2, 3)),
        *([{}], [{"q": ""}], [{"q": "x", "z": 1}], [1], ["a", 1], {}, {"q": 1}, True, False, None),
        *("2026-01-31", "021234567", "https://lao.example/1"),
    ]
)
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False).filter(
    lambda number: not number.is_integer()
)
anything = st.recursive(
    st.none() | st.booleans() | numbers | st.text("กa1 ", max_size=3) | on_the_limit,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("qz"), inner),
    max_leaves=4,
)


def form_of(field: dict, **more: object) -> Form:
    section = {"id": "s", "title": {"th": "ก", "en": "a"}, "fields": [{**field, **more}]}
    title = {"th": "แบบ", "en": "form"}
    return Form({"id": "f", "version": 1, "title": title, "nil": [], "sections": [section]})


def schema_of(form: Form) -> Draft202012Validator:
    return Draft202012Validator(json_schema(form.definition, "/schema"))


COMPILED = {
    (name, is_required): (form, schema_of(form))
    for name, field in FIELDS.items()
    for is_required in (False, True)
    for form in [form_of(field, required=is_required)]
}


def test_every_type_of_field_is_tried():
    assert {field["type"] for field in FIELDS.values()} == TYPES.keys()


@settings(max_examples=examples(60), deadline=None, derandomize=True)
@given(anything)
@example(None)
def test_schema_and_verdict_agree_on_every_kind_and_size(value):
    for form, schema in COMPILED.values():
        _agree(form, schema, {"q": value})
        _agree(form, schema, {"z": value})
        _agree(form, schema, {})


def _agree(form: Form, schema: Draft202012Validator, answers: dict) -> None:
    codes = {fault.code for fault in form.faults(answers)}
    is_taken = schema.is_valid(answers)

    if not codes:
        assert is_taken, answers
    if codes & SIZES:
        assert not is_taken, (answers, codes)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_what_can_be_filed_is_taken_by_the_schema(form):
    schema = json_schema(form.definition, "/schema")
    whole = Draft202012Validator(schema)
    nil = Draft202012Validator(schema["$defs"]["nil"])
    meta.validate(schema)

    @settings(max_examples=examples(25), deadline=None)
    @given(valid_answers(form), valid_answers(form, nil=True))
    def check(answers, nil_answers):
        whole.validate(answers)
        nil.validate(nil_answers)
        assert not whole.is_valid(answers | {"no_such_question": 1})

    check()


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_the_schema_tells_every_question_and_every_condition_in_words_and_data(form):
    schema = json_schema(form.definition, "/schema")

    assert schema["properties"].keys() == form.fields.keys()
    for name, field in form.fields.items():
        told = schema["properties"][name]
        assert (told["title"], told["x-title-en"]) == (field["label"]["th"], field["label"]["en"])
        assert told.get("x-required-if") == field.get("required_if")
        assert told.get("x-visible-if") == field.get("visible_if")
