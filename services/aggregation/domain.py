"""How figures are counted from events that come in any order, any number of times.

What is known of an obligation is merged by choosing (earliest, latest, ever), so order and repeats
cannot matter; figures move by what a merge changed. No store, no bus, no clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, NamedTuple

from contracts.reference.code_groups import CodeGroup
from contracts.reference.lao_types import LaoType
from contracts.reference.provinces import get_province
from contracts.reports.events import (
    NilConfirmedV1,
    ObligationsOpenedV1,
    ReportAmendedV1,
    ReportFiledV1,
)

Filing = ReportFiledV1 | ReportAmendedV1 | NilConfirmedV1

LAO_TYPES = {lao_type.value: lao_type for lao_type in LaoType}
CODE_GROUPS = {group.value: group for group in CodeGroup}


# -- what is known of one obligation ------------------------------------------------------------


class Cell(NamedTuple):
    """The smallest group that is counted. Every figure is a sum over cells."""

    round_id: str
    province_code: str
    district_code: str
    organisation_type: str
    code_group: str


class First(NamedTuple):
    """The lowest revision heard of."""

    revision: int
    on_time: bool


class Latest(NamedTuple):
    """The highest revision heard of."""

    revision: int
    nil: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What has been heard of one obligation. A filing alone proves that it is expected.

    `placed_by` is the revision that named the cell: 0 is the opening, which is believed first.
    """

    obligation_id: str
    cell: Cell
    placed_by: int = 0
    first: First | None = None
    latest: Latest | None = None
    amended: bool = False

    def merge(self, other: Standing) -> Standing:
        """Return what both know together; commutative, associative and idempotent."""
        placed_by, cell = min((self.placed_by, self.cell), (other.placed_by, other.cell))
        return replace(
            self,
            cell=cell,
            placed_by=placed_by,
            first=min(filter(None, (self.first, other.first)), default=None),
            latest=max(filter(None, (self.latest, other.latest)), default=None),
            amended=self.amended or other.amended,
        )

    def counts(self) -> Counts:
        """Return what the obligation adds to its cell."""
        return Counts(
            expected=1,
            filed=int(self.latest is not None),
            on_time=int(self.first is not None and self.first.on_time),
            amended=int(self.amended),
            nil=int(self.latest is not None and self.latest.nil),
        )


def standings_opened(event: ObligationsOpenedV1) -> list[Standing]:
    """Return what an opening says. Raises KeyError on a place, type or group that is not."""
    return [
        Standing(facts["obligation_id"], _cell(event.round_id, facts))
        for facts in event.obligations
    ]


def standing_filed(event: Filing) -> Standing:
    """Return what a filing says. Raises KeyError on a place, type or group that is not."""
    return Standing(
        event.obligation_id,
        _cell(event.round_id, vars(event)),
        placed_by=event.revision,
        first=First(event.revision, event.on_time),
        latest=Latest(event.revision, isinstance(event, NilConfirmedV1)),
        amended=isinstance(event, ReportAmendedV1),
    )


def _cell(round_id: str, facts: Mapping[str, Any]) -> Cell:
    return Cell(
        round_id=round_id,
        province_code=get_province(facts["province_code"]).code,
        district_code=facts["district_code"],
        organisation_type=LAO_TYPES[facts["organisation_type"]].value,
        code_group=CODE_GROUPS[facts["code_group"]].value,
    )


def merge_all(standings: Iterable[Standing]) -> dict[str, Standing]:
    """Return one standing per obligation, by its id."""
    merged: dict[str, Standing] = {}
    for heard in standings:
        known = merged.get(heard.obligation_id)
        merged[heard.obligation_id] = heard if known is None else known.merge(heard)
    return merged


# -- figures ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Counts:
    """Obligations by what became of them. No event tells of returns and exemptions so far."""

    expected: int = 0
    filed: int = 0
    on_time: int = 0
    amended: int = 0
    returned: int = 0
    nil: int = 0
    exempt: int = 0

    def plus(self, other: Counts, times: int = 1) -> Counts:
        """Return the sum; with `times=-1` the difference."""
        return Counts(*(getattr(self, name) + times * getattr(other, name) for name in COUNTED))

    def changes(self) -> dict[str, int]:
        """Return the counts that are not 0."""
        return {name: count for name, count in asdict(self).items() if count}

    def figures(self) -> dict[str, Any]:
        """Return the figures as the API shows them."""
        due = self.expected - self.exempt
        return {
            "expected": self.expected,
            "filed": self.filed,
            "on_time": self.on_time,
            "late": self.filed - self.on_time,
            "amended": self.amended,
            "returned": self.returned,
            "nil": self.nil,
            "exempt": self.exempt,
            "missing": due - self.filed,
            "rate": percent(self.filed, due),
            "on_time_rate": percent(self.on_time, due),
        }


COUNTED = tuple(field.name for field in fields(Counts))


def percent(part: int, whole: int) -> float | None:
    """Return `part` of `whole` in percent, the second decimal rounded half up; None of nothing."""
    return None if whole == 0 else (part * 20_000 + whole) // (2 * whole) / 100


def moved(changes: Iterable[tuple[Standing | None, Standing]]) -> dict[Cell, Counts]:
    """Return by how much each cell moves when standings change from the first to the second."""
    moves: dict[Cell, Counts] = {}
    for before, after in changes:
        if before is not None:
            moves[before.cell] = moves.get(before.cell, Counts()).plus(before.counts(), -1)
        moves[after.cell] = moves.get(after.cell, Counts()).plus(after.counts())
    return {cell: counts for cell, counts in moves.items() if counts.changes()}
