"""What clients are shown: organisations, slots and principals in the shapes of the API."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from contracts.fields import wire_time
from contracts.principal import Principal
from services.accounts.domain.organisations import Facts, Organisation
from services.accounts.domain.slots import Slot
from services.accounts.store.slots import KeptSlot


def show_organisation(organisation: Organisation) -> dict[str, Any]:
    """Return an organisation as it is now."""
    return _show_facts(organisation.id, organisation.facts, organisation.valid_from, None)


def show_dated(organisation: Organisation) -> dict[str, Any]:
    """Return an organisation with its details and what it was before."""
    details = organisation.facts.details
    return {
        **show_organisation(organisation),
        "version": organisation.version,
        "details": None if details is None else asdict(details),
        "history": [
            _show_facts(organisation.id, past.facts, past.valid_from, past.valid_to)
            for past in organisation.history
        ],
    }


def show_slot(kept: KeptSlot, organisation: Organisation | None) -> dict[str, Any]:
    """Return a slot as lists show it; how to reach the holder is not in there."""
    holder = kept.holder and {
        "name": kept.holder["name"],
        "position": kept.holder["position"],
        "since": wire_time(kept.holder["since"]),
    }
    return {
        **_show_identity(kept.slot),
        "organisation_id": kept.slot.organisation_id,
        "organisation": organisation and organisation.facts.full_name,
        "state": kept.state,
        "holder": holder,
        "activated_at": kept.activated_at and wire_time(kept.activated_at),
    }


def show_principal(principal: Principal, organisation: Organisation | None) -> dict[str, Any]:
    """Return who is signed in."""
    return {
        "slot_id": principal.slot_id,
        "username": principal.username,
        "organisation": organisation and show_organisation(organisation),
        "role": principal.role,
        "code_group": principal.code_group,
        "scope": {"kind": principal.area, "code": principal.area_code},
    }


def show_activated(slot: Slot, organisation: Organisation | None) -> dict[str, Any]:
    """Return a slot as its holder sees it after activation."""
    return {
        **_show_identity(slot),
        "organisation": organisation and show_organisation(organisation),
    }


def _show_identity(slot: Slot) -> dict[str, Any]:
    return {
        "slot_id": slot.id,
        "username": slot.username,
        "role": slot.role,
        "code_group": slot.code_group,
    }


def _show_facts(
    organisation_id: str, facts: Facts, valid_from: date, valid_to: date | None
) -> dict[str, Any]:
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
        "valid_from": valid_from.isoformat(),
        "valid_to": valid_to and valid_to.isoformat(),
    }
