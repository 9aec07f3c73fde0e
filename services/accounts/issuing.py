"""Issuing activation codes for a scope, and reading the slips of one office."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from chassis.jobs import Job
from contracts.fields import wire_time
from contracts.principal import Principal
from services.accounts import metrics
from services.accounts.codes import ActivationCodes
from services.accounts.store import AccountsStore
from services.accounts.store.issuances import Issuance

KIND = "issue_codes"


def issue_codes(
    store: AccountsStore, codes: ActivationCodes, job: Job, *, at: datetime, days: int
) -> dict[str, Any]:
    """Give every slot the job names its code. Run again after a crash it ends the same."""
    issuance = store.issuances.begin(
        Issuance(
            id=job.arguments["issuance_id"],
            scope=job.arguments["scope"],
            reissue=job.arguments["reissue"],
            issued_by=job.requested_by["slot_id"],
            issued_at=at,
            expires_at=at + timedelta(days=days),
        )
    )

    def hash_of(slot_id: str) -> str:
        return codes.hash(slot_id, codes.make(issuance.id, slot_id))

    for done, total in store.issuances.issue(issuance, hash_of):
        job.show(done=done, total=total)
    by_tier = store.issuances.finish(issuance, at=at)
    metrics.record_issuance(by_tier)
    return {
        "issuance_id": issuance.id,
        "expires_at": wire_time(issuance.expires_at),
        "slots": sum(by_tier.values()),
        "by_tier": by_tier,
    }


def read_slips(
    store: AccountsStore,
    codes: ActivationCodes,
    by: Principal,
    issuance_id: str,
    district: str | None,
    *,
    at: datetime,
) -> dict[str, Any]:
    """Return the slips the caller hands out, sorted as they are handed out, and mark them read.

    Raises IssuanceNotFound, SlipsAlreadyRead.
    """
    slots = store.slips.read(by, issuance_id, district=district, at=at)
    ids = {slot.organisation_id for slot, _ in slots if slot.organisation_id is not None}
    organisations = store.organisations.list_by_id(ids)
    metrics.record_slips_read(by.role, len(slots))
    return {
        "items": [
            {
                "slot_id": slot.id,
                "username": slot.username,
                "activation_code": codes.make(issuance_id, slot.id),
                "organisation": organisations[str(slot.organisation_id)].facts.full_name,
                "organisation_code": organisations[str(slot.organisation_id)].facts.code,
                "code_group": slot.code_group,
                "role": slot.role,
                "expires_at": wire_time(expires_at),
            }
            for slot, expires_at in sorted(slots, key=lambda each: each[0].username)
        ]
    }
