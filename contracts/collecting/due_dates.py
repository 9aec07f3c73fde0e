"""Until when something lasts, and whether a time is in time: one rule for the ledger, for every
figure and for paper.

A limit given in whole seconds, as people give and are shown it, lasts to the end of that second; a
finer one is meant as it is given.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from contracts.fields import read_time, wire_time

WHOLE_SECOND = timedelta(milliseconds=999)


@dataclass(frozen=True, slots=True, order=True)
class Stood:
    """That a due date later than the present one stood from `since` on, and at `until` no more."""

    since: datetime
    until: datetime
    due_at: datetime

    @classmethod
    def from_wire(cls, facts: dict[str, str]) -> Self:
        """Read it as an event tells it."""
        return cls(**{name: read_time(facts[name]) for name in cls.__dataclass_fields__})

    def to_wire(self) -> dict[str, Any]:
        """Return it as an event tells it."""
        return {name: wire_time(getattr(self, name)) for name in self.__dataclass_fields__}

    def holds_at(self, moment: datetime) -> bool:
        """Whether the due date stood at that moment."""
        return self.since <= moment < self.until


def last_moment(limit: datetime) -> datetime:
    """Return the last millisecond that still is within a limit."""
    return limit if limit.microsecond else limit + WHOLE_SECOND


def is_past(limit: datetime, moment: datetime) -> bool:
    """Whether a limit is over at that moment."""
    return moment > last_moment(limit)


def is_in_time(moment: datetime, due_at: datetime, stood: Iterable[Stood] = ()) -> bool:
    """Whether what was filed at that moment is on time.

    It is when the due date that stands now is not past then, or the one that stood then: who files
    while an extension stands does not become late when that is withdrawn or shortened afterwards.
    """
    due = (due_at, *(each.due_at for each in stood if each.holds_at(moment)))
    return not all(is_past(each, moment) for each in due)
