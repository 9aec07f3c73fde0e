"""What a definition can say: conditions, checks across fields, notes; and when it is refused."""

from __future__ import annotations

import copy

import pytest

from contracts.forms import Form, UnsoundForm, require_sound


def words(text="x"):
    return {"th": text, "en": text}


def field(name, kind="whole_number", **more):
    return {"id": name, "type": kind, "label": words(), **more}


def form_of(*fields, checks=(), nil=(), year=2568):
    definition = {
        "id": "survey",
        "version": 1,
        "year_basis": "fiscal",
        "year_be": year,
        "title": words(),
        "nil": list(nil),
        "sections": [{"id": "A", "title": words(), "fields": list(fields)}],
        "checks": list(checks),
    }
    require_sound(definition)
    return Form(definition)


def check(name="adds_up", severity="hard", at=("a",), **more):
    return {"id": name, "severity": severity, "at": list(at), "message": words(), **more}


def told(form, **answers):
    return [(fault.pointer, fault.code) for fault in form.faults(answers)]


# -- conditions -----------------------------------------------------------------------------


CHOICES = [{"id": name, **words()} for name in ("red", "blue", "other")]


@pytest.mark.parametrize(
    ("condition", "answers", "holds"),
    [
        ({"n": [1, 2]}, {"n": 2}, True),
        ({"n": [1, 2]}, {}, False),
        ({"n": {"min": 2}}, {"n": 2}, True),
        ({"n": {"min": 2}}, {"n": 1}, False),
        ({"n": {"min": 2, "max": 3}}, {"n": 2}, True),
        ({"n": {"min": 2, "max": 3}}, {"n": 3}, True),
        ({"n": {"min": 2, "max": 3}}, {"n": 4}, False),
        ({"n": {"min": 0}}, {}, False),
        ({"n": {"answered": False}}, {}, True),
        ({"n": {"answered": True}}, {"n": 0}, True),
        ({"chosen": ["other"]}, {"chosen": ["red", "other"]}, True),
        ({"chosen": ["other"]}, {"chosen": ["red"]}, False),
        ({"not": {"n": [1]}}, {"n": 1}, False),
        ({"any": [{"n": [1]}, {"yes": [True]}]}, {"yes": True}, True),
        ({"any": [{"n": [1]}, {"yes": [True]}]}, {"yes": False}, False),
        ({"n": [1], "not": {"yes": [True]}}, {"n": 1, "yes": True}, False),
        ({"all": [{"n": [1]}, {"any": [{"yes": [True]}]}]}, {"n": 1, "yes": True}, True),
    ],
)
def test_a_question_is_asked_when_its_condition_holds(condition, answers, holds):
    form = form_of(
        field("n"),
        field("yes", "yes_no"),
        field("chosen", "choices", choices=CHOICES),
        field("asked", "text", visible_if=condition, required_if=condition),
    )

    assert told(form, **answers) == ([("/answers/asked", "required")] if holds else [])
    assert told(form, asked="x", **answers) == ([] if holds else [("/answers/asked", "not_asked")])


def test_a_question_in_a_list_may_depend_on_its_item_and_on_the_report():
    form = form_of(
        field("has_budget", "yes_no"),
        field(
            "rows",
            "list",
            fields=[
                field("free", "yes_no"),
                field("cost", required_if={"/has_budget": [True], "free": [False]}),
            ],
        ),
    )
    rows = [{"free": True}, {"free": False}]

    assert told(form, has_budget=False, rows=rows) == []
    assert told(form, has_budget=True, rows=rows) == [("/answers/rows/1/cost", "required")]


# -- checks ---------------------------------------------------------------------------------


SUM = form_of(
    field("a"),
    field("b", "decimal"),
    field("c", "decimal"),
    checks=[check(require={"equal": ["a", {"sum": ["b", "c"]}]}, at=["a", "b"])],
)


def test_a_broken_check_is_told_at_each_of_its_places():
    (one, other) = SUM.faults({"a": 4, "b": 1, "c": 2})

    assert [one.pointer, other.pointer] == ["/answers/a", "/answers/b"]
    assert (one.code, one.check) == ("inconsistent", "adds_up")


@pytest.mark.parametrize(
    "answers",
    [
        {"a": 3, "b": 1, "c": 2},
        {"b": 0.1, "c": 0.2},
        {"a": 3},
        {},
        {"a": None, "b": 1, "c": ""},
    ],
)
def test_a_check_says_nothing_while_it_is_kept_or_cannot_be_told(answers):
    assert told(SUM, **answers) == []


def test_amounts_are_added_as_they_are_written():
    form = form_of(
        field("a", "decimal"),
        field("b", "decimal"),
        field("c", "decimal"),
        checks=[check(require={"equal": ["a", {"sum": ["b", "c"]}]})],
    )

    assert told(form, a=0.3, b=0.1, c=0.2) == []


