"""Answers to any form, made from its definition by Hypothesis: valid ones, and broken ones.

What is valid here stays valid through every face of a form: text is what a person can type into a
cell and read on paper, and a day lies near the form's fiscal year.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from contracts.forms import Form
from contracts.forms.conditions import compiled
from contracts.reference.years import Year, YearBasis

Answers = dict[str, Any]
Field = Mapping[str, Any]
Draw = Callable[..., Any]

MOST_ITEMS = 3
WORDS = (
    "ก", "น้ำ", "ที่ดิน", "ผู้ใหญ่", "เก้าอี้", "ปฏิบัติหน้าที่", "ฤๅษี", "ป่า", "กตัญญู", "กฎ", "ญี่ปุ่น",
    "ร้อยละ 84", "A & B", "<b>", "#set", "=1+1", "$x$", "100%", "\"อ้าง\"", "2.50", "-", "ฯลฯ", "๙",
)  # fmt: skip


@st.composite
def valid_answers(draw: Draw, form: Form, *, nil: bool = False) -> Answers:
    """Answers that can be filed once their warnings are confirmed, and mostly look true."""
    asked = [
        field for name, field in form.fields.items() if not nil or name in form.definition["nil"]
    ]
    answers = _answers(draw, form, asked, None)
    for check in form.definition.get("checks", ()):
        _make_equal(answers, check["require"].get("equal"))
    assume(not form.faults(answers, nil=nil))
    return answers


@st.composite
def broken_answers(draw: Draw, form: Form) -> Answers:
    """Valid answers of which one to three are then left out or made wrong."""
    answers = draw(valid_answers(form))
    for _ in range(draw(st.integers(1, 3))):
        field = draw(st.sampled_from(list(form.fields.values())))
        answers[field["id"]] = draw(wrong_values(field))
    return answers


def wrong_values(field: Field) -> st.SearchStrategy[Any]:
    """Values a person could have meant for a field and that it does not take, or nothing at all."""
    return st.sampled_from([None, *_WRONG[field["type"]](field)])


def _answers(draw: Draw, form: Form, asked: list[Field], report: Answers | None) -> Answers:
    answers: Answers = {}
    beside_and_report = (answers, answers if report is None else report)
    for field in asked:
        visible, required = (compiled(field.get(name)) for name in ("visible_if", "required_if"))
        if visible is not None and not visible(*beside_and_report):
            continue
        is_required = required(*beside_and_report) if required else field.get("required", False)
        if is_required or draw(st.booleans()):
            answers[field["id"]] = draw(_values(draw, form, field, beside_and_report[1]))
    return answers


def _values(draw: Draw, form: Form, field: Field, report: Answers) -> st.SearchStrategy[Any]:
    if field["type"] == "list":
        count = draw(st.integers(1, min(MOST_ITEMS, field.get("max_items", MOST_ITEMS))))
        return st.just([_answers(draw, form, field["fields"], report) for _ in range(count)])
    return _VALID[field["type"]](field, form)


def _make_equal(answers: Answers, terms: Any) -> None:
    """Let a number be the sum that a check wants it to be, where that is told of three numbers."""
    match terms:
        case [str(whole), {"sum": [*parts]}] if answers.keys() >= {whole, *parts}:
            answers[whole] = sum(answers[part] for part in parts)


def _texts(field: Field, _form: Form) -> st.SearchStrategy[str]:
    words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6)
    return words.map(lambda chosen: " ".join(chosen)[: field.get("max_length", 500)].strip())


def _whole_numbers(field: Field, _form: Form) -> st.SearchStrategy[int]:
    least = field.get("min", 0)
    return st.integers(least, min(field.get("max", least + 999), least + 999))


def _decimals(field: Field, _form: Form) -> st.SearchStrategy[float]:
    places = field.get("decimals", 2)
    least, most = field.get("min", 0), min(field.get("max", 99_999), 99_999)
    whole = st.integers(least * 10**places, most * 10**places)
    return whole.map(lambda number: number / 10**places)


def _choices(field: Field, _form: Form) -> st.SearchStrategy[list[str]]:
    """Any of them; "none" only alone."""
    ids = [choice["id"] for choice in field["choices"] if choice["id"] != "none"]
    some = st.lists(st.sampled_from(ids), min_size=1, max_size=len(ids), unique=True)
    alone = any(choice["id"] == "none" for choice in field["choices"])
    return some | st.just(["none"]) if alone else some


def _days(_field: Field, form: Form) -> st.SearchStrategy[str]:
    asked_in = form.definition
    year = Year(asked_in.get("year_be", 2568), YearBasis(asked_in["year_basis"]))
    return st.dates(year.starts, year.ends + timedelta(days=90)).map(lambda day: day.isoformat())


_VALID: dict[str, Callable[[Field, Form], st.SearchStrategy[Any]]] = {
    "text": _texts,
    "whole_number": _whole_numbers,
    "decimal": _decimals,
    "yes_no": lambda _field, _form: st.booleans(),
    "choice": lambda field, _form: st.sampled_from([each["id"] for each in field["choices"]]),
    "choices": _choices,
    "date": _days,
    "phone": lambda _field, _form: st.sampled_from(["021234567", "0812345678", "021234567 ต่อ 12"]),
    "email": lambda _field, _form: st.sampled_from(["officer@lao.example", "a.b@lao.example"]),
    "url": lambda _field, _form: st.integers(1, 9).map(lambda n: f"https://lao.example/page/{n}"),
    "evidence": lambda field, _form: st.lists(
        st.sampled_from([f"evidence{number}" for number in range(9)]),
        min_size=1,
        max_size=min(MOST_ITEMS, field.get("max_items", MOST_ITEMS)),
        unique=True,
    ),
}
_WRONG: dict[str, Callable[[Field], list[Any]]] = {
    "text": lambda field: ["ก" * (field.get("max_length", 500) + 1)],
    "whole_number": lambda field: [-1, field.get("max", 10**9) + 1, 1.5, "สาม"],
    "decimal": lambda field: [-0.5, field.get("max", 10**9) + 1, 0.125, "ไม่ทราบ"],
    "yes_no": lambda _field: ["อาจจะ", 2],
    "choice": lambda _field: ["อย่างอื่น", 3],
    "choices": lambda _field: [["อย่างอื่น"]],
    "date": lambda _field: ["เมื่อวาน", "31/02/2568", "2568-12-28T00:00"],
    "phone": lambda _field: ["12345", "โทรมาเลย"],
    "email": lambda _field: ["officer at lao"],
    "url": lambda _field: ["ดูในเว็บ", "javascript:alert(1)"],
    "evidence": lambda field: [["a b"], [f"e{number}" for number in range(11)]],
    "list": lambda field: [[{}]] if any(each.get("required") for each in field["fields"]) else [],
}
