"""Opening a round: one obligation for each organisation and subject, announced by district."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

from collecting.kind import Kind, Subject
from collecting.obligations.rules.obligation import Obligation
from collecting.rounds.rules import Round
from collecting.stores import Stores
from contracts.collecting.obligation_id import ObligationId
from contracts.events import Event
from contracts.fields import wire_time
from contracts.principal import Place


def open_obligations(store: Stores, round_: Round, *, show: Callable[[int, int], None]) -> int:
    """Create every obligation of the round with its announcements; return how many there are.

    Province by province; repeating it after a crash changes nothing that is already there.
    """
    total = store.organisations.count(round_.scope) * len(store.kind.subjects)
    done = 0
    for organisations in store.organisations.by_province(round_.scope):
        obligations = [
            owed for known in organisations for owed in owed_by(known, round_, store.kind.subjects)
        ]
        store.obligations.add(obligations)
        announce_opened(store, round_, [known["_id"] for known in organisations])
        done += len(obligations)
        show(done, total)
    return store.obligations.count(round_.id)


def announce_opened(store: Stores, round_: Round, organisation_ids: list[str]) -> None:
    """Announce the obligations of those organisations that were not announced so far.

    A run that died may have kept some of a district and announced others.
    """
    while unannounced := store.obligations.list_unannounced(round_.id, organisation_ids):
        store.obligations.announce_opened(announcements(unannounced, round_, store.kind))


def owed_by(
    organisation: dict[str, Any], round_: Round, subjects: Iterable[Subject]
) -> Iterable[Obligation]:
    """Yield what an organisation owes the round about the subjects."""
    place = Place(organisation["province_code"], organisation["district_code"], organisation["_id"])
    due_at, because = round_.due_at(place)
    for subject in subjects:
        yield Obligation(
            id=str(ObligationId.of(round_.id, organisation["_id"], subject.number)),
            round_id=round_.id,
            mode=round_.mode,
            organisation_id=organisation["_id"],
            organisation_code=organisation["code"],
            organisation_type=organisation["type"],
            organisation_name=organisation["full_name"],
            province_code=organisation["province_code"],
            district_code=organisation["district_code"],
            district_name=organisation.get("district_name", ""),
            subject=subject,
            due_at=due_at,
            due_because=because,
        )


def announcements(obligations: list[Obligation], round_: Round, kind: Kind) -> Iterable[Event]:
    """Yield what announces new obligations, which are in the order of their districts."""
    for district_code, owed in groupby(obligations, key=lambda duty: duty.district_code):
        yield kind.events.obligations_opened(
            round_id=round_.id,
            mode=round_.mode.value,
            district_code=district_code,
            obligations=[
                {
                    "obligation_id": duty.id,
                    "organisation_id": duty.organisation_id,
                    "organisation_code": duty.organisation_code,
                    "organisation_type": duty.organisation_type,
                    "province_code": duty.province_code,
                    "district_code": duty.district_code,
                    kind.axis: duty.subject.id,
                    "due_at": wire_time(duty.due_at),
                    "extension_no": duty.extension_no,
                    "stood": [one.to_wire() for one in duty.stood],
                }
                for duty in owed
            ],
        )
