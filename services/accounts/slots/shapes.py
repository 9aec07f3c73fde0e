"""What clients are shown: organisations, slots and principals in the shapes of the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from contracts.accounts.issuance import ActivationFacts
from contracts.accounts.organisations import OrganisationFacts
from contracts.accounts.sign_in import SignedInPrincipalFacts
from contracts.accounts.slots import SlotDeedFacts, SlotDetailFacts, SlotFacts, SlotHolderFacts
from contracts.fields import wire_time
from contracts.principal import Principal
from services.accounts.organisations.rules.organisation import Dated, Organisation
from services.accounts.slots.rules.holders import HolderStanding
from services.accounts.slots.rules.slot import Slot, stands_above
from services.accounts.slots.store.slots import KeptSlot


def show_organisation(organisation: Organisation) -> OrganisationFacts:
    """Return an organisation as it is now."""
    return show_version(organisation.id, organisation.versions[-1])


def show_slot(kept: KeptSlot, organisation: Organisation | None) -> SlotFacts:
    """Return a slot as lists show it; how to reach the holder is not in there."""
    return {
        "slot_id": kept.slot.id,
        "username": kept.slot.username,
        "role": kept.slot.role,
        "code_group": kept.slot.code_group,
        "label": kept.slot.label,
        "organisation_id": kept.slot.organisation_id,
        "organisation": None if organisation is None else organisation.facts.full_name,
        "state": kept.state,
        "holder": _show_person(kept.holder) if kept.holder else None,
        "activated_at": wire_time(kept.activated_at) if kept.activated_at else None,
        "handover": _show_action(kept.handover),
        "lock": _show_action(kept.lock),
        "closure": _show_action(kept.closure),
    }


def show_slot_detail(
    kept: KeptSlot, organisation: Organisation | None, by: Principal
) -> SlotDetailFacts:
    """Return one slot; the people behind it in full to its holder and to those above."""
    is_told = by.slot_id == kept.slot.id or stands_above(by, kept.slot)
    holder, past = (kept.holder, kept.past_holders) if is_told else (None, None)
    return {
        **show_slot(kept, organisation),
        "version": kept.version,
        "contact": {"phone": holder["phone"], "email": holder["email"]} if holder else None,
        "past_holders": past
        if past is None
        else [{**_show_person(each), "until": wire_time(each["until"])} for each in past],
        "new_holder": kept.handover["new_holder"] if is_told and kept.handover else None,
    }


def _show_person(holder: dict[str, Any]) -> SlotHolderFacts:
    return {
        "name": holder["name"],
        "position": holder["position"],
        "standing": holder.get("standing", HolderStanding.INCUMBENT),
        "since": wire_time(holder["since"]),
    }


def _show_action(action: dict[str, Any] | None) -> SlotDeedFacts | None:
    return {"since": wire_time(action["since"]), "reason": action["reason"]} if action else None


def show_principal(
    principal: Principal, organisation: Organisation | None
) -> SignedInPrincipalFacts:
    """Return who is signed in."""
    return {
        "slot_id": principal.slot_id,
        "username": principal.username,
        "organisation": None if organisation is None else show_organisation(organisation),
        "role": principal.role,
        "code_group": principal.code_group,
        "scope": {"kind": principal.area, "code": principal.area_code},
    }


def show_activated(slot: Slot, organisation: Organisation | None, at: datetime) -> ActivationFacts:
    """Return a slot as its holder sees it after activation."""
    return {
        "slot_id": slot.id,
        "username": slot.username,
        "role": slot.role,
        "code_group": slot.code_group,
        "organisation": None if organisation is None else show_organisation(organisation),
        "activated_at": wire_time(at),
    }


def show_version(organisation_id: str, version: Dated) -> OrganisationFacts:
    """Return what an organisation was from a day to another."""
    facts, valid_to = version.facts, version.valid_to
    return {
        "id": organisation_id,
        "kind": facts.kind,
        "type": facts.type,
        "code": facts.code,
        "name": facts.name,
        "full_name": facts.full_name,
        "abbreviation": facts.abbreviation,
        "province_code": facts.province_code,
        "province": facts.province,
        "district_code": facts.district_code,
        "district": facts.district,
        "valid_from": version.valid_from.isoformat(),
        "valid_to": None if valid_to is None else valid_to.isoformat(),
    }
