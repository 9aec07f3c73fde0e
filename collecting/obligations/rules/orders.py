"""What an order makes of an obligation after its round was opened: exempt, owed again, renamed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from collecting.obligations.rules.corrections import with_act
from collecting.obligations.rules.obligation import Obligation, State
from collecting.rounds.rules import Round, RoundState
from contracts.collecting.due_dates import is_past
from contracts.collecting.orders import AlreadyExempt, NotExempt, ReportInForce
from contracts.principal import Principal, Role

_EXEMPT = (State.EXEMPT, State.WAIVED)


class OrderKind(StrEnum):
    """What was done by order."""

    ADDED = "added"
    RENAMED = "renamed"
    EXEMPTED = "exempted"
    WAIVED = "waived"
    EXEMPTION_LIFTED = "exemption_lifted"


@dataclass(frozen=True, slots=True)
class Order:
    """Who does something by which order, why and when."""

    by: Principal
    at: datetime
    order_no: str = ""
    reason: str = ""


def added(obligation: Obligation, order: Order) -> Obligation:
    """Return a new obligation with the order it was made by. Raises TooManyActs."""
    return _acted(obligation, OrderKind.ADDED, order)


def renamed(obligation: Obligation, name: str, order: Order) -> Obligation:
    """Return the obligation under another name of its organisation. Raises TooManyActs."""
    return _acted(obligation, OrderKind.RENAMED, order, organisation_name=name)


def exempted(obligation: Obligation, round_: Round, state: State, order: Order) -> Obligation:
    """Return the obligation exempt or waived.

    Raises OutOfScope, SupervisedByAnother, RoundNotInState, ReportInForce, AlreadyExempt,
    TooManyActs.
    """
    _require_orderable(obligation, round_, order)
    round_.require(RoundState.OPEN, RoundState.CLOSED)
    if obligation.is_in_force:
        raise ReportInForce(obligation_id=obligation.id, revision=obligation.revision)
    if obligation.state in _EXEMPT:
        raise AlreadyExempt(obligation_id=obligation.id, state=obligation.state.value)
    kind = OrderKind.EXEMPTED if state is State.EXEMPT else OrderKind.WAIVED
    return _acted(obligation, kind, order, state=state)


def owed_again(obligation: Obligation, round_: Round, order: Order) -> Obligation:
    """Return the obligation as it was before it was exempt, or missed when filing has ended since.

    Raises OutOfScope, SupervisedByAnother, RoundNotInState, NotExempt, TooManyActs.
    """
    _require_orderable(obligation, round_, order)
    round_.require(RoundState.OPEN, RoundState.CLOSED)
    if obligation.state not in _EXEMPT:
        raise NotExempt(obligation_id=obligation.id)
    given = next(act for act in reversed(obligation.acts) if act.kind in _GIVEN)
    state = State.DRAFT if given.state_before == State.DRAFT else State.OPEN
    ends_at = obligation.files_until(round_.closes_at, order.at)
    if round_.state is RoundState.CLOSED and is_past(ends_at, order.at):
        state = State.MISSED
    return _acted(obligation, OrderKind.EXEMPTION_LIFTED, order, state=state)


_GIVEN = (OrderKind.EXEMPTED, OrderKind.WAIVED)


def _require_orderable(obligation: Obligation, round_: Round, order: Order) -> None:
    if order.by.role is not Role.OPERATOR:
        obligation.subject.require_supervised_by(order.by, round_.opens_at)


def _acted(obligation: Obligation, kind: OrderKind, order: Order, **changes: Any) -> Obligation:
    return with_act(
        obligation,
        kind,
        by=order.by,
        at=order.at,
        reason=order.reason,
        order_no=order.order_no,
        **changes,
    )
