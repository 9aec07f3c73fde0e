"""What a submission makes of an obligation: the one place where a filing is decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from contracts.fields import wire_time
from contracts.principal import Principal
from contracts.reports.errors import (
    AlreadyFiled,
    NothingChanged,
    NothingToAmend,
    StaleRevision,
    WindowClosed,
    WrongFormVersion,
)
from services.reports.domain.obligations import Obligation, State
from services.reports.domain.rounds import Round, RoundState


class FilingKind(StrEnum):
    """An original opens the ledger, a nil says there is nothing, an amendment changes either."""

    ORIGINAL = "original"
    NIL = "nil"
    AMENDMENT = "amendment"


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
