"""What clients are shown of dated organisations: records, changes, previews, proposals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import cast

from contracts.accounts.changes import (
    ChangePreviewFacts,
    ClosingProposalFacts,
    OrganisationChangeFacts,
    OrganisationDifferenceFacts,
    SlotAfterChangeFacts,
)
from contracts.accounts.lookup import FoundOrganisationFacts
from contracts.accounts.organisations import OrganisationDetailsFacts, OrganisationRecordFacts
from contracts.fields import wire_time
from services.accounts.organisations.rules.changes import OrderedChange, Outcome
from services.accounts.organisations.rules.organisation import Dated, Difference, Organisation
from services.accounts.organisations.store.changes import Proposal
from services.accounts.slots.rules.slot import Slot, slots_of
from services.accounts.slots.shapes import show_organisation, show_version
from services.accounts.slots.store.slots import KeptSlot


def show_record(organisation: Organisation, as_of: date | None) -> OrganisationRecordFacts | None:
    """Return all that is on record, as it was on a day; None when there was none on that day."""
    shown = organisation.versions[-1] if as_of is None else organisation.on(as_of)
    return None if shown is None else _record(organisation, shown)


def show_present(organisation: Organisation) -> OrganisationRecordFacts:
    """Return all that is on record."""
    return _record(organisation, organisation.versions[-1])


def _record(organisation: Organisation, shown: Dated) -> OrganisationRecordFacts:
    details = shown.facts.details
    return {
        **show_version(organisation.id, shown),
        "version": organisation.version,
        "details": None
        if details is None
        else cast(OrganisationDetailsFacts, asdict(details)),  # name by name the same
        "history": [show_version(organisation.id, past) for past in organisation.history],
        "successor_ids": list(organisation.successor_ids),
        "slots_close_on": _iso(organisation.slots_close_on),
    }


def show_found(organisation: Organisation) -> FoundOrganisationFacts:
    """Return what anybody may know of an LAO."""
    facts = organisation.facts
    return {
        "code": facts.code,
        "full_name": facts.full_name,
        "type": str(facts.type),
        "district": facts.district,
        "province": facts.province,
    }


def show_change(change: OrderedChange) -> OrganisationChangeFacts:
    """Return a change and what has become of it."""
    founded = [each.id for each in change.terms.founds]
    return {
        "id": change.id,
        "kind": change.kind,
        "state": change.state,
        "effective_on": change.effective_on.isoformat(),
        "order_no": change.order_no,
        "reason": change.reason,
        "requested_by": change.requested_by,
        "requested_at": wire_time(change.requested_at),
        "settled_at": None if change.settled_at is None else wire_time(change.settled_at),
        "differences": _show(change.differences),
        "successor_ids": [*change.terms.successor_ids, *founded],
        "slots_close_on": _iso(change.terms.slots_close_on),
        "problem": change.problem,
    }


def show_preview(
    change: OrderedChange, outcome: Outcome, kept: Iterable[KeptSlot]
) -> ChangePreviewFacts:
    """Return what a change would do to an organisation, its slots, and others."""
    return {
        "change": {**show_change(change), "differences": _show(outcome.differences)},
        "before": show_organisation(outcome.before),
        "after": show_organisation(outcome.after),
        "founded": [show_organisation(each) for each in outcome.founded],
        "slots": [*_slots_after(outcome, kept)],
    }


def show_proposal(proposal: Proposal) -> ClosingProposalFacts:
    """Return an organisation that is proposed for closing, or was."""
    dismissal = proposal.dismissal
    return {
        "organisation": show_organisation(proposal.organisation),
        "since": wire_time(proposal.since),
        "import_id": proposal.import_id,
        "dismissal": None
        if dismissal is None
        else {
            "at": wire_time(dismissal["at"]),
            "by": dismissal["by"],
            "reason": dismissal["reason"],
        },
    }


def _show(differences: Iterable[Difference]) -> list[OrganisationDifferenceFacts]:
    return [
        {"field": each.field, "before": each.before, "after": each.after} for each in differences
    ]


def _slots_after(outcome: Outcome, kept: Iterable[KeptSlot]) -> Iterable[SlotAfterChangeFacts]:
    ends = outcome.after.closed_on is not None
    wanted = {slot.id: slot.where for slot in slots_of(outcome.after)}
    for each in kept:
        slot = each.slot
        moves = wanted.get(slot.id, slot.where) != slot.where
        becomes = "closed" if ends else "moved" if moves else "kept"
        yield _slot_after(slot, becomes, outcome.after.slots_close_on if ends else None)
    for founded in outcome.founded:
        for slot in slots_of(founded):
            yield _slot_after(slot, "added", None)


def _slot_after(slot: Slot, becomes: str, closes_on: date | None) -> SlotAfterChangeFacts:
    return {
        "slot_id": slot.id,
        "username": slot.username,
        "becomes": becomes,
        "closes_on": _iso(closes_on),
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
