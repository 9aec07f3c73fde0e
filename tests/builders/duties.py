"""A round of any kind, its obligations, the officers whose duty they are, and what they file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from collecting.extensions.rules import Extension
from collecting.filings.rules.decide import Attempt
from collecting.filings.shapes import read_attempt
from collecting.kind import Kind
from collecting.obligations.rules.obligation import Obligation
from collecting.rounds.rules import Mode, Round, RoundState, Scope
from collecting.stores import Stores
from contracts.errors import ServiceError
from contracts.fields import BANGKOK_OFFSET, wire_time
from contracts.principal import Principal, Role

OPENS = datetime(2026, 10, 1, tzinfo=BANGKOK_OFFSET)
DUE = datetime(2026, 12, 20, 23, 59, 59, 999_000, tzinfo=BANGKOK_OFFSET)
CLOSES = datetime(2027, 1, 31, 23, 59, 59, 999_000, tzinfo=BANGKOK_OFFSET)
EARLY = datetime(2026, 12, 1, 9, tzinfo=BANGKOK_OFFSET)
LATE = datetime(2027, 1, 5, 9, tzinfo=BANGKOK_OFFSET)
OPERATOR = Principal("s-o", "operator", Role.OPERATOR, "country", "")
MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Duties:
    """What there is of one kind; `answers` are good ones to its form, with what is changed."""

    kind: Kind
    form_id: str
    answers: Callable[..., dict[str, Any]]
    officer: type[Principal]

    def a_round(self, **changes: Any) -> Round:
        round_ = Round(
            id=f"{self.kind.name}-2569-1",
            kind=self.kind.name,
            year_be=2569,
            no=1,
            form_id=self.form_id,
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
        self, organisation: str = "o1", number: int = 1, **changes: Any
    ) -> Obligation:
        """Return what an organisation owes about the subject of that number."""
        round_id = changes.get("round_id", self.a_round().id)
        obligation = Obligation(
            id=f"{round_id}-{organisation}-{number}",
            round_id=round_id,
            mode=Mode.LIVE,
            organisation_id=organisation,
            organisation_code="6810401",
            organisation_type="sao",
            organisation_name="องค์การบริหารส่วนตำบลสมมติ",
            province_code="81",
            district_code="8104",
            subject=self.kind.subjects[number - 1],
            due_at=DUE,
        )
        return replace(obligation, **changes)

    def owing(self, store: Stores, count: int = 1, round_: Round | None = None) -> list[Obligation]:
        """Keep a round with so many obligations, and return them."""
        round_ = round_ or self.a_round()
        store.rounds.add(round_)
        obligations = [
            self.an_obligation(f"o{number:05d}", round_id=round_.id, mode=round_.mode)
            for number in range(count)
        ]
        store.obligations.add(obligations)
        return obligations

    def spread(self, store: Stores, count: int) -> list[Obligation]:
        """Keep so many in one round, ten in a district, thirty districts in a province."""
        store.rounds.add(self.a_round())
        obligations = []
        for number in range(count):
            province = f"{10 + number // 300}"
            district = f"{province}{number // 10 % 30:02d}"
            obligations.append(
                self.an_obligation(f"o{number:05d}", province_code=province, district_code=district)
            )
        store.obligations.add(obligations)
        return obligations

    def an_order(self, **changes: Any) -> Extension:
        """An order that gives the whole round a due date a week later."""
        facts: dict[str, Any] = {
            "id": "x",
            "round_id": self.a_round().id,
            "no": 1,
            "scope": Scope(),
            "obligation": None,
            "lao_due_at": DUE + timedelta(days=7),
            "order_no": "ก 12/2566",
            "reason": "อุทกภัย",
            "extended_by": "operator",
            "extended_at": EARLY,
            "subjects": self.kind.subject_ids,
        }
        return Extension(**facts | changes)

    def the_officer_of(self, obligation: Obligation) -> Principal:
        return self.officer(
            slot_id=f"slot-{obligation.organisation_id}-{obligation.subject.id}",
            username="6810401-1",
            role=Role.LAO_OFFICER,
            area="organisation",
            area_code=obligation.organisation_id,
            organisation_id=obligation.organisation_id,
            holder_name="ทดลอง สมมติ",
            **{obligation.subject.axis: obligation.subject.id},
        )

    def a_submission(self, obligation: Obligation, **changes: Any) -> dict[str, Any]:
        """What the gateway puts into the intake."""
        submission = {
            "filing_id": uuid4().hex,
            "obligation_id": obligation.id,
            "kind": "original",
            "answers": self.answers(),
            "form_version": 1,
            "base_revision": None,
            "reason": None,
            "accepted_at": wire_time(EARLY),
            "by": self.the_officer_of(obligation).to_wire(),
        }
        return submission | changes

    def an_amendment(
        self, obligation: Obligation, base: int, score: float, **changes: Any
    ) -> dict[str, Any]:
        facts = {
            "kind": "amendment",
            "base_revision": base,
            "answers": self.answers(score=score),
            "reason": "แก้ไขคะแนน",
        }
        return self.a_submission(obligation, **facts | changes)

    def an_attempt(self, obligation: Obligation, **changes: Any) -> Attempt:
        """A submission as it is read from the intake; `accepted_at` may be an instant."""
        if isinstance(changes.get("accepted_at"), datetime):
            changes["accepted_at"] = wire_time(changes["accepted_at"])
        return read_attempt(self.a_submission(obligation, **changes))

    def an_amending_attempt(
        self, obligation: Obligation, base: int, score: float, **changes: Any
    ) -> Attempt:
        return read_attempt(self.an_amendment(obligation, base, score, **changes))


def refusal_of(act: Callable[[], object]) -> ServiceError | None:
    """Do it and return how it was refused, if it was."""
    try:
        act()
    except ServiceError as refusal:
        return refusal
    return None
