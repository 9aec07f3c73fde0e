"""Invented answers to any form: made from its definition, valid, the same for the same seed.

They are marked SYNTHETIC wherever text is asked, and name nobody.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

Definition = Mapping[str, Any]
Answers = dict[str, Any]

MARKER = "SYNTHETIC"
ANSWERED_IF_OPTIONAL = 0.7
MOST_ITEMS = 3
LARGEST_NUMBER = 120
LARGEST_AMOUNT = 50_000
# What adds up in a form that a careful officer has filled in.
SUMS = {"complaints_received": ("complaints_closed", "complaints_pending")}


def invent(form: Definition, seed: str, *, on: date, nil: bool = False) -> Answers:
    """Return answers to file on a day; with `nil`, those of "nothing to report"."""
    asked = [field for section in form["sections"] for field in section["fields"]]
    if nil:
        asked = [field for field in asked if field["id"] in form["nil"]]
    dice = random.Random(seed)  # noqa: S311 (invented answers are no secret)
    answers = _answer(asked, dice, on)
    for whole, parts in SUMS.items():
        if answers.keys() >= {whole, *parts}:
            answers[whole] = sum(answers[part] for part in parts)
    return answers


def _answer(asked: list[Definition], dice: random.Random, on: date) -> Answers:
    """Answer field by field; a condition speaks of fields that stand before it."""
    answers: Answers = {}
    for field in asked:
        if _is_answered(field, answers, dice):
            answers[field["id"]] = _INVENT[field["type"]](field, dice, on)
    return answers


def _is_answered(field: Definition, answers: Answers, dice: random.Random) -> bool:
    if not _holds(field.get("visible_if", {}), answers):
        return False
    if "required_if" in field:
        return _holds(field["required_if"], answers)
    return field.get("required", False) or dice.random() < ANSWERED_IF_OPTIONAL


def _holds(condition: Mapping[str, list[Any]], answers: Answers) -> bool:
    return all(answers.get(name) in allowed for name, allowed in condition.items())


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


def _list(field: Definition, dice: random.Random, on: date) -> list[Answers]:
    least = 1 if field.get("required") else 0
    count = dice.randint(least, min(MOST_ITEMS, field.get("max_items", MOST_ITEMS)))
    return [_answer(field["fields"], dice, on) for _ in range(count)]


def _day(_field: Definition, dice: random.Random, on: date) -> str:
    return (on - timedelta(days=dice.randint(0, 300))).isoformat()


_INVENT: dict[str, Callable[[Definition, random.Random, date], Any]] = {
    "text": _text,
    "whole_number": _whole_number,
    "decimal": _decimal,
    "yes_no": lambda _field, dice, _on: dice.random() < 0.8,
    "choice": _choice,
    "choices": _choices,
    "list": _list,
    "date": _day,
    "phone": lambda _field, dice, _on: f"020000{dice.randint(0, 999):03}",
    "email": lambda _field, dice, _on: f"synthetic{dice.randint(1, 999)}@example.org",
    "url": lambda _field, dice, _on: f"https://www.example.org/synthetic/{dice.randint(1, 999)}",
}
