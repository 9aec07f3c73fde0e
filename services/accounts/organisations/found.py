"""Registering what is in no registry: Bangkok, and the agencies."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from contracts.accounts.changes import OrganisationCodeTaken
from contracts.errors import InvalidInput
from contracts.reference.calendar import as_bangkok
from contracts.reference.lao_types import LaoType
from contracts.reference.provinces import find_province
from services.accounts.audit.trail import AuditTrail
from services.accounts.organisations.rules.organisation import (
    Facts,
    Organisation,
    OrganisationKind,
    lao_facts,
)
from services.accounts.organisations.schedule import require_code, settle_slots
from services.accounts.stores import AccountsStore


def found(
    store: AccountsStore, audit: AuditTrail, wanted: Mapping[str, Any], *, at: datetime
) -> Organisation:
    """Store an organisation and the slots of its kind.

    Raises OrganisationCodeTaken, InvalidInput.
    """
    founded_on = wanted["founded_on"] and date.fromisoformat(wanted["founded_on"])
    today = as_bangkok(at).date()
    if founded_on and founded_on > today:
        raise InvalidInput(pointer="/founded_on", reason="ต้องไม่อยู่หลังวันนี้")
    organisation = Organisation(
        id=secrets.token_hex(6),
        facts=_facts(wanted),
        valid_from=founded_on or today,
        founded_on=founded_on,
    )
    store.changes.require_codes_free([organisation])
    store.organisations.add([organisation], at=at, slots_due_on=today)
    if store.organisations.find(organisation.id) is None:  # another was quicker
        raise OrganisationCodeTaken(organisation_code=organisation.facts.code)
    settle_slots(store, audit, organisation.id, at=at)
    return organisation


def _facts(wanted: Mapping[str, Any]) -> Facts:
    province = find_province(wanted["province_code"])
    if province is None:
        raise InvalidInput(pointer="/province_code", reason="ไม่มีจังหวัดรหัสนี้")
    if wanted["kind"] == OrganisationKind.LAO:
        lao_type = LaoType(wanted["type"])
        require_code(lao_type, wanted["code"], province.code, "/code")
        return lao_facts(
            lao_type,
            code=wanted["code"],
            name=wanted["name"],
            province_code=province.code,
            district=None,
        )
    return Facts(
        kind=OrganisationKind.AGENCY,
        type=None,
        code=wanted["code"].lower(),
        name=wanted["name"],
        full_name=wanted["name"],
        abbreviation=wanted.get("abbreviation") or wanted["name"],
        province_code=province.code,
        province=province.name_th,
        district_code=None,
        district=None,
    )
