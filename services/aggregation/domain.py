"""How figures are counted from events that come in any order, any number of times.

What is known of an obligation is merged by choosing (earliest, latest, ever), so order and repeats
cannot matter; figures move by what a merge changed. No store, no bus, no clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from contracts.collecting.due_dates import Stood, is_in_time
from contracts.collecting.figures import Counts, Latest, counts_of

# -- what is known of one obligation ------------------------------------------------------------


class TallyKey(NamedTuple):
    """Which obligations are counted together. Every figure is a sum over tallies."""

    round_id: str
    province_code: str
    district_code: str
    organisation_type: str
    subject_id: str


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

    `placed_by` is the revision that named the tally: 0 is the opening, which is believed first.
    `first` is the lowest revision, `judged` the highest amendment; of due dates that of the highest
    order stands, since it was reckoned from all orders up to it.
    `amended` and `withdrawn` are the highest revisions that did so, 0 for none. Of each revision it
    is known whether it was heard of: all up to `heard_to`, and those in `heard_beyond`.
    """

    obligation_id: str
    tally: TallyKey
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
        placed_by, tally = min((self.placed_by, self.tally), (other.placed_by, other.tally))
        heard_to, heard_beyond = heard_up_to(
            max(self.heard_to, other.heard_to), {*self.heard_beyond, *other.heard_beyond}
        )
        return replace(
            self,
            tally=tally,
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

    def counts(self) -> Counts:
        """Return what the obligation adds to its tally."""
        reviewed, exempted = self.reviewed, self.exempted
        return counts_of(
            self.latest,
            amended=self.amended,
            withdrawn=self.withdrawn,
            on_time=self.is_on_time,
            returned=reviewed.revision if reviewed and reviewed.returned else 0,
            exempt=exempted is not None and exempted.exempt,
        )


def heard_up_to(heard_to: int, beyond: set[int]) -> tuple[int, tuple[int, ...]]:
    """Return up to where every revision was heard of, and which were beyond a gap."""
    while heard_to + 1 in beyond:
        heard_to += 1
    return heard_to, tuple(sorted(each for each in beyond if each > heard_to))


def merge_all(standings: Iterable[Standing]) -> dict[str, Standing]:
    """Return one standing per obligation, by its id."""
    merged: dict[str, Standing] = {}
    for heard in standings:
        known = merged.get(heard.obligation_id)
        merged[heard.obligation_id] = heard if known is None else known.merge(heard)
    return merged


# -- figures ------------------------------------------------------------------------------------


def filings_heard(changes: Iterable[tuple[Standing | None, Standing]]) -> dict[str, int]:
    """Return by how much the filings heard of each round grow when standings change so."""
    grown: dict[str, int] = {}
    for before, after in changes:
        more = after.filings - (before.filings if before else 0)
        if more:
            grown[after.tally.round_id] = grown.get(after.tally.round_id, 0) + more
    return grown


def moved(changes: Iterable[tuple[Standing | None, Standing]]) -> dict[TallyKey, Counts]:
    """Return by how much each tally moves when standings change from the first to the second."""
    moves: dict[TallyKey, Counts] = {}
    for before, after in changes:
        if before is not None:
            moves[before.tally] = moves.get(before.tally, Counts()).plus(before.counts(), -1)
        moves[after.tally] = moves.get(after.tally, Counts()).plus(after.counts())
    return {tally: counts for tally, counts in moves.items() if counts.changes()}
