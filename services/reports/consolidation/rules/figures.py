"""What a round has come to in all: counts and rates, results per question, and who is missing.

Lines may come in any order and in parts: merging parts gives the same as all at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from typing import Any, NamedTuple

from collecting.filings.rules.moments import Line
from contracts.collecting.figures import Counts
from contracts.reference.code_groups import CodeGroup
from contracts.reference.lao_types import LaoType
from contracts.reference.provinces import PROVINCES, REGIONS, get_province
from services.reports.consolidation.rules.results import Question, Results

Figures = dict[str, Any]
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


class Part(NamedTuple):
    """The smallest part that is counted apart."""

    province_code: str
    organisation_type: str
    subject_id: str


class Consolidation:
    """The sums so far, of the code groups that it is about."""

    def __init__(
        self, questions: tuple[Question, ...], groups: tuple[str, ...] = tuple(_GROUPS)
    ) -> None:
        self._groups = groups
        self._counts: dict[Part, Counts] = {}
        self._results = Results(questions)
        self._missing: list[Figures] = []

    def add(self, line: Line) -> None:
        """Take in one obligation."""
        part = Part(line.province_code, line.organisation_type, line.subject_id)
        self._count(part, line.counts)
        if line.answers is not None:
            self._results.add(line.subject_id, line.answers)
        elif line.counts.missing:
            self._missing.append(
                {name: getattr(line, name) for name in _MISSING} | {"code_group": line.subject_id}
            )

    def merge(self, other: Consolidation) -> None:
        """Take in all that the other has."""
        for part, counts in other._counts.items():
            self._count(part, counts)
        self._results.merge(other._results)
        self._missing.extend(other._missing)

    def _count(self, part: Part, counts: Counts) -> None:
        self._counts[part] = self._counts.get(part, Counts()).plus(counts)

    def total(self) -> Figures:
        """Return the row of the whole country."""
        return _row("total", "รวมทั้งประเทศ", _sum(self._counts.values()))

    def figures(self) -> Figures:
        """Return every table of counts."""
        regions = {province.code: province.region for province in PROVINCES}
        return {
            "total": self.total(),
            "by_region": self._rows(
                lambda part: regions[part.province_code], {name: name for name in REGIONS}
            ),
            "by_province": self._rows(
                lambda part: part.province_code, {each.code: each.name_th for each in PROVINCES}
            ),
            "by_type": self._rows(
                lambda part: part.organisation_type,
                {key: each.label for key, each in _TYPES.items()},
            ),
            "by_code_group": self._rows(
                lambda part: part.subject_id, {key: each.name_th for key, each in _GROUPS.items()}
            ),
        }

    def _rows(self, key_of: Callable[[Part], str], names: Mapping[str, str]) -> list[Figures]:
        found: dict[str, list[Counts]] = {}
        for part, counts in self._counts.items():
            found.setdefault(key_of(part), []).append(counts)
        return [_row(key, name, _sum(found[key])) for key, name in names.items() if key in found]

    def questions(self) -> list[Figures]:
        """Return the result of every question, in all and in each of the groups."""
        return self._results.figures(self._groups)

    def missing(self) -> list[Figures]:
        """Return what was owed and not filed, by province, district and code."""
        return [
            {**facts, "province_name": get_province(facts["province_code"]).name_th}
            for facts in sorted(self._missing, key=_place)
        ]


def _place(facts: Figures) -> tuple[Any, ...]:
    return (*(facts[name] for name in _MISSING[:4]), _GROUPS[facts["code_group"]].number)


def _sum(counts: Iterable[Counts]) -> Counts:
    return reduce(Counts.plus, counts, Counts())


def _row(key: str, name: str, counts: Counts) -> Figures:
    return {"key": key, "name": name, **counts.figures()}
