"""Issuing activation codes for a scope, and reading the slips of one office."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from chassis.jobs import Job
from contracts.accounts.issuance import IssuanceFacts, IssuanceResultFacts, SlipListFacts
from contracts.fields import wire_time
from contracts.principal import Principal
from services.accounts import metrics
from services.accounts.issuance.codes import ActivationCodes
from services.accounts.issuance.slips import Slip
from services.accounts.issuance.store.issuances import Issuance
from services.accounts.stores import AccountsStore

KIND = "issue_codes"


def issue_codes(
    store: AccountsStore, codes: ActivationCodes, job: Job, *, at: datetime, days: int
) -> IssuanceResultFacts:
    """Give every slot the job names its code. Run again after a crash it ends the same."""
    issuance = Issuance(
        id=job.arguments["issuance_id"],
        scope=job.arguments["scope"],
        reissue=job.arguments["reissue"],
        issued_by=job.requested_by["slot_id"],
        issued_at=at,
        expires_at=at + timedelta(days=days),
    )
    return issue(store, codes, issuance, at=at, show=job.show)


def issue(
    store: AccountsStore,
    codes: ActivationCodes,
    issuance: Issuance,
    *,
    at: datetime,
    show: Callable[..., None],
) -> IssuanceResultFacts:
    """Give every slot of an issuance's scope its code; `show` is told how many of how many.

    What was begun with one key goes on with it; what is finished stays as it is, whatever became of
    its codes since. Raises CodeKeyRetired.
    """
    issuance = store.issuances.begin(replace(issuance, key_id=codes.key_id))

    def hash_of(slot_id: str) -> str:
        return codes.issue(issuance.id, slot_id, issuance.key_id)

    is_first = False
    if store.issuances.find_outcome(issuance.id) is None:
        for done, total in store.issuances.issue(issuance, hash_of):
            show(done=done, total=total)
        is_first = store.issuances.finish(issuance, at=at)
    by_tier = store.issuances.find_outcome(issuance.id) or {}
    store.coverage.recount()
    if is_first:
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
    key: str | None = None,
) -> list[Slip]:
    """Return the slips the caller hands out, sorted by username, and mark them read.

    Raises IssuanceNotFound, SlipsAlreadyRead, CodeKeyRetired, IdempotencyKeyReused.
    """
    key_id = store.slips.find_key(issuance_id)
    codes.require_key(issuance_id, key_id)  # before the only reading is spent
    slots = store.slips.read(by, issuance_id, district=district, at=at, key=key)
    ids = {slot.organisation_id for slot, _ in slots if slot.organisation_id is not None}
    organisations = store.organisations.list_by_id(ids)
    metrics.record_slips_read(by.role, len(slots))
    return [
        Slip(
            slot=slot,
            facts=organisations[str(slot.organisation_id)].facts,
            code=codes.make(issuance_id, slot.id, key_id),
            expires_at=expires_at,
        )
        for slot, expires_at in sorted(slots, key=lambda each: each[0].username)
    ]


def show_issuance(issued: Mapping[str, Any]) -> IssuanceFacts:
    """Return what an office has to hand out of an issuance, as the API shows it."""
    return {
        "issuance_id": issued["_id"],
        "issued_at": wire_time(issued["issued_at"]),
        "issued_by": issued["issued_by"],
        "expires_at": wire_time(issued["expires_at"]),
        "slips": issued["slips"],
        "read": issued["read"],
        "handed_out": issued["handed_out"],
        "used": issued["used"],
    }


def show_slips(slips: Sequence[Slip]) -> SlipListFacts:
    """Return slips as clients get them that print for themselves."""
    return {
        "items": [
            {
                "slot_id": slip.slot.id,
                "username": slip.slot.username,
                "activation_code": slip.code,
                "organisation": slip.facts.full_name,
                "organisation_code": slip.facts.code,
                "code_group": slip.slot.code_group,
                "role": slip.slot.role,
                "expires_at": wire_time(slip.expires_at),
            }
            for slip in slips
        ]
    }
