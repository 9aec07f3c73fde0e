"""What was answered, question by question: choices counted, numbers summed exactly.

Numbers are kept as whole multiples of the smallest step their field allows, so sums and medians are
exact and nothing depends on the order in which they came.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

_CHOSEN = ("choice", "choices")
_PLACES = {"whole_number": 0, "decimal": 2}
_MEAN_PLACES = 2


@dataclass(frozen=True, slots=True)
class Question:
    """One field of a form; that of a list's items is named `<list>/<field>`."""

    id: str
    section: str
    kind: str
    label_th: str
    unit_th: str | None
    choices: tuple[tuple[str, str], ...]
    places: int
    items: tuple[Question, ...]


def questions_of(definition: Mapping[str, Any]) -> tuple[Question, ...]:
    """Return the questions of a form definition in its order."""
    return tuple(
        _question(asked, section["id"], "")
        for section in definition["sections"]
        for asked in section["fields"]
    )


def _question(asked: Mapping[str, Any], section: str, prefix: str) -> Question:
    name = f"{prefix}{asked['id']}"
    return Question(
        id=name,
        section=section,
        kind=asked["type"],
        label_th=asked["label"]["th"],
        unit_th=asked["unit"]["th"] if "unit" in asked else None,
        choices=tuple((choice["id"], choice["th"]) for choice in asked.get("choices", ())),
        places=asked.get("decimals", _PLACES.get(asked["type"], 0)),
        items=tuple(_question(inner, section, f"{name}/") for inner in asked.get("fields", ())),
    )


@dataclass(slots=True)
class Result:
    """What was answered to one question: of `asked` filings or items, `answered` said something."""

    asked: int = 0
    answered: int = 0
    items: int = 0
    chosen: Counter[str] = field(default_factory=Counter)
    numbers: array[int] = field(default_factory=lambda: array("q"))

    def add(self, question: Question, value: Any) -> None:
        """Take in one answer; None, an empty text and an empty list are none."""
        self.asked += 1
        if value is None or value in ("", []):
            return
        self.answered += 1
        if question.kind in _PLACES:
            self.numbers.append(int(Decimal(str(value)).scaleb(question.places)))
        elif question.kind == "yes_no":
            self.chosen["yes" if value else "no"] += 1
        elif question.kind in _CHOSEN:
            self.chosen.update([value] if isinstance(value, str) else set(value))
        elif question.kind == "list":
            self.items += len(value)

    def merge(self, other: Result) -> None:
        """Take in all that the other has."""
        self.asked += other.asked
        self.answered += other.answered
        self.items += other.items
        self.chosen.update(other.chosen)
        self.numbers.extend(other.numbers)

    def figures(self, question: Question) -> dict[str, Any]:
        """Return the result as JSON; exact numbers are text."""
        told: dict[str, Any] = {"asked": self.asked, "answered": self.answered}
        if question.kind in _PLACES:
            return told | _statistics(self.numbers, question.places)
        if question.kind == "yes_no":
            return told | {"yes": self.chosen["yes"], "no": self.chosen["no"]}
        if question.kind in _CHOSEN:
            return told | {"chosen": {name: self.chosen[name] for name, _ in question.choices}}
        return told | ({"items": self.items} if question.kind == "list" else {})


def _statistics(numbers: array[int], places: int) -> dict[str, str | None]:
    if not numbers:
        return dict.fromkeys(("sum", "mean", "median", "min", "max"))
    inorder = sorted(numbers)
    half = len(inorder) // 2
    middle = [inorder[half]] if len(inorder) % 2 else inorder[half - 1 : half + 1]
    total = sum(inorder)
    mean = (Decimal(total) / len(inorder)).scaleb(-places)
    to_places = Decimal(1).scaleb(-places - _MEAN_PLACES)
    return {
        "sum": _text(Decimal(total), places),
        "mean": format(mean.quantize(to_places, ROUND_HALF_UP), "f"),
        "median": _text(Decimal(sum(middle)) / len(middle), places),
        "min": _text(Decimal(inorder[0]), places),
        "max": _text(Decimal(inorder[-1]), places),
    }


def _text(scaled: Decimal, places: int) -> str:
    return format(scaled.scaleb(-places), "f")


class Results:
    """The results of every question, for each code group."""

    def __init__(self, questions: tuple[Question, ...]) -> None:
        self._questions = questions
        self._by_place: dict[tuple[str, str], Result] = {}

    def add(self, code_group: str, answers: Mapping[str, Any]) -> None:
        """Take in the answers of one filing."""
        self._add(self._questions, code_group, answers)

    def _add(
        self, questions: tuple[Question, ...], code_group: str, answers: Mapping[str, Any]
    ) -> None:
        for question in questions:
            value = answers.get(question.id.rpartition("/")[2])
            self._of(question, code_group).add(question, value)
            if question.items:
                for item in value or ():
                    self._add(question.items, code_group, item)

    def _of(self, question: Question, code_group: str) -> Result:
        place = (question.id, code_group)
        result = self._by_place.get(place)
        if result is None:
            result = self._by_place[place] = Result()
        return result

    def merge(self, other: Results) -> None:
        """Take in all that the other has."""
        for place, result in other._by_place.items():
            self._by_place.setdefault(place, Result()).merge(result)

    def figures(self, code_groups: tuple[str, ...]) -> list[dict[str, Any]]:
        """Return every question with its result in all, and in each code group."""
        return [self._shown(question, code_groups) for question in _flat(self._questions)]

    def _shown(self, question: Question, code_groups: tuple[str, ...]) -> dict[str, Any]:
        whole, by_group = Result(), {}
        for group in code_groups:
            result = self._by_place.get((question.id, group), Result())
            whole.merge(result)
            by_group[group] = result.figures(question)
        return {
            "id": question.id,
            "section": question.section,
            "type": question.kind,
            "label_th": question.label_th,
            "unit_th": question.unit_th,
            "choices": [{"id": name, "label_th": label} for name, label in question.choices],
            "all": whole.figures(question),
            "by_code_group": by_group,
        }


def _flat(questions: tuple[Question, ...]) -> Iterator[Question]:
    for question in questions:
        yield question
        yield from _flat(question.items)
