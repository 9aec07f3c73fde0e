"""The year that is reported on: a calendar year, or a fiscal year named by the one it ends in."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from contracts.reference.calendar import fiscal_year_end, fiscal_year_start, to_ce_year


class YearBasis(StrEnum):
    """What a year runs by: from January to December, or from October to September."""

    CALENDAR = "calendar"
    FISCAL = "fiscal"

    @property
    def called_th(self) -> str:
        """What such a year is called before "พ.ศ."."""
        return "ปีงบประมาณ" if self is YearBasis.FISCAL else "ปี"

    @property
    def called_en(self) -> str:
        """The same in English."""
        return "fiscal year" if self is YearBasis.FISCAL else "year"


class Year(NamedTuple):
    """A year of the Buddhist Era, 2484 to 2742, and what it runs by."""

    be: int
    basis: YearBasis

    @property
    def title_th(self) -> str:
        """Return "ปี พ.ศ. 2569" or "ปีงบประมาณ พ.ศ. 2569"."""
        return f"{self.basis.called_th} พ.ศ. {self.be}"

    @property
    def starts(self) -> date:
        """Return its first day. Raises ValueError for years before the eras ran in step."""
        if self.basis is YearBasis.FISCAL:
            return fiscal_year_start(self.be)
        return date(to_ce_year(self.be), 1, 1)

    @property
    def ends(self) -> date:
        """Return its last day. Raises ValueError as `starts` does."""
        if self.basis is YearBasis.FISCAL:
            return fiscal_year_end(self.be)
        return date(to_ce_year(self.be), 12, 31)
