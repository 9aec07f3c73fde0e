"""The verdict on answers, on a form invented for it and on whatever JSON there is."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contracts.forms import LIST_MAX, TEXT_MAX, Form
from services.reports.forms import get_form

COLOURS = [{"id": "red"}, {"id": "blue"}]
FORM = Form(
    {
        "id": "survey",
        "version": 1,
        "nil": ["name"],
        "sections": [
            {
                "fields": [
                    {"id": "name", "type": "text", "required": True, "max_length": 5},
                    {"id": "note", "type": "text"},
                    {"id": "count", "type": "whole_number", "max": 10},
                    {"id": "money", "type": "decimal", "decimals": 2},
                    {"id": "colour", "type": "choice", "choices": COLOURS},
                    {"id": "colours", "type": "choices", "choices": COLOURS},
                    {"id": "held_on", "type": "date"},
                    {"id": "phone", "type": "phone"},
                    {"id": "email", "type": "email"},
                ]
            },
            {
                "fields": [
                    {"id": "published", "type": "yes_no"},
                    {
                        "id": "url",
                        "type": "url",
                        "visible_if": {"published": [True]},
                        "required_if": {"published": [True]},
                    },
                    {
                        "id": "trainings",
                        "type": "list",
                        "max_items": 2,
                        "fields": [
                            {"id": "topic", "type": "text", "required": True},
                            {"id": "people", "type": "whole_number"},
                        ],
                    },
                    {"id": "rows", "type": "list", "fields": [{"id": "x", "type": "text"}]},
                ]
            },
        ],
    }
)


def told(answers, **options):
    return [(fault.pointer, fault.code) for fault in FORM.faults(answers, **options)]


def told_of(**answers):
    return told({"name": "ก", **answers})


def test_complete_answers_have_no_fault():
    assert not told_of(
        count=10,
        money=0.25,
        colour="red",
        colours=["red", "blue"],
        held_on="2025-12-28",
        phone="021234567 ต่อ 12",
        email="name@example.go.th",
        published=True,
        url="https://example.go.th/1",
        trainings=[{"topic": "จริยธรรม", "people": 3}],
    )


@pytest.mark.parametrize("nothing", [None, "", []])
def test_an_empty_answer_is_no_answer(nothing):
    assert told({"name": nothing, "count": nothing}) == [("/answers/name", "required")]
    assert FORM.missing({"name": nothing}) == ["/answers/name"]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"name": "123456"}, "length"),
        ({"note": "x" * (TEXT_MAX + 1)}, "length"),
        ({"count": 11}, "range"),
        ({"count": -1}, "range"),
        ({"count": True}, "type"),
        ({"count": 1.0}, "type"),
        ({"count": "1"}, "type"),
        ({"money": 0.125}, "decimals"),
        ({"money": 2**53}, "type"),
        ({"colour": "green"}, "choice"),
        ({"colours": ["green"]}, "choice"),
        ({"colours": ["red", "red", "red"]}, "choice"),
        ({"colours": [[]]}, "choice"),
        ({"held_on": "28/12/2568"}, "format"),
        ({"phone": "12345"}, "format"),
        ({"email": "not an address"}, "format"),
        ({"published": "yes"}, "type"),
        ({"trainings": [{"topic": "a"}] * 3}, "items"),
        ({"rows": [{"x": "a"}] * (LIST_MAX + 1)}, "items"),
        ({"trainings": ["a"]}, "type"),
        ({"url": "https://example.go.th"}, "not_asked"),
        ({"published": True}, "required"),
        ({"published": True, "url": "javascript:alert(1)"}, "format"),
        ({"surprise": 1}, "unknown"),
    ],
)
def test_each_wrong_answer_has_its_code(answer, code):
    assert [of for _, of in told_of(**answer)] == [code]


@pytest.mark.parametrize(("money", "is_fine"), [(1, True), (1.1, True), (0.1 + 0.2, False)])
def test_decimals_are_counted_as_they_are_written(money, is_fine):
    assert (not told_of(money=money)) is is_fine


def test_a_fault_points_to_its_place_in_the_body():
    faults = told_of(trainings=[{"topic": "a"}, {"people": "x", "a/b~c": 1}])

    assert sorted(faults) == [
        ("/answers/trainings/1/a~1b~0c", "unknown"),
        ("/answers/trainings/1/people", "type"),
        ("/answers/trainings/1/topic", "required"),
    ]


def test_every_fault_is_told_at_once_in_both_languages():
    faults = FORM.faults({"count": 11, "colour": "green"})

    assert [fault.code for fault in faults] == ["required", "range", "choice"]
    assert faults[1].message == "It must be from 0 to 10."
    assert faults[1].message_th == "ต้องอยู่ระหว่าง 0 ถึง 10"


def test_a_condition_turns_a_question_on_and_off():
    assert told_of(published=False) == []
    assert told_of(published=True) == [("/answers/url", "required")]
    assert told_of(published=False, url="https://example.go.th") == [("/answers/url", "not_asked")]


def test_a_nil_is_asked_less_and_may_say_no_more():
    assert told({"name": "ก"}, nil=True) == []
    assert told({}, nil=True) == [("/answers/name", "required")]
    assert told({"name": "ก", "count": 1}, nil=True) == [("/answers/count", "unknown")]


def test_judging_leaves_the_answers_as_they_were():
    answers = {"name": "ก", "trainings": [{"people": 1}], "money": 1}

    FORM.faults(answers)

    assert answers == {"name": "ก", "trainings": [{"people": 1}], "money": 1}


REAL = get_form("ethics-2568", 1)
FIELDS = [field["id"] for part in REAL.definition["sections"] for field in part["fields"]]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
ANSWERS = st.dictionaries(st.sampled_from(FIELDS) | st.text(), JSON, max_size=8)


@settings(max_examples=300, deadline=None)
@given(answers=ANSWERS, nil=st.booleans())
@example(answers={"head.status": 1, "head_status": "held", "head_status.x": 2}, nil=False)
@example(answers={"score": float("inf"), "headcount": 10**400}, nil=False)
@example(answers={"score": 5e-324, "reporter_email": "@" * 500}, nil=False)
def test_no_json_makes_the_verdict_fail(answers, nil):
    for fault in REAL.faults(answers, nil=nil):
        assert fault.pointer.startswith("/answers/")
        assert fault.message
        assert fault.message_th
