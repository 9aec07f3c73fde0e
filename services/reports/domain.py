"""The rules of rounds, obligations and filings. Standard library only; no clock, store or bus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from contracts.fields import wire_time
from contracts.principal import Place, Principal, Role
from contracts.reports.errors import (
    AlreadyFiled,
    NothingChanged,
    NothingToAmend,
    ObligationNotFound,
    RoundNotInState,
    RoundNotTrial,
    StaleRevision,
    WindowClosed,
    WrongFormVersion,
)


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


class State(StrEnum):
    """The state of one obligation, as far as this release moves it."""

    OPEN = "open"
    DRAFT = "draft"
    FILED = "filed"
    CONFIRMED_NIL = "confirmed_nil"
    AMENDED = "amended"
    MISSED = "missed"


class FilingKind(StrEnum):
    """An original opens the ledger, a nil says there is nothing, an amendment changes either."""

    ORIGINAL = "original"
    NIL = "nil"
    AMENDMENT = "amendment"


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
    fiscal_year_be: int
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

    def due_at(self, place: Place) -> tuple[datetime, str]:
        """Return when a place has to have filed, and why then; the last exception given wins."""
        for exception in reversed(self.due_exceptions):
            if exception.scope.covers(place):
                return exception.lao_due_at, f"{exception.reason} ({exception.order_no})"
        return self.lao_due_at, ""

    def to(self, state: RoundState, *allowed_from: RoundState) -> Round:
        """Return the round in another state. Raises RoundNotInState."""
        if self.state not in allowed_from:
            raise RoundNotInState(state=self.state, needed=" / ".join(allowed_from))
        return replace(self, state=state, version=self.version + 1)

    def to_purging(self) -> Round:
        """Return a trial round about to be purged. Raises RoundNotTrial, RoundNotInState."""
        if self.mode is not Mode.TRIAL:
            raise RoundNotTrial(round_id=self.id)
        return self.to(
            RoundState.PURGING,
            *(
                state
                for state in RoundState
                if state not in (RoundState.PURGED, RoundState.OPENING)
            ),
        )


@dataclass(frozen=True, slots=True)
class Obligation:
    """One organisation's duty in one round for one code group: the ledger's line."""

    id: str
    round_id: str
    mode: Mode
    organisation_id: str
    organisation_code: str
    organisation_type: str
    organisation_name: str
    province_code: str
    district_code: str
    code_group: str
    due_at: datetime
    due_because: str = ""
    state: State = State.OPEN
    revision: int = 0
    first_accepted_at: datetime | None = None
    on_time: bool | None = None
    content_sha256: str = ""
    last_filing_id: str | None = None

    @property
    def place(self) -> Place:
        """Where the organisation stands."""
        return Place(self.province_code, self.district_code, self.organisation_id)

    def require_seen_by(self, by: Principal) -> None:
        """Refuse whoever may not know of it. Raises ObligationNotFound."""
        own_group = by.role is not Role.LAO_OFFICER or by.code_group == self.code_group
        if not (by.covers(self.place) and own_group):
            raise ObligationNotFound(obligation_id=self.id)

    def require_filed_by(self, by: Principal) -> None:
        """Refuse everybody but the slot whose duty it is. Raises ObligationNotFound."""
        if by.role is not Role.LAO_OFFICER:
            raise ObligationNotFound(obligation_id=self.id)
        self.require_seen_by(by)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A submission as the gateway took it in, before it is decided."""

    filing_id: str
    request_sha256: str
    obligation_id: str
    kind: FilingKind
    answers: Mapping[str, Any]
    content_sha256: str
    form_version: int
    base_revision: int | None
    reason: str | None
    accepted_at: datetime
    by: Principal


@dataclass(frozen=True, slots=True)
class Filing:
    """One accepted submission: a revision of an obligation, never overwritten."""

    attempt: Attempt
    obligation: Obligation
    form_id: str


def decide(attempt: Attempt, round_: Round, obligation: Obligation) -> Filing:
    """Return the filing that the attempt makes of the obligation as it stands.

    The window and being on time are judged by `accepted_at` alone. Raises ObligationNotFound,
    WrongFormVersion, WindowClosed, AlreadyFiled, NothingToAmend, StaleRevision, NothingChanged.
    """
    obligation.require_filed_by(attempt.by)
    if attempt.form_version != round_.form_version:
        raise WrongFormVersion(expected=round_.form_version, version=attempt.form_version)
    _require_window(attempt, round_)
    if attempt.kind is FilingKind.AMENDMENT:
        return Filing(attempt, _amend(attempt, obligation), round_.form_id)
    if obligation.revision:
        filed_at = obligation.first_accepted_at or attempt.accepted_at
        raise AlreadyFiled(revision=obligation.revision, accepted_at=wire_time(filed_at))
    state = State.CONFIRMED_NIL if attempt.kind is FilingKind.NIL else State.FILED
    first = replace(
        obligation,
        state=state,
        revision=1,
        first_accepted_at=attempt.accepted_at,
        on_time=attempt.accepted_at <= obligation.due_at,
        content_sha256=attempt.content_sha256,
        last_filing_id=attempt.filing_id,
    )
    return Filing(attempt, first, round_.form_id)


def _amend(attempt: Attempt, obligation: Obligation) -> Obligation:
    if not obligation.revision:
        raise NothingToAmend(obligation_id=obligation.id)
    if attempt.base_revision != obligation.revision:
        raise StaleRevision(revision=obligation.revision, base_revision=attempt.base_revision)
    if attempt.content_sha256 == obligation.content_sha256:
        raise NothingChanged(revision=obligation.revision)
    return replace(
        obligation,
        state=State.AMENDED,
        revision=obligation.revision + 1,
        content_sha256=attempt.content_sha256,
        last_filing_id=attempt.filing_id,
    )


def _require_window(attempt: Attempt, round_: Round) -> None:
    is_open = round_.state in (RoundState.OPEN, RoundState.CLOSED)
    if not (is_open and round_.opens_at <= attempt.accepted_at <= round_.closes_at):
        raise WindowClosed(
            opens_at=wire_time(round_.opens_at),
            closes_at=wire_time(round_.closes_at),
            accepted_at=wire_time(attempt.accepted_at),
        )


def changed_pointers(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the pointers of the answers that differ, in order."""
    names = sorted(before.keys() | after.keys())
    return tuple(f"/answers/{name}" for name in names if before.get(name) != after.get(name))
