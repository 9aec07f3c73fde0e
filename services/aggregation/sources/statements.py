"""What events say of an obligation, whichever collection announces them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.collecting.due_dates import Stood
from contracts.collecting.events import (
    DueDatesMoved,
    Filing,
    NilConfirmed,
    ObligationExempted,
    ObligationExemptionLifted,
    ObligationsOpened,
    OfficeAct,
    OfRound,
    ReportAccepted,
    ReportAmended,
    ReportFiled,
    ReportReturned,
    ReportReturnTakenBack,
    ReportWithdrawn,
    RoundOpened,
    TrialPurged,
)
from contracts.collecting.figures import Latest
from contracts.fields import read_time
from contracts.reference.lao_types import LaoType
from contracts.reference.provinces import get_province
from services.aggregation.domain import (
    Due,
    Exempted,
    Judged,
    Reviewed,
    Standing,
    TallyKey,
    heard_up_to,
)

_TYPES = frozenset(LaoType)

Statement = Callable[["Source", Any], list[Standing]]


@dataclass(frozen=True, slots=True)
class Source:
    """A service whose obligations are counted.

    `subject_field` is what its events call the subject of an obligation; `subjects` are the names
    of all there are by their ids, in the order in which they are shown.
    """

    subject_field: str
    subjects: Mapping[str, str]
    round_opened: type[RoundOpened]
    trial_purged: type[TrialPurged]
    statements: Mapping[type[OfRound], Statement]

    def said_by(self, event: OfRound) -> list[Standing]:
        """Return what an event says. Raises KeyError on a place, type or subject that is not."""
        return self.statements[type(event)](self, event)

    def tally_of(self, round_id: str, facts: Mapping[str, Any]) -> TallyKey:
        """Return where an obligation is counted. Raises KeyError as said_by does."""
        organisation_type, subject_id = facts["organisation_type"], facts[self.subject_field]
        if organisation_type not in _TYPES or subject_id not in self.subjects:
            raise KeyError(organisation_type, subject_id)
        return TallyKey(
            round_id=round_id,
            province_code=get_province(facts["province_code"]).code,
            district_code=facts["district_code"],
            organisation_type=organisation_type,
            subject_id=subject_id,
        )


def opened(source: Source, event: ObligationsOpened) -> list[Standing]:
    """Obligations were created."""
    return [
        Standing(
            facts["obligation_id"],
            source.tally_of(event.round_id, facts),
            due=_due(facts["extension_no"], facts),
        )
        for facts in event.obligations
    ]


def due_dates_moved(source: Source, event: DueDatesMoved) -> list[Standing]:
    """Obligations have other due dates after an order."""
    place = {"province_code": event.province_code, "district_code": event.district_code}
    return [
        Standing(
            facts["obligation_id"],
            source.tally_of(event.round_id, {**facts, **place}),
            placed_by=1,
            due=_due(event.extension_no, facts),
        )
        for facts in event.obligations
    ]


def filed(source: Source, event: ReportFiled) -> list[Standing]:
    """A report was filed, the first one or the first after a withdrawal."""
    return _filed(source, event, nil=False)


def nil_confirmed(source: Source, event: NilConfirmed) -> list[Standing]:
    """The same, with nothing to report."""
    return _filed(source, event, nil=True)


def amended(source: Source, event: ReportAmended) -> list[Standing]:
    """What was in force was amended."""
    revision = event.revision
    judged = Judged(revision, event.judged_at, event.on_time)
    latest = Latest(revision, nil=False, withdrawn=False)
    return _revised(source, event, latest=latest, judged=judged, amended=revision)


def withdrawn(source: Source, event: ReportWithdrawn) -> list[Standing]:
    """What was in force was taken back."""
    latest = Latest(event.revision, nil=False, withdrawn=True)
    return _revised(source, event, latest=latest, withdrawn=event.revision)


def returned(source: Source, event: ReportReturned) -> list[Standing]:
    """An office returned a revision for correction."""
    return _acted_on(source, event, reviewed=Reviewed(event.act_no, event.revision, True))


def return_taken_back(source: Source, event: ReportReturnTakenBack) -> list[Standing]:
    """The return of a revision was taken back."""
    return _acted_on(source, event, reviewed=Reviewed(event.act_no, event.revision, False))


def accepted(source: Source, event: ReportAccepted) -> list[Standing]:
    """An office accepted a revision."""
    return _acted_on(source, event, reviewed=Reviewed(event.act_no, event.revision, False))


def exempted(source: Source, event: ObligationExempted) -> list[Standing]:
    """By an order nothing is owed any more."""
    return _acted_on(source, event, exempted=Exempted(event.act_no, True))


def exemption_lifted(source: Source, event: ObligationExemptionLifted) -> list[Standing]:
    """It is owed again."""
    return _acted_on(source, event, exempted=Exempted(event.act_no, False))


def _filed(source: Source, event: Filing, *, nil: bool) -> list[Standing]:
    first = Judged(event.revision, event.accepted_at, event.on_time)
    return _revised(source, event, latest=Latest(event.revision, nil, withdrawn=False), first=first)


def _revised(source: Source, event: Filing, **known: Any) -> list[Standing]:
    heard_to, heard_beyond = heard_up_to(0, {event.revision})
    return [
        Standing(
            event.obligation_id,
            source.tally_of(event.round_id, vars(event)),
            placed_by=event.revision,
            heard_to=heard_to,
            heard_beyond=heard_beyond,
            **known,
        )
    ]


def _acted_on(source: Source, event: OfficeAct, **known: Any) -> list[Standing]:
    tally = source.tally_of(event.round_id, vars(event))
    return [Standing(event.obligation_id, tally, placed_by=1, **known)]


def _due(extension_no: int, facts: Mapping[str, Any]) -> Due:
    stood = tuple(map(Stood.from_wire, facts["stood"]))
    return Due(extension_no, read_time(facts["due_at"]), stood)
