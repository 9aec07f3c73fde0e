"""The kinds of trouble organisations report: the six of 2566 and any other, each with its dates."""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ProblemCategory:
    """One kind of trouble; it can be chosen from `valid_from` to before `valid_to`."""

    id: str
    valid_from: date
    valid_to: date | None
    label_th: str
    label_en: str

    def is_offered(self, on: date) -> bool:
        """Whether it can be chosen on that day."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


def get_problem_category(category_id: str) -> ProblemCategory:
    """Return a category, offered now or once. Raises KeyError."""
    return _BY_ID[category_id]


def _load() -> tuple[ProblemCategory, ...]:
    path = Path(__file__).with_name("problem_categories.csv")
    with path.open(encoding="utf-8", newline="") as lines:
        return tuple(
            ProblemCategory(
                row["id"],
                date.fromisoformat(row["valid_from"]),
                date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
                row["label_th"],
                row["label_en"],
            )
            for row in csv.DictReader(lines)
        )


PROBLEM_CATEGORIES = _load()
_BY_ID = {category.id: category for category in PROBLEM_CATEGORIES}
