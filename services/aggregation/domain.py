"""How figures are counted from events that come in any order, any number of times.

What is known of an obligation is merged by choosing (earliest, latest, ever), so order and repeats
cannot matter; figures move by what a merge changed. No store, no bus, no clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any, NamedTuple

from contracts.collecting.due_dates import Stood, is_in_time
from contracts.fields import read_time
from contracts.reference.code_groups import CodeGroup
from contracts.reference.lao_types import LaoType
from contracts.reference.provinces import get_province
from contracts.reports.events import (
    DueDatesMovedV2,
    NilConfirmedV1,
    ObligationExemptedV1,
    ObligationExemptionLiftedV1,
    ObligationsOpenedV2,
    ReportAcceptedV1,
    ReportAmendedV2,
    ReportFiledV1,
    ReportReturnedV1,
    ReportReturnTakenBackV1,
    ReportWithdrawnV1,
)

Filing = ReportFiledV1 | ReportAmendedV2 | NilConfirmedV1 | ReportWithdrawnV1
Review = ReportReturnedV1 | ReportReturnTakenBackV1 | ReportAcceptedV1
Exempting = ObligationExemptedV1 | ObligationExemptionLiftedV1

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


class Due(NamedTuple):
    """The due date after the order of a number, 0 for none; `stood` are later ones shortened."""

    extension_no: int
    at: datetime
    stood: tuple[Stood, ...] = ()


class Judged(NamedTuple):
    """The time by which a revision is judged, and how it was judged when it was recorded."""

    revision: int
    at: datetime
    on_time: bool


class Latest(NamedTuple):
    """The highest revision heard of: whether it has something to report, and is in force."""

    revision: int
    nil: bool
    withdrawn: bool


class Reviewed(NamedTuple):
    """The last act of an office on what was filed."""

    act_no: int
    revision: int
    returned: bool


class Exempted(NamedTuple):
    """The last act by which an obligation was exempt, or owed again."""

    act_no: int
    exempt: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What has been heard of one obligation. A filing alone proves that it is expected.

    `placed_by` is the revision that named the cell: 0 is the opening, which is believed first.
    `first` is the lowest revision, `judged` the highest amendment; of due dates that of the highest
    order stands, since it was reckoned from all orders up to it.
    `amended` and `withdrawn` are the highest revisions that did so, 0 for none. Of each revision it
    is known whether it was heard of: all up to `heard_to`, and those in `heard_beyond`.
    """

    obligation_id: str
    cell: Cell
    placed_by: int = 0
    due: Due | None = None
    first: Judged | None = None
    judged: Judged | None = None
    latest: Latest | None = None
    amended: int = 0
    withdrawn: int = 0
    reviewed: Reviewed | None = None
    exempted: Exempted | None = None
    heard_to: int = 0
    heard_beyond: tuple[int, ...] = ()

    def merge(self, other: Standing) -> Standing:
        """Return what both know together; commutative, associative and idempotent."""
        placed_by, cell = min((self.placed_by, self.cell), (other.placed_by, other.cell))
        heard_to, heard_beyond = _heard(
            max(self.heard_to, other.heard_to), {*self.heard_beyond, *other.heard_beyond}
        )
        return replace(
            self,
            cell=cell,
            placed_by=placed_by,
            due=max(filter(None, (self.due, other.due)), default=None),
            first=min(filter(None, (self.first, other.first)), default=None),
            judged=max(filter(None, (self.judged, other.judged)), default=None),
            latest=max(filter(None, (self.latest, other.latest)), default=None),
            amended=max(self.amended, other.amended),
            withdrawn=max(self.withdrawn, other.withdrawn),
            reviewed=max(filter(None, (self.reviewed, other.reviewed)), default=None),
            exempted=max(filter(None, (self.exempted, other.exempted)), default=None),
            heard_to=heard_to,
            heard_beyond=heard_beyond,
        )

    @property
    def filings(self) -> int:
        """How many filings on it were heard of, each once."""
        return self.heard_to + len(self.heard_beyond)

    @property
    def is_on_time(self) -> bool:
        """Whether what was filed is judged in time; while no due date is heard, as it was told."""
        judged = self.judged or self.first
        if judged is None:
            return False
        if self.due is None:
            return judged.on_time
        return is_in_time(judged.at, self.due.at, self.due.stood)

    @property
    def is_returned(self) -> bool:
        """Whether the latest revision is returned, and not answered by another."""
        if self.latest is None or self.reviewed is None:
            return False
        return self.reviewed.returned and self.reviewed.revision == self.latest.revision

    def counts(self) -> Counts:
        """Return what the obligation adds to its cell. What is filed is never exempt."""
        if self.latest is None or self.latest.withdrawn:
            exempt = self.exempted is not None and self.exempted.exempt
            return Counts(expected=1, exempt=int(exempt))
        return Counts(
            expected=1,
            filed=1,
            on_time=int(self.is_on_time),
            amended=int(self.amended > self.withdrawn),
            returned=int(self.is_returned),
            nil=int(self.latest.nil),
        )


