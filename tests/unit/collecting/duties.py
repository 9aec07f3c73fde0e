"""A round, its obligations, the officers whose duty they are, and what they file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from collecting.extensions.rules import Extension
from collecting.filings.rules.decide import Attempt
from collecting.filings.shapes import read_attempt
from collecting.obligations.rules.obligation import Obligation
from collecting.rounds.rules import Mode, Round, RoundState, Scope
from contracts.errors import ServiceError
from contracts.fields import BANGKOK_OFFSET, wire_time
from contracts.principal import Principal, Role
from contracts.reference.code_groups import CodeGroup
from services.reports.ethics import ETHICS
from tests.builders.answers import some_answers

OPENS = datetime(2026, 10, 1, tzinfo=BANGKOK_OFFSET)
DUE = datetime(2026, 12, 20, 23, 59, 59, 999_000, tzinfo=BANGKOK_OFFSET)
CLOSES = datetime(2027, 1, 31, 23, 59, 59, 999_000, tzinfo=BANGKOK_OFFSET)
EARLY = datetime(2026, 12, 1, 9, tzinfo=BANGKOK_OFFSET)
LATE = datetime(2027, 1, 5, 9, tzinfo=BANGKOK_OFFSET)
MILLISECOND = timedelta(milliseconds=1)


def a_round(**changes: Any) -> Round:
    round_ = Round(
        id="ethics-2569-1",
        kind="ethics",
        fiscal_year_be=2569,
        no=1,
        form_id="ethics",
        form_version=1,
        mode=Mode.LIVE,
        opens_at=OPENS,
        lao_due_at=DUE,
        closes_at=CLOSES,
        central_due_at=None,
        state=RoundState.OPEN,
    )
    return replace(round_, **changes)


def an_obligation(
    organisation: str = "o1", group: CodeGroup = CodeGroup.LOCAL_OFFICIALS, **changes: Any
) -> Obligation:
    round_id = changes.get("round_id", "ethics-2569-1")
    obligation = Obligation(
        id=f"{round_id}-{organisation}-{group.number}",
        round_id=round_id,
        mode=Mode.LIVE,
        organisation_id=organisation,
        organisation_code="6810401",
        organisation_type="sao",
        organisation_name="องค์การบริหารส่วนตำบลสมมติ",
        province_code="81",
        district_code="8104",
        subject=ETHICS.subject(group.value),
        due_at=DUE,
    )
    return replace(obligation, **changes)


def an_order(**changes: Any) -> Extension:
    """An order that gives the whole round a due date a week later."""
    facts: dict[str, Any] = {
        "id": "x",
        "round_id": "ethics-2569-1",
        "no": 1,
        "scope": Scope(),
        "obligation": None,
        "lao_due_at": DUE + timedelta(days=7),
        "order_no": "ก 12/2566",
        "reason": "อุทกภัย",
        "extended_by": "operator",
        "extended_at": EARLY,
    }
    return Extension(**facts | changes)


def the_officer_of(obligation: Obligation) -> Principal:
    return Principal(
        slot_id=f"slot-{obligation.organisation_id}-{obligation.subject.id}",
        username="6810401-1",
        role=Role.LAO_OFFICER,
        area="organisation",
        area_code=obligation.organisation_id,
        organisation_id=obligation.organisation_id,
        code_group=obligation.subject.id,
        holder_name="ทดลอง สมมติ",
    )


def a_submission(obligation: Obligation, **changes: Any) -> dict[str, Any]:
    """What the gateway puts into the intake."""
    submission = {
        "filing_id": uuid4().hex,
        "obligation_id": obligation.id,
        "kind": "original",
        "answers": some_answers(),
        "form_version": 1,
        "base_revision": None,
        "reason": None,
        "accepted_at": wire_time(EARLY),
        "by": the_officer_of(obligation).to_wire(),
    }
    return submission | changes


def an_amendment(obligation: Obligation, base: int, score: float, **changes: Any) -> dict[str, Any]:
    facts = {
        "kind": "amendment",
        "base_revision": base,
        "answers": some_answers(score=score),
        "reason": "แก้ไขคะแนน",
    }
    return a_submission(obligation, **facts | changes)


def an_attempt(obligation: Obligation, **changes: Any) -> Attempt:
    """A submission as it is read from the intake; `accepted_at` may be an instant."""
    if isinstance(changes.get("accepted_at"), datetime):
        changes["accepted_at"] = wire_time(changes["accepted_at"])
    return read_attempt(a_submission(obligation, **changes))


def an_amending_attempt(obligation: Obligation, base: int, score: float, **changes: Any) -> Attempt:
    return read_attempt(an_amendment(obligation, base, score, **changes))


def refusal_of(act: Callable[[], object]) -> ServiceError | None:
    """Do it and return how it was refused, if it was."""
    try:
        act()
    except ServiceError as refusal:
        return refusal
    return None
