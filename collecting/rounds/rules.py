"""What a round is, when whom it is due from, and the states it goes through."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from collecting.kind import Kind
from contracts.collecting.rounds import RoundNotInState, RoundNotTrial
from contracts.forms import Form
from contracts.principal import Place
from contracts.reference.years import Year, YearBasis


class Mode(StrEnum):
    """A trial round's data is purged before go-live; a live round's never."""

    TRIAL = "trial"
    LIVE = "live"


class RoundState(StrEnum):
    """A round's life: drafted, its obligations being created, open, closed; a trial also purged."""

    DRAFT = "draft"
    OPENING = "opening"
    OPEN = "open"
    CLOSED = "closed"
    PURGING = "purging"
    PURGED = "purged"


class SignOff(StrEnum):
    """What a round asks for beside the filing: nothing; that the filing slot declares who prepared
    the report and which head stands by it; or that two persons sign, each in a slot of their own.
    """

    NONE = "none"
    DECLARATION = "declaration"
    TWO_PERSONS = "two_persons"


@dataclass(frozen=True, slots=True)
class Scope:
    """Part of the country: a province, a district, one organisation, or with none of them all."""

    province: str | None = None
    district: str | None = None
    organisation: str | None = None

    def covers(self, place: Place) -> bool:
        """Whether the place lies in this part."""
        return (
            self.province in (None, place.province)
            and self.district in (None, place.district)
            and self.organisation in (None, place.organisation_id)
        )


@dataclass(frozen=True, slots=True)
class DueException:
    """Another due date for part of the country, with the order it rests on."""

    scope: Scope
    lao_due_at: datetime
    order_no: str
    reason: str


@dataclass(frozen=True, slots=True)
class Round:
    """One collection: which form, when, from whom."""

    id: str
    kind: str
    year_be: int
    no: int
    form_id: str
    form_version: int
    mode: Mode
    opens_at: datetime
    lao_due_at: datetime
    closes_at: datetime
    central_due_at: datetime | None
    state: RoundState
    version: int = 1
    scope: Scope = Scope()
    due_exceptions: tuple[DueException, ...] = ()
    obligations: int = 0
    corrections_close_at: datetime | None = None
    late_if_amended_as: tuple[str, ...] = ()
    sign_off: SignOff = SignOff.NONE
    purged_trials: tuple[str, ...] = ()
    year_basis: YearBasis = YearBasis.FISCAL
    """Rounds from before forms had a basis are of fiscal years."""

    def form(self, kind: Kind) -> Form:
        """Return the form as it is asked in this round. Raises FormNotFound."""
        return kind.get_form(self.form_id, self.form_version, self.year)

    @property
    def year(self) -> Year:
        """The year that is reported on."""
        return Year(self.year_be, self.year_basis)

    @property
    def correction_ends_at(self) -> datetime:
        """When amending ends: as was set, else when the central body reports, else with filing."""
        return max(
            self.corrections_close_at or self.central_due_at or self.closes_at, self.closes_at
        )

    def restarts_clock(self, reason_class: str) -> bool:
        """Whether amending so in this round is judged by its own time."""
        return reason_class in self.late_if_amended_as

    def due_at(self, place: Place) -> tuple[datetime, str]:
        """Return when a place has to have filed, and why then; the last exception given wins."""
        for exception in reversed(self.due_exceptions):
            if exception.scope.covers(place):
                return exception.lao_due_at, f"{exception.reason} ({exception.order_no})"
        return self.lao_due_at, ""

    @property
    def first_due_at(self) -> datetime:
        """When the first had to have filed, extensions apart."""
        return min([self.lao_due_at, *(each.lao_due_at for each in self.due_exceptions)])

    def require(self, *states: RoundState) -> None:
        """Refuse a round in any other state. Raises RoundNotInState."""
        if self.state not in states:
            raise RoundNotInState(state=self.state, needed=" / ".join(states))

    def to(self, state: RoundState, *allowed_from: RoundState) -> Round:
        """Return the round in another state. Raises RoundNotInState."""
        self.require(*allowed_from)
        return replace(self, state=state, version=self.version + 1)

    def to_opening(self) -> Round:
        """Return the round about to be opened, itself when it is. Raises RoundNotInState."""
        if self.state is RoundState.OPENING:
            return self
        return self.to(RoundState.OPENING, RoundState.DRAFT)

    def to_purging(self) -> Round:
        """Return a trial round about to be purged, itself when it is.

        Raises RoundNotTrial, RoundNotInState.
        """
        if self.mode is not Mode.TRIAL:
            raise RoundNotTrial(round_id=self.id)
        if self.state is RoundState.PURGING:
            return self
        return self.to(
            RoundState.PURGING,
            *(
                state
                for state in RoundState
                if state not in (RoundState.PURGED, RoundState.OPENING)
            ),
        )
