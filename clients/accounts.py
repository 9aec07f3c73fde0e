"""Asking accounts."""

from __future__ import annotations

from typing import Any

from chassis.rpc import Call
from contracts import errors as shared
from contracts.accounts import errors

Facts = dict[str, Any]


class AccountsClient:
    """What accounts can be asked; every method answers in the API's shape or raises a refusal.

    `by` is the wire form of the Principal who asks.
    """

    service = "accounts"
    errors = (
        errors.ActivationCodeSpent,
        errors.ImportNotFound,
        errors.IssuanceNotFound,
        errors.OrganisationNotFound,
        errors.SessionEnded,
        errors.SlipsAlreadyRead,
        errors.SlotInUse,
        errors.TooManyAttempts,
        errors.WeakPassword,
        errors.WrongActivationCode,
        errors.WrongCredentials,
        shared.InvalidInput,
        shared.JobNotFound,
        shared.OutOfScope,
    )

    def __init__(self, call: Call) -> None:
        self._call = call

    def open_session(self, *, username: str, password: str, takeover: bool, address: str) -> Facts:
        """Return token, expires_at and principal."""
        return self._call(
            "open_session",
            username=username,
            password=password,
            takeover=takeover,
            address=address,
        )

    def find_sessions(self, token_hashes: list[str]) -> dict[str, Facts]:
        """Return by token hash either session_id, expires_at and principal, or ended and since.

        The principal is in its wire form; a token that opens nothing is left out.
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
        """Return items and next. Filters are q, type, province and district."""
        return self._call("list_organisations", by=by, limit=limit, cursor=cursor, **filters)

    def get_organisation(self, by: Facts, organisation_id: str) -> Facts:
        return self._call("get_organisation", by=by, organisation_id=organisation_id)

    def list_slots(
        self, by: Facts, *, limit: int, cursor: str | None = None, **filters: str
    ) -> Facts:
        """Return items and next. Filters are organisation_id and state."""
        return self._call("list_slots", by=by, limit=limit, cursor=cursor, **filters)

    def begin_import(self, by: Facts, *, filename: str) -> Facts:
        """Return import_id."""
        return self._call("begin_import", by=by, filename=filename)

    def add_import_chunk(self, *, import_id: str, no: int, data_base64: str) -> None:
        """Send part `no`, counted from 0, of 1 MiB at most; sending it again does no harm."""
        self._call("add_import_chunk", import_id=import_id, no=no, data_base64=data_base64)

    def start_import(self, by: Facts, *, import_id: str, dry_run: bool) -> Facts:
        """Return the job, which ends with an ImportResult or `accounts.registry_refused`."""
        return self._call("start_import", by=by, import_id=import_id, dry_run=dry_run)

    def create_issuance(self, by: Facts, *, scope: dict[str, str], reissue: bool) -> Facts:
        """Return the job, which ends with an IssuanceResult."""
        return self._call("create_issuance", by=by, scope=scope, reissue=reissue)

    def read_slips(self, by: Facts, issuance_id: str, *, district: str | None = None) -> Facts:
        """Return items; an office can ask this once."""
        return self._call("read_slips", by=by, issuance_id=issuance_id, district=district)

    def get_coverage(self, by: Facts, *, axis: str) -> Facts:
        """Return items by `axis`, province or district."""
        return self._call("get_coverage", by=by, axis=axis)

    def get_job(self, by: Facts, job_id: str) -> Facts:
        return self._call("get_job", by=by, job_id=job_id)