def standings_opened(event: ObligationsOpenedV2) -> list[Standing]:
    """Return what an opening says. Raises KeyError on a place, type or group that is not."""
    return [
        Standing(
            facts["obligation_id"],
            _cell(event.round_id, facts),
            due=_due(facts["extension_no"], facts),
        )
        for facts in event.obligations
    ]


def standings_moved(event: DueDatesMovedV2) -> list[Standing]:
    """Return what is due after an order. Raises KeyError on a place, type or group that is not."""
    place = {"province_code": event.province_code, "district_code": event.district_code}
    return [
        Standing(
            facts["obligation_id"],
            _cell(event.round_id, {**facts, **place}),
            placed_by=1,
            due=_due(event.extension_no, facts),
        )
        for facts in event.obligations
    ]


def standing_filed(event: Filing) -> Standing:
    """Return what a filing says. Raises KeyError on a place, type or group that is not."""
    heard_to, heard_beyond = _heard(0, {event.revision})
    heard = Standing(
        event.obligation_id,
        _cell(event.round_id, vars(event)),
        placed_by=event.revision,
        heard_to=heard_to,
        heard_beyond=heard_beyond,
        latest=Latest(
            event.revision,
            nil=isinstance(event, NilConfirmedV1),
            withdrawn=isinstance(event, ReportWithdrawnV1),
        ),
    )
    if isinstance(event, ReportWithdrawnV1):
        return replace(heard, withdrawn=event.revision)
    if isinstance(event, ReportAmendedV2):
        judged = Judged(event.revision, event.judged_at, event.on_time)
        return replace(heard, judged=judged, amended=event.revision)
    return replace(heard, first=Judged(event.revision, event.accepted_at, event.on_time))


def standing_reviewed(event: Review) -> Standing:
    """Return what an office's act on a filing says. Raises KeyError as the others do."""
    returned = isinstance(event, ReportReturnedV1)
    reviewed = Reviewed(event.act_no, event.revision, returned)
    return replace(_acted_on(event), reviewed=reviewed)


def standing_exempted(event: Exempting) -> Standing:
    """Return what an exemption or its end says. Raises KeyError as the others do."""
    exempt = isinstance(event, ObligationExemptedV1)
    return replace(_acted_on(event), exempted=Exempted(event.act_no, exempt))


def _acted_on(event: Review | Exempting) -> Standing:
    return Standing(event.obligation_id, _cell(event.round_id, vars(event)), placed_by=1)


def _heard(heard_to: int, beyond: set[int]) -> tuple[int, tuple[int, ...]]:
    """Return up to where every revision was heard of, and which were beyond a gap."""
    while heard_to + 1 in beyond:
        heard_to += 1
    return heard_to, tuple(sorted(each for each in beyond if each > heard_to))


def _due(extension_no: int, facts: Mapping[str, Any]) -> Due:
    stood = tuple(map(Stood.from_wire, facts["stood"]))
    return Due(extension_no, read_time(facts["due_at"]), stood)


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
    """Obligations by what became of them."""

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


def filings_heard(changes: Iterable[tuple[Standing | None, Standing]]) -> dict[str, int]:
    """Return by how much the filings heard of each round grow when standings change so."""
    grown: dict[str, int] = {}
    for before, after in changes:
        more = after.filings - (before.filings if before else 0)
        if more:
            grown[after.cell.round_id] = grown.get(after.cell.round_id, 0) + more
    return grown


def moved(changes: Iterable[tuple[Standing | None, Standing]]) -> dict[Cell, Counts]:
    """Return by how much each cell moves when standings change from the first to the second."""
    moves: dict[Cell, Counts] = {}
    for before, after in changes:
        if before is not None:
            moves[before.cell] = moves.get(before.cell, Counts()).plus(before.counts(), -1)
        moves[after.cell] = moves.get(after.cell, Counts()).plus(after.counts())
    return {cell: counts for cell, counts in moves.items() if counts.changes()}
