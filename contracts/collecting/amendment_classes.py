"""The classes of amendments with the days they are in use. A round says which restart its clock."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

DEFAULT_CLASS = "correction"


@dataclass(frozen=True, slots=True)
class AmendmentClass:
    """One class; `valid_to` is the first day that it is no longer in use."""

    id: str
    name_th: str
    name_en: str
    valid_from: date
    valid_to: date | None


def _load() -> tuple[AmendmentClass, ...]:
    path = Path(__file__).with_name("amendment_classes.csv")
    with path.open(encoding="utf-8", newline="") as lines:
        return tuple(
            AmendmentClass(
                id=row["id"],
                name_th=row["name_th"],
                name_en=row["name_en"],
                valid_from=date.fromisoformat(row["valid_from"]),
                valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            )
            for row in csv.DictReader(lines)
        )


AMENDMENT_CLASSES = _load()


def is_class_used(class_id: str, day: date) -> bool:
    """Whether an amendment may be of that class on that day."""
    return any(
        known.id == class_id
        and known.valid_from <= day
        and (known.valid_to is None or day < known.valid_to)
        for known in AMENDMENT_CLASSES
    )