@pytest.mark.parametrize("wrong", ["many", True, float("inf"), [1], {"x": 1}])
def test_a_check_leaves_a_wrong_value_to_the_fault_of_its_type(wrong):
    assert told(SUM, a=wrong, b=1, c=2) == [("/answers/a", "type")]


def test_a_check_of_every_item_compares_it_with_the_report():
    form = form_of(
        field("headcount"),
        field("rows", "list", fields=[field("people")]),
        checks=[
            check(
                each="rows",
                at=["people", "/headcount"],
                require={"at_most": ["people", "/headcount"]},
            )
        ],
    )

    assert told(form, headcount=5, rows=[{"people": 5}, {"people": 6}, {}]) == [
        ("/answers/rows/1/people", "inconsistent"),
        ("/answers/headcount", "inconsistent"),
    ]


@pytest.mark.parametrize(
    ("require", "is_kept"),
    [
        ({"equal": [{"total": "rows.people"}, {"value": 5}]}, True),
        ({"equal": [{"count": "rows"}, {"value": 3}]}, True),
        ({"at_least": [{"total": "rows.people"}, {"value": 6}]}, False),
        ({"any": [{"at_most": ["n", {"value": 1}]}, {"at_least": ["n", {"value": 9}]}]}, False),
        ({"all": [{"at_most": ["n", {"value": 9}]}, {"at_least": ["n", {"value": 1}]}]}, True),
        ({"holds": {"n": [5]}}, True),
        ({"holds": {"not": {"n": [5]}}}, False),
        ({"at_least": ["day", {"year": "starts"}]}, True),
        ({"at_most": ["day", {"year": "ends"}]}, False),
        ({"at_most": ["day", {"year": "ends", "plus_days": 1}]}, True),
        ({"equal": ["day", {"value": "2025-10-01"}]}, True),
    ],
)
def test_each_way_to_compare(require, is_kept):
    form = form_of(
        field("n"),
        field("day", "date"),
        field("rows", "list", fields=[field("people")]),
        checks=[check(at=["n"], require=require)],
    )
    answers = {"n": 5, "day": "2025-10-01", "rows": [{"people": 2}, {}, {"people": 3}]}

    assert told(form, **answers) == ([] if is_kept else [("/answers/n", "inconsistent")])


def test_a_check_applies_only_when_its_condition_holds():
    form = form_of(
        field("a"),
        field("strict", "yes_no"),
        checks=[check(when={"strict": [True]}, require={"equal": ["a", {"value": 1}]})],
    )

    assert told(form, a=2) == []
    assert told(form, a=2, strict=True) == [("/answers/a", "inconsistent")]


def test_a_nil_is_held_to_the_checks_of_what_it_asks():
    form = form_of(
        field("a"),
        field("b"),
        nil=["a"],
        checks=[
            check("of_a", require={"at_most": ["a", {"value": 1}]}),
            check("of_both", require={"equal": ["a", "b"]}),
        ],
    )

    assert [fault.check for fault in form.faults({"a": 2}, nil=True)] == ["of_a"]


# -- warnings and notes ---------------------------------------------------------------------


SOFT = form_of(
    field("a"), nil=["a"], checks=[check("high", "soft", require={"at_most": ["a", {"value": 9}]})]
)


def test_a_soft_check_warns_and_is_no_fault():
    (warning,) = SOFT.warnings({"a": 10})

    assert (warning.pointer, warning.code, warning.check) == ("/answers/a", "unconfirmed", "high")
    assert warning.in_full.endswith("say why in notes.high.")
    assert warning.in_full_th.endswith("บอกเหตุผลใน notes.high")
    assert SOFT.faults({"a": 10}) == []
    assert SOFT.warnings({"a": 9}) == []


@pytest.mark.parametrize("nil", [False, True])
def test_a_warning_stands_once_it_is_confirmed_with_a_note(nil):
    def objections(notes):
        found = SOFT.objections({"a": 10}, notes=notes, nil=nil)
        return [(one.pointer, one.code) for one in found]

    assert objections({}) == [("/answers/a", "unconfirmed")]
    assert objections({"high": "จริง"}) == []
    assert objections({"high": "จริง", "a/b": "?"}) == [("/notes/a~1b", "unknown")]


# -- evidence -------------------------------------------------------------------------------


EVIDENCE = form_of(
    field("proof", "evidence"),
    field("rows", "list", fields=[field("proof", "evidence", max_items=1)]),
)


@pytest.mark.parametrize(
    ("ids", "codes"),
    [
        (["a1", "b-2"], []),
        ([f"e{number}" for number in range(10)], []),
        ([f"e{number}" for number in range(11)], ["items"]),
        (["a1", "a1"], ["repeated"]),
        (["../etc"], ["format"]),
        ([7], ["type"]),
        ("a1", ["type"]),
    ],
)
def test_evidence_is_a_few_ids(ids, codes):
    assert [code for _, code in told(EVIDENCE, proof=ids)] == codes


