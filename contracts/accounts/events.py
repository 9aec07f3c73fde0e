"""What accounts announces."""

from __future__ import annotations

from datetime import datetime

from contracts.events import Event


class _OrganisationFacts(Event):
    """What an organisation is from `changed_at` on."""

    organisation_id: str
    kind: str
    type: str | None
    code: str
    organisation_name: str
    full_name: str
    abbreviation: str
    province_code: str
    province: str
    district_code: str | None
    district: str | None
    changed_at: datetime


class OrganisationRegisteredV1(_OrganisationFacts):
    """An organisation entered the registry. Sent once for each, after it is stored."""

    source, name, version = "accounts", "organisation_registered", 1


class OrganisationChangedV1(_OrganisationFacts):
    """Facts of a registered organisation differ from `changed_at` on; `changed` names them."""

    source, name, version = "accounts", "organisation_changed", 1

    changed: list[str]


class CredentialsIssuedV1(Event):
    """Activation codes were made for a scope; no code is in here. Sent once per issuance."""

    source, name, version = "accounts", "credentials_issued", 1

    issuance_id: str
    province_code: str | None
    district_code: str | None
    organisation_id: str | None
    slots: int
    expires_at: datetime


class SlotActivatedV1(Event):
    """A slot got its first password or a new one with an activation code."""

    source, name, version = "accounts", "slot_activated", 1

    slot_id: str
    organisation_id: str | None
    role: str
    code_group: str | None
    province_code: str | None
    district_code: str | None
    activated_at: datetime


class SessionOpenedV1(Event):
    """A slot signed in. Its earlier session, if any, is announced as closed."""

    source, name, version = "accounts", "session_opened", 1

    session_id: str
    slot_id: str
    opened_at: datetime
    expires_at: datetime


class SessionClosedV1(Event):
    """A session ended: caches drop it at once.

    `reason` is signed_out, taken_over, expired, handed_over, locked, slot_closed, or reactivated
    by a new activation code.
    """

    source, name, version = "accounts", "session_closed", 1

    session_id: str
    slot_id: str
    reason: str
    closed_at: datetime


class AuditDayClosedV1(Event):
    """A Bangkok day of the audit chain is complete: `entries` of them, ending in `head_sha256`.

    Sent with the first entry of a later day. Kept apart from the chain, it shows a cut tail.
    """

    source, name, version = "accounts", "audit_day_closed", 1

    day_id: str
    entries: int
    head_sha256: str
    closed_at: datetime


class HolderChangedV1(Event):
    """What is said of a slot's holder changed; `changed` names which of it.

    `changed` is of name, position, phone, email and standing. The log outlives people, so none
    of their values is in here: whoever may know them asks accounts. `standing` is incumbent,
    acting or vacant.
    """

    source, name, version = "accounts", "holder_changed", 1

    slot_id: str
    organisation_id: str | None
    standing: str
    changed: list[str]
    changed_at: datetime


class HandoverBegunV1(Event):
    """A slot has no holder, password or sign-in until its new holder activates it.

    Sent once for each hand-over, also when one is begun again because the slip was lost.
    """

    source, name, version = "accounts", "handover_begun", 1

    slot_id: str
    organisation_id: str | None
    role: str
    code_group: str | None
    province_code: str | None
    district_code: str | None
    begun_at: datetime


class SlotLockedV1(Event):
    """A slot can neither sign in nor be activated until it is unlocked."""

    source, name, version = "accounts", "slot_locked", 1

    slot_id: str
    organisation_id: str | None
    role: str
    code_group: str | None
    province_code: str | None
    district_code: str | None
    locked_at: datetime


class SlotUnlockedV1(Event):
    """A locked slot can be used again, with the password it had."""

    source, name, version = "accounts", "slot_unlocked", 1

    slot_id: str
    organisation_id: str | None
    role: str
    code_group: str | None
    province_code: str | None
    district_code: str | None
    unlocked_at: datetime


class SlotClosedV1(Event):
    """A slot is closed for good: no password, no code and no sign-in opens it any more."""

    source, name, version = "accounts", "slot_closed", 1

    slot_id: str
    organisation_id: str | None
    role: str
    code_group: str | None
    province_code: str | None
    district_code: str | None
    closed_at: datetime


class OrganisationClosedV1(Event):
    """An organisation is no more from `closed_on` on; `because` is merge, split or close.

    Sent once, after it is stored. `successor_ids` are the organisations that take its place, if
    any. What it filed and owed before stays its own.
    """

    source, name, version = "accounts", "organisation_closed", 1

    organisation_id: str
    kind: str
    type: str | None
    code: str
    full_name: str
    province_code: str
    district_code: str | None
    closed_on: str
    because: str
    successor_ids: list[str]
    changed_at: datetime
