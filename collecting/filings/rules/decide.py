"""What a submission makes of an obligation: the one place where a filing is decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from collecting.obligations.rules.kinds import FilingKind
from collecting.obligations.rules.obligation import (
    DRAFT,
    PARTS,
    WITHDRAWAL,
    Channel,
    Obligation,
    State,
)
from collecting.rounds.rules import Round, RoundState, SignOff
from contracts.collecting.amendment_classes import DEFAULT_CLASS, is_class_used
from contracts.collecting.due_dates import is_past
from contracts.collecting.filings import (
    AlreadyFiled,
    NotAmendedAs,
    NothingChanged,
    NothingToAmend,
    NothingToWithdraw,
    NotOwed,
    NotSigned,
    StaleRevision,
    WindowClosed,
)
from contracts.collecting.forms import WrongFormVersion
from contracts.fields import wire_time
from contracts.principal import Principal
from contracts.reference.calendar import as_bangkok


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
    reason_class: str = DEFAULT_CLASS
    channel: Channel = Channel.FORM
    notes: Mapping[str, str] = field(default_factory=dict)
    """What was said to each warning that was confirmed, by the id of the check."""
    correlation_id: str = ""
    """What ties it to the request it came with."""


@dataclass(frozen=True, slots=True)
class Filing:
    """One accepted submission: a revision of an obligation, never overwritten."""

    attempt: Attempt
    obligation: Obligation
    form_id: str


def decide(attempt: Attempt, round_: Round, obligation: Obligation) -> Filing:
    """Return the filing that the attempt makes of the obligation as it stands.

    Windows and being on time are judged by `accepted_at` alone. What is exempt or waived is not
    filed on: it would be counted as filed without being owed; lifting the exemption comes first.

    Raises ObligationNotFound, WrongFormVersion, NotOwed, WindowClosed, AlreadyFiled,
    NothingToAmend, NothingToWithdraw, StaleRevision, NotAmendedAs, NothingChanged, NotSigned.
    """
    obligation.require_filed_by(attempt.by, attempt.channel)
    if attempt.form_version != round_.form_version:
        raise WrongFormVersion(expected=round_.form_version, version=attempt.form_version)
    if obligation.state in (State.EXEMPT, State.WAIVED):
        raise NotOwed(state=obligation.state.value)
    _require_window(attempt, round_, obligation)
    outcome = _OUTCOMES[attempt.kind](attempt, round_, obligation)
    if round_.sign_off is not SignOff.NONE:
        _require_signatures(attempt, obligation)
    following = replace(
        outcome,
        revision=obligation.revision + 1,
        on_time=outcome.judged_at is not None and obligation.is_in_time(outcome.judged_at),
        signatures=(),
    )
    return Filing(attempt, following, round_.form_id)


def _file(attempt: Attempt, round_: Round, obligation: Obligation) -> Obligation:
    """The times of the first filing stand when it was withdrawn and this is filed in its place."""
    if obligation.is_in_force:
        filed_at = obligation.first_accepted_at or attempt.accepted_at
        raise AlreadyFiled(
            revision=obligation.revision,
            accepted_at=wire_time(filed_at),
            content_sha256=obligation.content_sha256,
        )
    return replace(
        obligation,
        state=State.CONFIRMED_NIL if attempt.kind is FilingKind.NIL else State.FILED,
        content_sha256=attempt.content_sha256,
        last_filing_id=attempt.filing_id,
        first_accepted_at=obligation.first_accepted_at or attempt.accepted_at,
        judged_at=obligation.judged_at or attempt.accepted_at,
    )


def _amend(attempt: Attempt, round_: Round, obligation: Obligation) -> Obligation:
    if not obligation.is_in_force:
        raise NothingToAmend(obligation_id=obligation.id)
    _require_base(attempt, obligation)
    if not is_class_used(attempt.reason_class, as_bangkok(attempt.accepted_at).date()):
        raise NotAmendedAs(pointer="/reason_class", reason_class=attempt.reason_class)
    if attempt.content_sha256 == obligation.content_sha256:
        raise NothingChanged(revision=obligation.revision)
    restarts = round_.restarts_clock(attempt.reason_class)
    return replace(
        obligation,
        state=State.AMENDED,
        content_sha256=attempt.content_sha256,
        last_filing_id=attempt.filing_id,
        judged_at=attempt.accepted_at if restarts else obligation.judged_at,
    )


def _withdraw(attempt: Attempt, round_: Round, obligation: Obligation) -> Obligation:
    """Taken back only while it can still be filed again, and the times of the first one stand."""
    if not obligation.is_in_force:
        raise NothingToWithdraw(obligation_id=obligation.id)
    _require_base(attempt, obligation)
    return replace(obligation, state=State.OPEN, content_sha256="")


_OUTCOMES = {
    FilingKind.ORIGINAL: _file,
    FilingKind.NIL: _file,
    FilingKind.AMENDMENT: _amend,
    FilingKind.WITHDRAWAL: _withdraw,
}


def _require_base(attempt: Attempt, obligation: Obligation) -> None:
    if attempt.base_revision != obligation.revision:
        raise StaleRevision(revision=obligation.revision, base_revision=attempt.base_revision)


def _require_window(attempt: Attempt, round_: Round, obligation: Obligation) -> None:
    at = attempt.accepted_at
    ends_at = obligation.files_until(round_.closes_at, at)
    if attempt.kind is FilingKind.AMENDMENT:
        ends_at = obligation.corrects_until(round_, at)
    is_open = round_.state in (RoundState.OPEN, RoundState.CLOSED)
    if not is_open or at < round_.opens_at or is_past(ends_at, at):
        raise WindowClosed(
            opens_at=wire_time(round_.opens_at),
            closes_at=wire_time(ends_at),
            accepted_at=wire_time(at),
        )


def _require_signatures(attempt: Attempt, obligation: Obligation) -> None:
    """What is filed, and what is taken back, is signed by the same parts."""
    signing, content = DRAFT, attempt.content_sha256
    if attempt.kind is FilingKind.WITHDRAWAL:
        signing, content = WITHDRAWAL, obligation.content_sha256
    signed = {
        one.part
        for one in obligation.signatures
        if (one.of, one.content_sha256) == (signing, content)
    }
    missing = [part for part in PARTS if part not in signed]
    if missing:
        raise NotSigned(missing=", ".join(missing))
