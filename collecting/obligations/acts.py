"""What offices did about an obligation, as the API shows it and as it is announced."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from collecting.kind import Events
from collecting.obligations.rules.corrections import ActKind
from collecting.obligations.rules.obligation import Act, Obligation
from collecting.obligations.rules.orders import OrderKind
from collecting.obligations.shapes import event_facts, obligation_to_wire
from collecting.rounds.rules import Round
from contracts.collecting.obligations import ActFacts, ObligationFacts
from contracts.events import Event
from contracts.fields import wire_time

Facts = dict[str, Any]


def obligation_in_full(obligation: Obligation, round_: Round, *, at: datetime) -> ObligationFacts:
    """Return an obligation as the API shows it by itself, with what offices did about it."""
    return {
        **obligation_to_wire(obligation, round_, at=at),
        "acts": [_act_to_wire(act) for act in obligation.acts],
    }


def event_of(obligation: Obligation, events: Events) -> Event:
    """Return the event that announces what was done last about the obligation's filing."""
    act = obligation.acts[-1]
    facts: Facts = {
        **event_facts(obligation),
        "revision": act.revision,
        "act_no": act.no,
        "acted_at": act.at,
        "by_role": act.role,
    }
    if act.kind == ActKind.RETURNED:
        return events.returned(**facts, reason=act.reason, correct_until=act.due_at)
    if act.kind == ActKind.RETURN_TAKEN_BACK:
        return events.return_taken_back(**facts)
    if act.kind == ActKind.ACCEPTED:
        return events.accepted(**facts, note=act.reason)
    return _event_of_order(obligation, act, facts, events)


def _event_of_order(obligation: Obligation, act: Act, facts: Facts, events: Events) -> Event:
    if act.kind == OrderKind.EXEMPTION_LIFTED:
        return events.exemption_lifted(**facts)
    facts |= {"order_no": act.order_no, "reason": act.reason}
    if act.kind == OrderKind.RENAMED:
        return events.renamed(**facts, organisation_name=obligation.organisation_name)
    return events.exempted(**facts, kind=obligation.state.value)


def _act_to_wire(act: Act) -> ActFacts:
    return {
        "no": act.no,
        "kind": act.kind,
        "revision": act.revision,
        "at": wire_time(act.at),
        "by": {"role": act.role, "username": act.username, "holder_name": act.holder_name},
        "reason": act.reason or None,
        "order_no": act.order_no or None,
        "due_at": None if act.due_at is None else wire_time(act.due_at),
    }
