"""What accounts announces."""

from __future__ import annotations

from datetime import datetime

from contracts.events import Event


class OrganisationRegisteredV1(Event):
    """An organisation entered the registry. Sent once for each, after it is stored."""

    source, name, version = "accounts", "organisation_registered", 1

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


class OrganisationChangedV1(Event):
    """Facts of a registered organisation differ from `changed_at` on; `changed` names them."""

    source, name, version = "accounts", "organisation_changed", 1

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

    `reason` is signed_out, taken_over, expired, or reactivated by a new activation code.
    """

    source, name, version = "accounts", "session_closed", 1

    session_id: str
    slot_id: str
    reason: str
    closed_at: datetime
