"""What an obligation had come to at a stated moment, from its filings, acts and extensions alone.

Nothing here depends on the present, so the same moment gives the same answer for ever.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from collecting.extensions.rules import Due, Orders, due_after
from collecting.obligations.rules.corrections import ActKind
from collecting.obligations.rules.kinds import FilingKind
from collecting.obligations.rules.obligation import Act, Obligation
from collecting.obligations.rules.orders import OrderKind
from collecting.rounds.rules import Round
from contracts.collecting.figures import Counts, Latest, counts_of

_EXEMPTING = (OrderKind.EXEMPTED, OrderKind.WAIVED, OrderKind.EXEMPTION_LIFTED)


class Revision(NamedTuple):
    """One recorded filing, of those that counted at the moment."""

    number: int
    kind: FilingKind
    accepted_at: datetime
    reason_class: str
    answers: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One obligation as it stood, and what it counts as; `answers` are those in force, if any."""

    organisation_id: str
    organisation_code: str
    organisation_type: str
    organisation_name: str
    province_code: str
    district_code: str
    district_name: str
    subject_id: str
    answers: Mapping[str, Any] | None
    counts: Counts


def line_at(
    moment: datetime,
    obligation: Obligation,
    revisions: Sequence[Revision],
    round_: Round,
    orders: Orders,
) -> Line | None:
    """Return how the obligation stood, None when it was added later.

    `revisions` are those accepted and recorded until then, `orders` those on due dates.
    """
    later = [act for act in obligation.acts if act.at > moment]
    if any(act.kind == OrderKind.ADDED for act in later):
        return None
    names = [act.name_before for act in later if act.kind == OrderKind.RENAMED]
    counts = _counts(moment, obligation, revisions, round_, orders)
    return Line(
        organisation_id=obligation.organisation_id,
        organisation_code=obligation.organisation_code,
        organisation_type=obligation.organisation_type,
        organisation_name=(*names, obligation.organisation_name)[0],
        province_code=obligation.province_code,
        district_code=obligation.district_code,
        district_name=obligation.district_name,
        subject_id=obligation.subject.id,
        answers=revisions[-1].answers if counts.filed else None,
        counts=counts,
    )


def _counts(
    moment: datetime,
    obligation: Obligation,
    revisions: Sequence[Revision],
    round_: Round,
    orders: Orders,
) -> Counts:
    due = _due(moment, obligation, round_, orders)
    judged_at = _judged_at(revisions, round_)
    review = _last_act(tuple(ActKind), moment, obligation)
    exempting = _last_act(_EXEMPTING, moment, obligation)
    return counts_of(
        _latest(revisions),
        amended=_last_revision(FilingKind.AMENDMENT, revisions),
        withdrawn=_last_revision(FilingKind.WITHDRAWAL, revisions),
        on_time=judged_at is not None and due.is_met_at(judged_at),
        returned=review.revision if review and review.kind == ActKind.RETURNED else 0,
        exempt=exempting is not None and exempting.kind != OrderKind.EXEMPTION_LIFTED,
    )


def _latest(revisions: Sequence[Revision]) -> Latest | None:
    if not revisions:
        return None
    number, kind, *_ = revisions[-1]
    return Latest(number, kind is FilingKind.NIL, kind is FilingKind.WITHDRAWAL)


def _last_revision(kind: FilingKind, revisions: Sequence[Revision]) -> int:
    return max((one.number for one in revisions if one.kind is kind), default=0)


def _judged_at(revisions: Sequence[Revision], round_: Round) -> datetime | None:
    """Return by when being on time is judged: the first filing, or what restarted the clock."""
    restarting = [
        one.accepted_at
        for one in revisions
        if one.kind is FilingKind.AMENDMENT and round_.restarts_clock(one.reason_class)
    ]
    return restarting[-1] if restarting else next((one.accepted_at for one in revisions), None)


def _due(moment: datetime, obligation: Obligation, round_: Round, orders: Orders) -> Due:
    """Return what the orders given until then made of the round's due date."""
    reaching = orders.reaching(obligation.id, obligation.place, obligation.subject.id)
    given = [each for each in reaching if each.extended_at <= moment]
    return due_after(given, *round_.due_at(obligation.place))


def _last_act(kinds: Sequence[str], moment: datetime, obligation: Obligation) -> Act | None:
    acts = [act for act in obligation.acts if act.kind in kinds and act.at <= moment]
    return acts[-1] if acts else None