def test_the_evidence_that_answers_name_is_found_in_lists_too():
    answers = {"rows": [{"proof": ["c"]}, "?", {"proof": "x"}], "proof": ["a", "b", 3]}

    assert EVIDENCE.evidence(answers) == ["a", "b", "c"]


@pytest.mark.parametrize("day", ["2025-02-30", "2025-W01-1", "20250101", "31/02/2568"])
def test_a_day_that_is_in_no_calendar_is_refused(day):
    assert told(form_of(field("day", "date")), day=day) == [("/answers/day", "format")]


# -- soundness ------------------------------------------------------------------------------


SOUND = form_of(
    field("a"),
    field("colour", "choice", choices=CHOICES, visible_if={"a": {"min": 1}}),
    field("rows", "list", fields=[field("n", required_if={"/colour": ["red"]})]),
    nil=["a"],
    checks=[check(require={"equal": ["a", {"total": "rows.n"}]})],
).definition


def spoil(change):
    definition = copy.deepcopy(dict(SOUND))
    fields = definition["sections"][0]["fields"]
    change(definition, fields, definition["checks"][0])
    with pytest.raises(UnsoundForm) as refused:
        require_sound(definition)
    return "; ".join(refused.value.complaints)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda d, f, c: f[0].update(type="number"), "number is no type of field"),
        (lambda d, f, c: f[0].update(id="any"), "may not be called that"),
        (lambda d, f, c: f[0].update(max_length=3), "knows no ['max_length']"),
        (lambda d, f, c: f[1].pop("choices"), "lacks ['choices']"),
        (lambda d, f, c: f[0].pop("label"), "label has no th text"),
        (lambda d, f, c: f[0].update(help={"th": "x"}), "help has no en text"),
        (lambda d, f, c: f[0].update(prefill=["the moon"]), "prefilled from the moon"),
        (lambda d, f, c: f.append(f[0]), "the field a is there twice"),
        (lambda d, f, c: f[1]["choices"].append(CHOICES[0]), "the choice red is there twice"),
        (lambda d, f, c: f[1].update(visible_if={"b": [1]}), "b is no field"),
        (lambda d, f, c: f[0].update(visible_if={"colour": ["green"]}), "never green"),
        (lambda d, f, c: f[0].update(visible_if={"colour": "red"}), "needs a list"),
        (lambda d, f, c: f[0].update(visible_if={"colour": {"min": 1}}), "cannot be"),
        (lambda d, f, c: f[1].update(visible_if={"any": [{"b": [1]}]}), "b is no field"),
        (lambda d, f, c: f[2]["fields"][0].update(required_if={"colour": ["red"]}), "colour is no"),
        (lambda d, f, c: d["nil"].append("z"), "nil asks z"),
        (lambda d, f, c: d["checks"].append(c), "the check adds_up is there twice"),
        (lambda d, f, c: c.update(severity="mild"), "hard or soft"),
        (lambda d, f, c: c.update(at=["z"]), "z is no field"),
        (lambda d, f, c: c.update(at=[]), "at names no field"),
        (lambda d, f, c: c.pop("message"), "lacks ['message']"),
        (lambda d, f, c: c.update(each="a"), "a is no list"),
        (lambda d, f, c: c.update(when={"z": [1]}), "z is no field"),
        (lambda d, f, c: c.update(require={"equal": ["a", "z"]}), "z is no field"),
        (lambda d, f, c: c.update(require={"equal": ["a", "colour"]}), "neither a number nor"),
        (lambda d, f, c: c.update(require={"equal": ["a"]}), "of two numbers or of two dates"),
        (
            lambda d, f, c: c.update(require={"equal": ["a", {"year": "ends"}]}),
            "of two numbers or of two dates",
        ),
        (lambda d, f, c: c.update(require={"equal": ["a", {"code": "1+1"}]}), "is no term"),
        (lambda d, f, c: c.update(require={"eval": ["a", "a"]}), "eval is no comparison"),
        (lambda d, f, c: c.update(require={"equal": ["a", {"total": "rows.z"}]}), "rows.z is no"),
        (lambda d, f, c: c.update(require={"holds": {"colour": ["green"]}}), "never green"),
    ],
)
def test_a_definition_that_contradicts_itself_is_refused_by_what_is_wrong(change, complaint):
    assert complaint in spoil(change)


def test_everything_wrong_is_told_at_once():
    def change(definition, fields, made):
        fields[0].pop("label")
        made.update(severity="mild")

    complaints = spoil(change)

    assert "label" in complaints
    assert "severity" in complaints
