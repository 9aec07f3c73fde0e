"""Invented answers to any form: made from its definition, valid, the same for the same seed.

They are marked SYNTHETIC wherever text is asked, and name nobody.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from contracts.forms import Form
from contracts.forms.conditions import compiled
from contracts.reference.years import Year, YearBasis

Definition = Mapping[str, Any]
Answers = dict[str, Any]

MARKER = "SYNTHETIC"
ANSWERED_IF_OPTIONAL = 0.7
MOST_ITEMS = 3
LARGEST_NUMBER = 120
LARGEST_AMOUNT = 50_000
# What adds up in a form that a careful officer has filled in.
SUMS = {"complaints_received": ("complaints_closed", "complaints_pending")}


def invent(
    form: Definition, seed: str, *, on: date, nil: bool = False, everything: bool = False
) -> Answers:
    """Return answers to file on a day; with `nil`, those of "nothing to report".

    With `everything`, no field that may be answered is left out.
    """
    asked = [field for section in form["sections"] for field in section["fields"]]
    if nil:
        asked = [field for field in asked if field["id"] in form["nil"]]
    dice = random.Random(seed)  # noqa: S311 (invented answers are no secret)
    last_day = on
    if "year_be" in form:
        last_day = min(on, Year(form["year_be"], YearBasis(form["year_basis"])).ends)
    answers: Answers = {}
    _answer(asked, answers, answers, dice, last_day, 1.0 if everything else ANSWERED_IF_OPTIONAL)
    for whole, parts in SUMS.items():
        if answers.keys() >= {whole, *parts}:
            answers[whole] = sum(answers[part] for part in parts)
    return answers


def notes_on(form: Definition, answers: Answers, *, nil: bool = False) -> dict[str, str]:
    """Return a note on each warning that such answers give, so that they can be filed."""
    warnings = Form(form).warnings(answers, nil=nil)
    return {warning.check: f"{MARKER} ตรวจสอบแล้ว" for warning in warnings}


def _answer(
    asked: list[Definition],
    answers: Answers,
    report: Answers,
    dice: random.Random,
    on: date,
    optional: float,
) -> None:
    """Answer field by field, so many of the optional ones; a condition speaks of fields that stand
    before it, and an evidence id cannot be invented.
    """
    for field in asked:
        if field["type"] == "evidence" or not _is_answered(field, answers, report, dice, optional):
            continue
        if field["type"] == "list":
            answers[field["id"]] = items = [{} for _ in range(_count(field, dice))]
            for item in items:
                _answer(field["fields"], item, report, dice, on, ANSWERED_IF_OPTIONAL)
        else:
            answers[field["id"]] = _INVENT[field["type"]](field, dice, on)


def _is_answered(
    field: Definition, answers: Answers, report: Answers, dice: random.Random, optional: float
) -> bool:
    visible, required = (compiled(field.get(name)) for name in ("visible_if", "required_if"))
    if visible is not None and not visible(answers, report):
        return False
    if required is not None and required(answers, report):
        return True
    return field.get("required", False) or dice.random() < optional


def _count(field: Definition, dice: random.Random) -> int:
    least = 1 if field.get("required") else 0
    return dice.randint(least, min(MOST_ITEMS, field.get("max_items", MOST_ITEMS)))


def _text(field: Definition, dice: random.Random, _on: date) -> str:
    text = f"{MARKER} {field['label']['th']} {dice.randint(1, 999)}"
    return text[: field.get("max_length", 500)]


def _whole_number(field: Definition, dice: random.Random, _on: date) -> int:
    least = field.get("min", 0)
    most = least + LARGEST_NUMBER
    return dice.randint(least, min(field.get("max", most), most))


def _decimal(field: Definition, dice: random.Random, _on: date) -> float:
    least = field.get("min", 0)
    most = least + LARGEST_AMOUNT
    return round(dice.uniform(least, min(field.get("max", most), most)), field.get("decimals", 2))


def _choice(field: Definition, dice: random.Random, _on: date) -> str:
    return dice.choice(field["choices"])["id"]


def _choices(field: Definition, dice: random.Random, _on: date) -> list[str]:
    """One to three of them; whoever says "none" says nothing else."""
    ids = [choice["id"] for choice in field["choices"]]
    chosen = dice.sample(ids, min(len(ids), dice.randint(1, 3)))
    return ["none"] if "none" in chosen else chosen


def _day(_field: Definition, dice: random.Random, on: date) -> str:
    since_new_year = (on - on.replace(month=1, day=1)).days
    return (on - timedelta(days=dice.randint(0, since_new_year))).isoformat()


_INVENT: dict[str, Callable[[Definition, random.Random, date], Any]] = {
    "text": _text,
    "whole_number": _whole_number,
    "decimal": _decimal,
    "yes_no": lambda _field, dice, _on: dice.random() < 0.8,
    "choice": _choice,
    "choices": _choices,
    "date": _day,
    "phone": lambda _field, dice, _on: f"020000{dice.randint(0, 999):03}",
    "email": lambda _field, dice, _on: f"synthetic{dice.randint(1, 999)}@example.org",
    "url": lambda _field, dice, _on: f"https://www.example.org/synthetic/{dice.randint(1, 999)}",
}
