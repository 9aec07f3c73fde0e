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
from collecting.obligations.rules.obligation import Obligation
from collecting.obligations.rules.orders import OrderKind
from collecting.rounds.rules import Round

_EXEMPTION: dict[str, bool] = {
    OrderKind.EXEMPTED: True,
    OrderKind.WAIVED: True,
    OrderKind.EXEMPTION_LIFTED: False,
}
_RETURN: dict[str, bool] = {
    ActKind.RETURNED: True,
    ActKind.RETURN_TAKEN_BACK: False,
    ActKind.ACCEPTED: False,
}


class Revision(NamedTuple):
    """One recorded filing, of those that counted at the moment."""

    number: int
    kind: FilingKind
    accepted_at: datetime
    reason_class: str
    answers: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One obligation as it stood; `answers` are those in force, None when nothing was."""

    organisation_id: str
    organisation_code: str
    organisation_type: str
    organisation_name: str
    province_code: str
    district_code: str
    district_name: str
    subject_id: str
    answers: Mapping[str, Any] | None = None
    on_time: bool = False
    amended: bool = False
    returned: bool = False
    nil: bool = False
    exempt: bool = False


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
    in_force = _in_force(revisions)
    latest = in_force[-1] if in_force else None
    due = _due(moment, obligation, round_, orders)
    judged_at = _judged_at(revisions, round_)
    return Line(
        organisation_id=obligation.organisation_id,
        organisation_code=obligation.organisation_code,
        organisation_type=obligation.organisation_type,
        organisation_name=(*names, obligation.organisation_name)[0],
        province_code=obligation.province_code,
        district_code=obligation.district_code,
        district_name=obligation.district_name,
        subject_id=obligation.subject.id,
        answers=latest and latest.answers,
        on_time=latest is not None and judged_at is not None and due.is_met_at(judged_at),
        amended=len(in_force) > 1,
        returned=latest is not None and _stands(_RETURN, moment, obligation, latest.number),
        nil=latest is not None and latest.kind is FilingKind.NIL,
        exempt=latest is None and _stands(_EXEMPTION, moment, obligation),
    )


def _in_force(revisions: Sequence[Revision]) -> Sequence[Revision]:
    """Return what was filed since the last withdrawal, the first one first."""
    withdrawn = [place for place, one in enumerate(revisions) if one.kind is FilingKind.WITHDRAWAL]
    return revisions[withdrawn[-1] + 1 :] if withdrawn else revisions


def _judged_at(revisions: Sequence[Revision], round_: Round) -> datetime | None:
    """Return by when being on time is judged: the first filing, or what restarted the clock."""
    restarting = [
        one.accepted_at
        for one in revisions
        if one.kind is FilingKind.AMENDMENT and one.reason_class in round_.late_if_amended_as
    ]
    return restarting[-1] if restarting else next((one.accepted_at for one in revisions), None)


def _due(moment: datetime, obligation: Obligation, round_: Round, orders: Orders) -> Due:
    """Return what the orders given until then made of the round's due date."""
    reaching = orders.reaching(obligation.id, obligation.place)
    given = [each for each in reaching if each.extended_at <= moment]
    return due_after(given, *round_.due_at(obligation.place))


def _stands(
    meaning: Mapping[str, bool],
    moment: datetime,
    obligation: Obligation,
    revision: int | None = None,
) -> bool:
    """Return what the last act of these kinds means; about that revision, if one is given."""
    acts = [act for act in obligation.acts if act.kind in meaning and act.at <= moment]
    return bool(acts) and revision in (None, acts[-1].revision) and meaning[acts[-1].kind]
