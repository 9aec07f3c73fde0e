"""What offices did about an obligation, as the API shows it and as it is announced."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from contracts.events import Event
from contracts.fields import wire_time
from contracts.reports.events import (
    ObligationExemptedV1,
    ObligationExemptionLiftedV1,
    ObligationRenamedV1,
    ReportAcceptedV1,
    ReportReturnedV1,
    ReportReturnTakenBackV1,
)
from services.reports.obligations.rules.corrections import ActKind
from services.reports.obligations.rules.obligation import Act, Obligation
from services.reports.obligations.rules.orders import OrderKind
from services.reports.obligations.shapes import obligation_to_wire
from services.reports.rounds.rules import Round

Facts = dict[str, Any]


def obligation_in_full(obligation: Obligation, round_: Round, *, at: datetime) -> Facts:
    """Return an obligation as the API shows it by itself, with what offices did about it."""
    return {
        **obligation_to_wire(obligation, round_, at=at),
        "acts": [_act_to_wire(act) for act in obligation.acts],
    }


def event_of(
    obligation: Obligation,
) -> ReportReturnedV1 | ReportReturnTakenBackV1 | ReportAcceptedV1:
    """Return the event that announces what was done last about the obligation's filing."""
    act = obligation.acts[-1]
    facts: Facts = {
        "round_id": obligation.round_id,
        "mode": obligation.mode.value,
        "obligation_id": obligation.id,
        "organisation_id": obligation.organisation_id,
        "organisation_code": obligation.organisation_code,
        "organisation_type": obligation.organisation_type,
        "province_code": obligation.province_code,
        "district_code": obligation.district_code,
        "code_group": obligation.code_group,
        "revision": act.revision,
        "act_no": act.no,
        "acted_at": act.at,
        "by_role": act.role,
    }
    if act.kind == ActKind.RETURNED:
        return ReportReturnedV1(**facts, reason=act.reason, correct_until=act.due_at)
    if act.kind == ActKind.RETURN_TAKEN_BACK:
        return ReportReturnTakenBackV1(**facts)
    if act.kind == ActKind.ACCEPTED:
        return ReportAcceptedV1(**facts, note=act.reason)
    return _event_of_order(obligation, act, facts)


def _event_of_order(obligation: Obligation, act: Act, facts: Facts) -> Event:
    if act.kind == OrderKind.EXEMPTION_LIFTED:
        return ObligationExemptionLiftedV1(**facts)
    facts |= {"order_no": act.order_no, "reason": act.reason}
    if act.kind == OrderKind.RENAMED:
        return ObligationRenamedV1(**facts, organisation_name=obligation.organisation_name)
    return ObligationExemptedV1(**facts, kind=obligation.state.value)


def _act_to_wire(act: Act) -> Facts:
    return {
        "no": act.no,
        "kind": act.kind,
        "revision": act.revision,
        "at": wire_time(act.at),
        "by": {"role": act.role, "username": act.username, "holder_name": act.holder_name},
        "reason": act.reason or None,
        "order_no": act.order_no or None,
        "due_at": act.due_at and wire_time(act.due_at),
    }
