"""Asking accounts."""

from __future__ import annotations

from typing import Any

from chassis.rpc import Call
from contracts import errors as shared
from contracts.accounts import (
    changes,
    issuance,
    openid,
    organisations,
    registry,
    second_factor,
    sign_in,
    slots,
)
from contracts.errors import refusals_of

Facts = dict[str, Any]


class AccountsClient:
    """What accounts can be asked; every method answers in the API's shape or raises a refusal.

    `by` is the wire form of the Principal who asks.
    """

    service = "accounts"
    errors = (
        *refusals_of(
            changes, issuance, openid, organisations, registry, second_factor, sign_in, slots
        ),
        shared.IdempotencyKeyReused,
        shared.InvalidInput,
        shared.JobNotFound,
        shared.OutOfScope,
        shared.StaleVersion,
    )

    def __init__(self, call: Call) -> None:
        self._call = call

    def open_session(
        self,
        *,
        username: str,
        password: str,
        takeover: bool,
        address: str,
        otp: str | None = None,
    ) -> Facts:
        """Return token, expires_at, ended_session_since and principal."""
        return self._call(
            "open_session",
            username=username,
            password=password,
            takeover=takeover,
            address=address,
            otp=otp,
        )

    def find_sessions(self, token_hashes: list[str]) -> dict[str, Facts]:
        """Return by token hash either session_id, expires_at, principal and limited, or ended and
        since.

        The principal is in its wire form; a token that opens nothing is left out. A limited session
        may set up its second factor and nothing else.
        """
        return self._call("find_sessions", token_hashes=token_hashes)

    def close_session(self, *, session_id: str, slot_id: str) -> None:
        self._call("close_session", session_id=session_id, slot_id=slot_id)

    def describe_session(self, by: Facts) -> Facts:
        return self._call("describe_session", by=by)

    def activate_slot(
        self,
        *,
        username: str,
        activation_code: str,
        password: str,
        holder: dict[str, str],
        address: str,
    ) -> Facts:
        """Return the slot as activated. The holder has name, position and may have phone, email."""
        return self._call(
            "activate_slot",
            username=username,
            activation_code=activation_code,
            password=password,
            holder=holder,
            address=address,
        )

    def list_organisations(
        self, by: Facts, *, limit: int, cursor: str | None = None, **filters: str
    ) -> Facts:
        """Return items and next. Filters are q, type, province, district and as_of."""
        return self._call("list_organisations", by=by, limit=limit, cursor=cursor, **filters)

    def get_organisation(
        self, by: Facts, organisation_id: str, *, as_of: str | None = None
    ) -> Facts:
        return self._call("get_organisation", by=by, organisation_id=organisation_id, as_of=as_of)

    def add_organisation(self, by: Facts, *, wanted: Facts) -> Facts:
        return self._call("add_organisation", by=by, wanted=wanted)

    def preview_organisation_change(
        self, by: Facts, organisation_id: str, *, wanted: Facts
    ) -> Facts:
        """Return change, before, after, founded and slots; nothing is kept."""
        return self._call(
            "preview_organisation_change", by=by, organisation_id=organisation_id, wanted=wanted
        )

    def schedule_organisation_change(
        self,
        by: Facts,
        organisation_id: str,
        *,
        wanted: Facts,
        idempotency_key: str | None = None,
    ) -> Facts:
        """Return the change, applied already when its day has come, and `replayed`."""
        return self._call(
            "schedule_organisation_change",
            by=by,
            organisation_id=organisation_id,
            wanted=wanted,
            idempotency_key=idempotency_key,
        )

    def list_organisation_changes(self, by: Facts, organisation_id: str) -> Facts:
        return self._call("list_organisation_changes", by=by, organisation_id=organisation_id)

    def cancel_organisation_change(self, by: Facts, organisation_id: str, change_id: str) -> None:
        self._call(
            "cancel_organisation_change",
            by=by,
            organisation_id=organisation_id,
            change_id=change_id,
        )

    def list_closing_proposals(
        self, by: Facts, *, limit: int, cursor: str | None = None, dismissed: bool = False
    ) -> Facts:
        """Return items and next: what an imported registry did not have."""
        return self._call(
            "list_closing_proposals", by=by, limit=limit, cursor=cursor, dismissed=dismissed
        )

    def dismiss_closing_proposal(self, by: Facts, organisation_id: str, *, reason: str) -> Facts:
        """Return the proposal as dismissed."""
        return self._call(
            "dismiss_closing_proposal", by=by, organisation_id=organisation_id, reason=reason
        )

    def list_slots(
        self, by: Facts, *, limit: int, cursor: str | None = None, **filters: str
    ) -> Facts:
        """Return items and next. Filters are organisation_id and state."""
        return self._call("list_slots", by=by, limit=limit, cursor=cursor, **filters)

    def get_slot(self, by: Facts, slot_id: str) -> Facts:
        return self._call("get_slot", by=by, slot_id=slot_id)

    def add_slot(
        self,
        by: Facts,
        *,
        organisation_id: str,
        label: str,
        role: str | None = None,
        idempotency_key: str | None = None,
    ) -> Facts:
        """Return the slot as added, and `replayed`; an agency's needs a role."""
        return self._call(
            "add_slot",
            by=by,
            organisation_id=organisation_id,
            label=label,
            role=role,
            idempotency_key=idempotency_key,
        )

    def change_holder(
        self, by: Facts, slot_id: str, *, made_from: int, changes: dict[str, Any]
    ) -> Facts:
        """Return the slot. Changes are of name, position, phone, email and standing."""
        return self._call(
            "change_holder", by=by, slot_id=slot_id, made_from=made_from, changes=changes
        )

    def begin_handover(
        self,
        by: Facts,
        slot_id: str,
        *,
        reason: str | None = None,
        new_holder: dict[str, str | None] | None = None,
    ) -> Facts:
        """Return the hand-over with the issuance its slip is read from."""
        return self._call(
            "begin_handover", by=by, slot_id=slot_id, reason=reason, new_holder=new_holder
        )

    def lock_slot(self, by: Facts, slot_id: str, *, reason: str) -> Facts:
        """Return the slot."""
        return self._call("lock_slot", by=by, slot_id=slot_id, reason=reason)

    def unlock_slot(self, by: Facts, slot_id: str) -> None:
        self._call("unlock_slot", by=by, slot_id=slot_id)

    def close_slot(self, by: Facts, slot_id: str, *, reason: str) -> Facts:
        """Return the slot."""
        return self._call("close_slot", by=by, slot_id=slot_id, reason=reason)

    def begin_import(self, by: Facts, *, filename: str) -> Facts:
        """Return import_id."""
        return self._call("begin_import", by=by, filename=filename)

    def add_import_chunk(self, by: Facts, *, import_id: str, no: int, data_base64: str) -> None:
        """Send part `no`, counted from 0, of 1 MiB at most; sending it again does no harm."""
        self._call("add_import_chunk", by=by, import_id=import_id, no=no, data_base64=data_base64)

    def start_import(self, by: Facts, *, import_id: str, dry_run: bool) -> Facts:
        """Return the job, which ends with an ImportResult or `accounts.registry_refused`."""
        return self._call("start_import", by=by, import_id=import_id, dry_run=dry_run)

    def create_issuance(
        self,
        by: Facts,
        *,
        scope: dict[str, str],
        reissue: bool,
        idempotency_key: str | None = None,
    ) -> Facts:
        """Return the job, which ends with an IssuanceResult, and replayed."""
        return self._call(
            "create_issuance",
            by=by,
            scope=scope,
            reissue=reissue,
            idempotency_key=idempotency_key,
        )

    def list_issuances(self, by: Facts, *, limit: int, cursor: str | None = None) -> Facts:
        """Return items and next: what the caller's office has to hand out, never a code."""
        return self._call("list_issuances", by=by, limit=limit, cursor=cursor)

    def read_slips(
        self,
        by: Facts,
        issuance_id: str,
        *,
        district: str | None = None,
        idempotency_key: str | None = None,
    ) -> Facts:
        """Return items; an office can ask this once, and again for minutes with the same key."""
        return self._call(
            "read_slips",
            by=by,
            issuance_id=issuance_id,
            district=district,
            idempotency_key=idempotency_key,
        )

    def print_slips(
        self,
        by: Facts,
        issuance_id: str,
        *,
        district: str | None = None,
        idempotency_key: str | None = None,
    ) -> Facts:
        """Return slips, a count, and pdf_base64; it is the one reading, as `read_slips` is."""
        return self._call(
            "print_slips",
            by=by,
            issuance_id=issuance_id,
            district=district,
            idempotency_key=idempotency_key,
        )

    def hand_out_slips(
        self,
        by: Facts,
        issuance_id: str,
        *,
        slot_ids: list[str] | None = None,
        handed_to: str | None = None,
    ) -> Facts:
        """Return how many are handed out now, and how many were; no slot_ids means all."""
        return self._call(
            "hand_out_slips",
            by=by,
            issuance_id=issuance_id,
            slot_ids=slot_ids,
            handed_to=handed_to,
        )

    def get_coverage(self, by: Facts, *, axis: str) -> Facts:
        """Return items by `axis`, province or district."""
        return self._call("get_coverage", by=by, axis=axis)

    def get_job(self, by: Facts, job_id: str) -> Facts:
        return self._call("get_job", by=by, job_id=job_id)

    def change_password(
        self,
        by: Facts,
        *,
        session_id: str,
        current_password: str,
        new_password: str,
    ) -> None:
        self._call(
            "change_password",
            by=by,
            session_id=session_id,
            current_password=current_password,
            new_password=new_password,
        )

    def begin_second_factor(self, by: Facts, *, password: str) -> Facts:
        """Return secret and otpauth_uri."""
        return self._call("begin_second_factor", by=by, password=password)

    def confirm_second_factor(self, by: Facts, *, code: str) -> Facts:
        """Return recovery_codes."""
        return self._call("confirm_second_factor", by=by, code=code)

    def remove_second_factor(self, by: Facts, *, password: str, code: str) -> None:
        self._call("remove_second_factor", by=by, password=password, code=code)

    def list_audit(self, by: Facts, **filters: Any) -> Facts:
        """Return a page of the audit chain. Filters: day, act, subject, limit, cursor."""
        return self._call("list_audit", by=by, **filters)

    def begin_openid_sign_in(self, *, username: str, takeover: bool, address: str) -> Facts:
        """Return authorization_url and state."""
        return self._call(
            "begin_openid_sign_in", username=username, takeover=takeover, address=address
        )

    def begin_openid_link(self, by: Facts, *, password: str, otp: str | None = None) -> Facts:
        """Return authorization_url and state."""
        return self._call("begin_openid_link", by=by, password=password, otp=otp)

    def get_openid_link(self, by: Facts) -> Facts:
        """Return name, level and linked_at."""
        return self._call("get_openid_link", by=by)

    def remove_openid_link(self, by: Facts, *, password: str) -> None:
        self._call("remove_openid_link", by=by, password=password)

    def finish_openid(self, *, state: str, code: str) -> Facts:
        """Return the session, None where a slot was linked."""
        return self._call("finish_openid", state=state, code=code)
