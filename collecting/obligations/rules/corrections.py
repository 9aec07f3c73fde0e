"""What offices and signers make of an obligation: returned, taken back, accepted, signed, unlocked.

Each office acts for itself: none waits for another, and one above may take back what one below did.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from collecting.obligations.rules.obligation import MOST_ACTS, Act, Obligation, Signature, State
from collecting.rounds.rules import Round, RoundState, SignOff
from contracts.collecting.corrections import (
    AlreadyAccepted,
    AlreadyReturned,
    NothingInForce,
    NothingReturned,
    TooManyActs,
)
from contracts.collecting.filings import StaleRevision
from contracts.collecting.signatures import NothingToSign, SamePerson, SameSlot, SignOffNotAsked
from contracts.errors import InvalidInput, OutOfScope
from contracts.fields import wire_time
from contracts.principal import Principal, Role

LONGEST_RETURN = timedelta(days=366)
"""How long an office may let a return be answered, from when it is given."""
_AREA_OFFICES = {Role.DISTRICT_OFFICER.value: 1, Role.PROVINCE_OFFICER.value: 2}
_SUPERVISOR = 3


class ActKind(StrEnum):
    """What an office did about a filing."""

    RETURNED = "returned"
    RETURN_TAKEN_BACK = "return_taken_back"
    ACCEPTED = "accepted"


def returned(
    obligation: Obligation,
    round_: Round,
    *,
    by: Principal,
    reason: str,
    correct_until: datetime,
    seen: int | None,
    at: datetime,
) -> Obligation:
    """Return the obligation returned for correction; it may be amended until `correct_until`.

    What a higher office accepted is not returned. Raises OutOfScope, SupervisedByAnother,
    RoundNotInState, NothingInForce, StaleRevision, AlreadyReturned, AlreadyAccepted, InvalidInput,
    TooManyActs.
    """
    _require_correctable(obligation, round_, by, seen)
    if correct_until <= at:
        raise InvalidInput(pointer="/due_at", reason="วันที่ให้แก้ไขต้องอยู่ในอนาคต")
    if correct_until > at + LONGEST_RETURN:
        reason = f"วันที่ให้แก้ไขต้องไม่เกิน {LONGEST_RETURN.days} วันจากวันที่ส่งคืน"
        raise InvalidInput(pointer="/due_at", reason=reason)
    acceptance = _acceptance_of(obligation)
    if acceptance is not None and _tier(acceptance.role) > _tier(by.role):
        raise _already_accepted(acceptance)
    return with_act(
        obligation,
        ActKind.RETURNED,
        by=by,
        at=at,
        reason=reason,
        due_at=correct_until,
        state=State.RETURNED,
        correct_until=correct_until,
        accepted_revision=None,
    )


def taken_back(obligation: Obligation, round_: Round, *, by: Principal, at: datetime) -> Obligation:
    """Return the obligation as it was before its return, for who gave that or an office above:
    what was accepted is accepted again.

    What was taken in until now still counts as in time for the correction. Raises OutOfScope,
    SupervisedByAnother, RoundNotInState, NothingReturned, TooManyActs.
    """
    _require_office(obligation, round_, by)
    round_.to(round_.state, RoundState.OPEN, RoundState.CLOSED)
    if obligation.state is not State.RETURNED:
        raise NothingReturned(obligation_id=obligation.id)
    given = _last(obligation, ActKind.RETURNED)
    # A body that supervised when it returned, and does no more, is followed by that which does.
    follows = _tier(by.role) == _tier(given.role) == _SUPERVISOR and by.role != given.role
    above = _tier(by.role) > _tier(given.role) or follows
    if by.slot_id != given.slot_id and not above:
        raise OutOfScope(username=by.username)
    return with_act(
        obligation,
        ActKind.RETURN_TAKEN_BACK,
        by=by,
        at=at,
        state=State(given.state_before),
        accepted_revision=given.accepted_before,
        correct_until=min(at, obligation.correct_until or at),
    )


def accepted(
    obligation: Obligation,
    round_: Round,
    *,
    by: Principal,
    note: str,
    seen: int | None,
    at: datetime,
) -> Obligation:
    """Return the obligation with the revision in force accepted, and none but that.

    Raises OutOfScope, SupervisedByAnother, RoundNotInState, NothingInForce, StaleRevision,
    AlreadyReturned, AlreadyAccepted, TooManyActs.
    """
    _require_correctable(obligation, round_, by, seen)
    acceptance = _acceptance_of(obligation)
    if acceptance is not None and _tier(acceptance.role) >= _tier(by.role):
        raise _already_accepted(acceptance)
    return with_act(
        obligation,
        ActKind.ACCEPTED,
        by=by,
        at=at,
        reason=note,
        accepted_revision=obligation.revision,
    )


def signed(obligation: Obligation, round_: Round, signature: Signature) -> Obligation:
    """Return the obligation with the draft, or its withdrawal, signed by one more.

    Two parts are two persons; where two persons sign, they do so in two slots that not one person
    holds. Signing a withdrawal clears what was signed of the draft, and the other way round.
    Raises SignOffNotAsked, RoundNotInState, NothingToSign, SamePerson, SameSlot.
    """
    if round_.sign_off is SignOff.NONE:
        raise SignOffNotAsked(round_id=round_.id)
    replace(obligation, signatures=()).require_draftable(round_, signature.signed_at)
    if not signature.draft_version:
        raise NothingToSign(obligation_id=obligation.id)
    others = [
        one
        for one in obligation.signatures
        if one.part != signature.part and one.of == signature.of
    ]
    for other in others:
        if other.is_by(signature.name):
            raise SamePerson(part=other.part)
        if round_.sign_off is SignOff.TWO_PERSONS and other.is_of_one_slot_with(signature):
            raise SameSlot(part=other.part)
    return replace(obligation, signatures=(*others, signature), act_no=obligation.act_no + 1)


def unlocked(obligation: Obligation) -> Obligation:
    """Return the obligation with no signature, so that its draft can be changed."""
    return replace(obligation, signatures=(), act_no=obligation.act_no + 1)


def with_act(
    obligation: Obligation,
    kind: str,
    *,
    by: Principal,
    at: datetime,
    reason: str = "",
    order_no: str = "",
    due_at: datetime | None = None,
    **changes: Any,
) -> Obligation:
    """Return the obligation changed so by an office, with that among its acts.

    None is ever dropped, since what stood at a moment is told from them. Raises TooManyActs.
    """
    if len(obligation.acts) >= MOST_ACTS:
        raise TooManyActs(most=MOST_ACTS)
    act = Act(
        no=obligation.act_no + 1,
        kind=str(kind),
        revision=obligation.revision,
        at=at,
        role=by.role.value,
        slot_id=by.slot_id,
        username=by.username,
        holder_name=by.holder_name,
        reason=reason,
        order_no=order_no,
        due_at=due_at,
        state_before=obligation.state.value,
        accepted_before=obligation.accepted_revision,
        name_before=obligation.organisation_name if "organisation_name" in changes else "",
    )
    return replace(obligation, act_no=act.no, acts=(*obligation.acts, act), **changes)


def _tier(role: str) -> int:
    return _AREA_OFFICES.get(role, _SUPERVISOR)


def _require_office(obligation: Obligation, round_: Round, by: Principal) -> None:
    """Refuse all but the offices of the area and the body that supervises the subject."""
    if by.role not in _AREA_OFFICES:
        obligation.subject.require_supervised_by(by, round_.opens_at)


def _require_correctable(
    obligation: Obligation, round_: Round, by: Principal, seen: int | None
) -> None:
    """Refuse all but an office, about a filing in force that is the one it has seen."""
    _require_office(obligation, round_, by)
    round_.to(round_.state, RoundState.OPEN, RoundState.CLOSED)
    if not obligation.is_in_force:
        raise NothingInForce(obligation_id=obligation.id)
    if seen is not None and seen != obligation.revision:
        raise StaleRevision(revision=obligation.revision, base_revision=seen)
    if obligation.state is State.RETURNED:
        given = _last(obligation, ActKind.RETURNED)
        raise AlreadyReturned(
            revision=given.revision, username=given.username, returned_at=wire_time(given.at)
        )


def _acceptance_of(obligation: Obligation) -> Act | None:
    return _last(obligation, ActKind.ACCEPTED) if obligation.is_accepted else None


def _already_accepted(acceptance: Act) -> AlreadyAccepted:
    return AlreadyAccepted(
        revision=acceptance.revision,
        username=acceptance.username,
        accepted_at=wire_time(acceptance.at),
    )


def _last(obligation: Obligation, kind: ActKind) -> Act:
    return next(act for act in reversed(obligation.acts) if act.kind == kind)
