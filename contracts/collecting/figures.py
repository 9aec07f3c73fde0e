"""How an obligation is counted, and the figures of many: one rule for the dashboard and the report
to the ethics board, which learn of an obligation in different ways.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import NamedTuple, TypedDict


class Latest(NamedTuple):
    """The latest revision: whether it has nothing to report, or takes back what was in force."""

    revision: int
    nil: bool
    withdrawn: bool


class Figures(TypedDict):
    """Counts of obligations; rates in percent of those expected and not exempt, None of none."""

    expected: int
    filed: int
    on_time: int
    late: int
    amended: int
    returned: int
    nil: int
    exempt: int
    missing: int
    rate: float | None
    on_time_rate: float | None


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

    @property
    def late(self) -> int:
        """How many were filed, and not on time."""
        return self.filed - self.on_time

    @property
    def missing(self) -> int:
        """How many are owed, and not filed."""
        return self.expected - self.exempt - self.filed

    def plus(self, other: Counts, times: int = 1) -> Counts:
        """Return the sum; with `times=-1` the difference."""
        return Counts(*(getattr(self, name) + times * getattr(other, name) for name in COUNTED))

    def changes(self) -> dict[str, int]:
        """Return the counts that are not 0."""
        return {name: count for name in COUNTED if (count := getattr(self, name))}

    def figures(self) -> Figures:
        """Return the figures as they are shown."""
        owed = self.expected - self.exempt
        return {
            "expected": self.expected,
            "filed": self.filed,
            "on_time": self.on_time,
            "late": self.late,
            "amended": self.amended,
            "returned": self.returned,
            "nil": self.nil,
            "exempt": self.exempt,
            "missing": self.missing,
            "rate": percent(self.filed, owed),
            "on_time_rate": percent(self.on_time, owed),
        }


COUNTED = tuple(field.name for field in fields(Counts))
SHOWN = (*COUNTED, "late", "missing")


def counts_of(
    latest: Latest | None,
    *,
    amended: int,
    withdrawn: int,
    on_time: bool,
    returned: int,
    exempt: bool,
) -> Counts:
    """Return what one obligation adds to the figures. What is filed is never exempt.

    `amended` and `withdrawn` are the last revisions that did so, `returned` is the one that the
    last act of an office returned; each is 0 for none. `on_time` is how the filing is judged.
    """
    if latest is None or latest.withdrawn:
        return Counts(expected=1, exempt=int(exempt))
    return Counts(
        expected=1,
        filed=1,
        on_time=int(on_time),
        amended=int(amended > withdrawn),
        returned=int(returned == latest.revision),
        nil=int(latest.nil),
    )


def percent(part: int, whole: int) -> float | None:
    """Return `part` of `whole` in percent, the second decimal rounded half up; None of nothing."""
    return None if whole == 0 else (part * 20_000 + whole) // (2 * whole) / 100
