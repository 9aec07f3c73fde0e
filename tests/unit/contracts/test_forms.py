"""The verdict on answers, on a form invented for it and on whatever JSON there is."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contracts.forms import EXACT_NUMBER_MAX, LIST_MAX, TEXT_MAX, Form
from contracts.forms.values import TYPES
from contracts.reference.years import Year, YearBasis
from services.reports.forms import get_form
from tests.builders.answers import fuller_answers
from tests.length import examples

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


_ROWS = {
    "type": "list",
    "label": {"th": "แถว", "en": "Row"},
    "fields": [{"id": "x", "type": "text", "label": {"th": "ชื่อ", "en": "Name"}}],
}
TWO_LISTS = Form(
    {
        "id": "lists",
        "version": 1,
        "nil": [],
        "sections": [{"fields": [{"id": "rows", **_ROWS}, {"id": "others", **_ROWS}]}],
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
        ({"count": 1.5}, "type"),
        ({"count": 2.0**60}, "type"),
        ({"count": "1"}, "type"),
        ({"money": 0.125}, "decimals"),
        ({"money": 2**53}, "type"),
        ({"colour": "green"}, "choice"),
        ({"colours": ["green"]}, "choice"),
        ({"colours": ["red", "red", "red"]}, "items"),
        ({"colours": [[]]}, "type"),
        ({"colours": [2**64]}, "type"),
        ({"colours": ["x" * (TEXT_MAX + 1)]}, "type"),
        ({"colour": "x" * (TEXT_MAX + 1)}, "size"),
        ({"held_on": "31/02/2568"}, "format"),
        ({"held_on": "28/12/68"}, "format"),
        ({"held_on": "1999-12-31"}, "format"),
        ({"note": "x" * (10 * TEXT_MAX)}, "length"),
        ({"note": "x" * (10 * TEXT_MAX + 1)}, "size"),
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


@pytest.mark.parametrize("nothing", [" ", "\u00a0", "\u200b", "\ufeff", "\n", "\x07", "\u3164"])
def test_a_text_in_which_nothing_is_seen_is_no_answer(nothing):
    assert told({"name": nothing}) == [("/answers/name", "required")]
    assert told_of(trainings=[{"topic": nothing}]) == [("/answers/trainings/0/topic", "required")]
    assert FORM.read({"name": nothing}) == {"name": ""}


@pytest.mark.parametrize(
    ("answers", "kept"),
    [
        ({"held_on": "28/12/2568"}, {"held_on": "2025-12-28"}),
        ({"held_on": "๒๘ ธ.ค. ๒๕๖๘"}, {"held_on": "2025-12-28"}),
        ({"held_on": "2568-12-28"}, {"held_on": "2025-12-28"}),
        ({"phone": "02-123-4567 ต่อ ๑๒"}, {"phone": "021234567 ต่อ 12"}),
        ({"count": 7.0}, {"count": 7}),
        ({"count": 7.5}, {"count": 7.5}),
        ({"note": "หนึ่ง\x0bสอง\x07"}, {"note": "หนึ่ง\nสอง"}),
        ({"url": "https://example.go.th/ก ข"}, {"url": "https://example.go.th/ก%20ข"}),
        ({"trainings": [{"people": 3.0}, 4]}, {"trainings": [{"people": 3}, 4]}),
        ({"surprise": " "}, {"surprise": " "}),
    ],
)
def test_answers_are_read_in_one_spelling(answers, kept):
    assert FORM.read(answers) == kept
    assert type(FORM.read(answers).get("count")) is type(kept.get("count"))


@pytest.mark.parametrize(
    ("answer", "is_fine"),
    [
        ({"name": "12345"}, True),
        ({"name": "123456"}, False),
        ({"note": "x" * TEXT_MAX}, True),
        ({"note": "x" * (TEXT_MAX + 1)}, False),
        ({"count": 0}, True),
        ({"count": -1}, False),
        ({"count": 10}, True),
        ({"count": 11}, False),
        ({"rows": [{"x": "a"}] * LIST_MAX}, True),
        ({"rows": [{"x": "a"}] * (LIST_MAX + 1)}, False),
        ({"trainings": [{"topic": "a"}] * 2}, True),
        ({"trainings": [{"topic": "a"}] * 3}, False),
        ({"money": 0.25}, True),
        ({"money": 0.255}, False),
        ({"held_on": "2000-01-01"}, True),
        ({"held_on": "1999-12-31"}, False),
        ({"held_on": "2199-12-31"}, True),
        ({"held_on": "2200-01-01"}, False),
    ],
)
def test_a_limit_is_still_allowed_and_one_more_is_not(answer, is_fine):
    assert (told_of(**answer) == []) is is_fine


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("beyond", "is_type"), [(-1, False), (0, False), (1, True)])
def test_the_largest_number_is_the_last_that_every_face_holds(sign, beyond, is_type):
    codes = [code for _, code in told_of(money=sign * (EXACT_NUMBER_MAX + beyond))]

    assert ("type" in codes) is is_type


def test_the_items_of_a_list_that_is_too_long_are_not_judged():
    assert told_of(rows=[{"x": 1, "y": 2}] * 690_000) == [("/answers/rows", "items")]


@pytest.mark.parametrize(("wrong", "more"), [(99, None), (100, None), (101, 1), (200, 100)])
def test_a_hundred_faults_are_told_and_how_many_more(wrong, more):
    items = [{"x": 1}] * min(wrong, LIST_MAX)
    others = [{"x": 1}] * (wrong - len(items))
    found = TWO_LISTS.faults({"rows": items, "others": others})

    assert len([fault for fault in found if fault.code == "type"]) == min(wrong, 100)
    assert [fault.message for fault in found if fault.code == "more"] == (
        [f"And {more} more."] if more else []
    )


@pytest.mark.parametrize(("names", "told_one_by_one"), [(20, 20), (21, 1), (100_000, 1)])
def test_a_flood_of_names_is_one_fault(names, told_one_by_one):
    found = told_of(**{f"n{number}": 1 for number in range(names)})

    assert [code for _, code in found] == ["unknown"] * told_one_by_one


def test_a_fault_names_the_question_and_a_type_that_people_know():
    (of_item,) = TWO_LISTS.faults({"rows": [{"x": "ก"}, {"x": 7}]})

    assert of_item.in_full_th == "แถว 2 ชื่อ: ชนิดข้อมูลไม่ถูกต้อง ต้องเป็นข้อความ"
    assert of_item.in_full == "Row 2 Name: Wrong type: it must be a text."
    for kind in TYPES.values():
        assert not any("_" in words for words in kind.called)


def test_no_second_fault_follows_from_a_day_that_cannot_be_read():
    day = get_form("ethics", 1, Year(2569, YearBasis.CALENDAR))
    found = day.faults(fuller_answers(certified_on="28/12/68"))

    assert [fault.code for fault in found] == ["format"]
    assert "ปี 68 ไม่ครบสี่หลัก" in found[0].message_th


def test_judging_leaves_the_answers_as_they_were():
    answers = {"name": "ก", "trainings": [{"people": 1}], "money": 1}

    FORM.faults(answers)

    assert answers == {"name": "ก", "trainings": [{"people": 1}], "money": 1}


REAL = get_form("ethics-2568", 1, Year(2569, YearBasis.CALENDAR))
FIELDS = [field["id"] for part in REAL.definition["sections"] for field in part["fields"]]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
ANSWERS = st.dictionaries(st.sampled_from(FIELDS) | st.text(), JSON, max_size=8)


@settings(max_examples=examples(300), deadline=None)
@given(answers=ANSWERS, nil=st.booleans())
@example(answers={"head.status": 1, "head_status": "held", "head_status.x": 2}, nil=False)
@example(answers={"score": float("inf"), "headcount": 10**400}, nil=False)
@example(answers={"score": 5e-324, "reporter_email": "@" * 500}, nil=False)
def test_no_json_makes_the_verdict_fail(answers, nil):
    for fault in REAL.faults(answers, nil=nil):
        assert fault.pointer.startswith("/answers")
        assert fault.message
        assert fault.message_th
