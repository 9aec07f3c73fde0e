"""What a round has come to in all: counts and rates, results per question, and who is missing.

Lines may come in any order and in parts: merging parts gives the same as all at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from collecting.filings.rules.moments import Line
from contracts.reference.code_groups import CodeGroup
from contracts.reference.lao_types import LaoType
from contracts.reference.provinces import PROVINCES, REGIONS, get_province
from services.reports.consolidation.rules.results import Question, Results

Figures = dict[str, Any]
COUNTED = (
    "expected",
    "filed",
    "on_time",
    "late",
    "amended",
    "returned",
    "nil",
    "exempt",
    "missing",
)
_GROUPS = {group.value: group for group in CodeGroup}
_TYPES = {lao_type.value: lao_type for lao_type in LaoType}
_MISSING = (
    "province_code",
    "district_code",
    "organisation_code",
    "organisation_id",
    "organisation_type",
    "organisation_name",
    "district_name",
)


class Cell(NamedTuple):
    """The smallest part that is counted apart."""

    province_code: str
    organisation_type: str
    code_group: str


class Consolidation:
    """The sums so far."""

    def __init__(self, questions: tuple[Question, ...]) -> None:
        self._cells: dict[Cell, Counter[str]] = {}
        self._results = Results(questions)
        self._missing: list[Figures] = []

    def add(self, line: Line) -> None:
        """Take in one obligation."""
        cell = Cell(line.province_code, line.organisation_type, line.subject_id)
        filed = line.answers is not None
        is_so = {
            "expected": True,
            "filed": filed,
            "on_time": line.on_time,
            "late": filed and not line.on_time,
            "amended": line.amended,
            "returned": line.returned,
            "nil": line.nil,
            "exempt": line.exempt,
            "missing": not filed and not line.exempt,
        }
        counts = self._cells.setdefault(cell, Counter())
        counts.update(name for name, holds in is_so.items() if holds)
        if line.answers is not None:
            self._results.add(line.subject_id, line.answers)
        elif not line.exempt:
            self._missing.append(
                {name: getattr(line, name) for name in _MISSING} | {"code_group": line.subject_id}
            )

    def merge(self, other: Consolidation) -> None:
        """Take in all that the other has."""
        for cell, counts in other._cells.items():
            self._cells.setdefault(cell, Counter()).update(counts)
        self._results.merge(other._results)
        self._missing.extend(other._missing)

    def total(self) -> Figures:
        """Return the row of the whole country."""
        return _row("total", "รวมทั้งประเทศ", _sum(self._cells.values()))

    def figures(self) -> Figures:
        """Return every table of counts."""
        regions = {province.code: province.region for province in PROVINCES}
        return {
            "total": self.total(),
            "by_region": self._rows(
                lambda cell: regions[cell.province_code], {name: name for name in REGIONS}
            ),
            "by_province": self._rows(
                lambda cell: cell.province_code, {each.code: each.name_th for each in PROVINCES}
            ),
            "by_type": self._rows(
                lambda cell: cell.organisation_type,
                {key: each.label for key, each in _TYPES.items()},
            ),
            "by_code_group": self._rows(
                lambda cell: cell.code_group, {key: each.name_th for key, each in _GROUPS.items()}
            ),
        }

    def _rows(self, key_of: Callable[[Cell], str], names: Mapping[str, str]) -> list[Figures]:
        sums: dict[str, Counter[str]] = {}
        for cell, counts in self._cells.items():
            sums.setdefault(key_of(cell), Counter()).update(counts)
        return [_row(key, name, sums[key]) for key, name in names.items() if key in sums]

    def questions(self) -> list[Figures]:
        """Return the result of every question."""
        return self._results.figures(tuple(_GROUPS))

    def missing(self) -> list[Figures]:
        """Return what was owed and not filed, by province, district and code."""
        return [
            {**facts, "province_name": get_province(facts["province_code"]).name_th}
            for facts in sorted(self._missing, key=_place)
        ]


def _place(facts: Figures) -> tuple[Any, ...]:
    return (*(facts[name] for name in _MISSING[:4]), _GROUPS[facts["code_group"]].number)


def _sum(counts: Iterable[Counter[str]]) -> Counter[str]:
    whole: Counter[str] = Counter()
    for each in counts:
        whole.update(each)
    return whole


def _row(key: str, name: str, counts: Counter[str]) -> Figures:
    owed = counts["expected"] - counts["exempt"]
    return {
        "key": key,
        "name": name,
        **{name: counts[name] for name in COUNTED},
        "rate": percent(counts["filed"], owed),
        "on_time_rate": percent(counts["on_time"], owed),
    }


def percent(part: int, whole: int) -> float | None:
    """Return `part` of `whole` in percent, the second decimal rounded half up; None of nothing."""
    return None if whole == 0 else (part * 20_000 + whole) // (2 * whole) / 100
