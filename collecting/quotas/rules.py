"""How much one may send in a while: by slot and by organisation, in number and in bytes, as the
dated data in `quotas.csv` say.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path

from contracts.principal import Principal
from contracts.reference.calendar import BANGKOK, as_bangkok


class Sent(StrEnum):
    """What is counted."""

    EVIDENCE = "evidence"
    WORKBOOKS = "workbooks"
    PROBLEM_REPORTS = "problem_reports"
    DRAFTS = "drafts"


@dataclass(frozen=True, slots=True)
class Quota:
    """So many, and so many bytes, of one thing in a day or a year of Thailand; None: no limit."""

    what: Sent
    of: str
    window: str
    count: int | None
    bytes: int | None
    valid_from: date
    valid_to: date | None
    name_th: str
    name: str

    def span(self, at: datetime) -> tuple[date, datetime]:
        """Return the first day of the day or year that a moment is in, and when the next begins."""
        day = as_bangkok(at).date()
        if self.window == "year":
            first, following = date(day.year, 1, 1), date(day.year + 1, 1, 1)
        else:
            first, following = day, day + timedelta(days=1)
        return first, datetime.combine(following, time(), BANGKOK)

    def counted_for(self, by: Principal) -> str:
        """Return who it is counted for; an office that is no LAO counts as its area."""
        if self.of == "slot":
            return by.slot_id
        return by.organisation_id or f"{by.role}-{by.area_code}"


def quotas_of(what: Sent, at: datetime) -> Iterator[Quota]:
    """Yield the quotas that hold for a thing at a moment."""
    day = as_bangkok(at).date()
    for quota in QUOTAS:
        ended = quota.valid_to is not None and quota.valid_to <= day
        if quota.what is what and quota.valid_from <= day and not ended:
            yield quota


def _load() -> tuple[Quota, ...]:
    with _PATH.open(encoding="utf-8", newline="") as lines:
        return tuple(
            Quota(
                what=Sent(row["what"]),
                of=row["of"],
                window=row["window"],
                count=int(row["count"]) if row["count"] else None,
                bytes=int(row["bytes"]) if row["bytes"] else None,
                valid_from=date.fromisoformat(row["valid_from"]),
                valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
                name_th=row["name_th"],
                name=row["name_en"],
            )
            for row in csv.DictReader(lines)
        )


_PATH = Path(__file__).with_name("quotas.csv")
QUOTAS = _load()
