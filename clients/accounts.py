"""Asking accounts."""

from __future__ import annotations

from typing import ClassVar

from clients.signing_in import SigningIn
from contracts import errors as shared
from contracts.accounts import (
    audit,
    changes,
    issuance,
    lookup,
    openid,
    organisations,
    registry,
    second_factor,
    sign_in,
    slots,
)
from contracts.errors import ServiceError, refusals_of
from contracts.jobs import JobFacts, StartedJobFacts
from contracts.paging import PageFacts
from contracts.principal import PrincipalFacts


class AccountsClient(SigningIn):
    """What accounts can be asked; a method answers in the API's shape or raises one of `errors`.

    `by` is who asks; times are RFC 3339.
    """

    service: ClassVar[str] = "accounts"
    errors: ClassVar[tuple[type[ServiceError], ...]] = (
        *refusals_of(
            changes, issuance, openid, organisations, registry, second_factor, sign_in, slots
        ),
        shared.IdempotencyKeyReused,
        shared.InvalidInput,
        shared.JobNotFound,
        shared.OutOfScope,
        shared.StaleVersion,
    )

    def list_organisations(
        self, by: PrincipalFacts, *, limit: int, cursor: str | None = None, **filters: str
    ) -> PageFacts[organisations.OrganisationFacts]:
        """Return a page. Filters are q, type, province, district and as_of, a day as ISO."""
        return self._call("list_organisations", by=by, limit=limit, cursor=cursor, **filters)

    def look_up_organisations(self, q: str) -> lookup.FoundOrganisationsFacts:
        """Return the first LAOs found by code or part of a name, for somebody not signed in."""
        return self._call("look_up_organisations", q=q)

    def get_organisation(
        self, by: PrincipalFacts, organisation_id: str, *, as_of: str | None = None
    ) -> organisations.OrganisationRecordFacts:
        """Return an organisation with its history; `as_of` a day, as ISO, as it was then."""
        return self._call("get_organisation", by=by, organisation_id=organisation_id, as_of=as_of)

    def add_organisation(
        self, by: PrincipalFacts, *, wanted: changes.OrganisationRequestFacts
    ) -> organisations.OrganisationRecordFacts:
        """Return an organisation that is in no registry, as added."""
        return self._call("add_organisation", by=by, wanted=wanted)

    def preview_organisation_change(
        self, by: PrincipalFacts, organisation_id: str, *, wanted: changes.ChangeRequestFacts
    ) -> changes.ChangePreviewFacts:
        """Return what a change would do; nothing is kept."""
        return self._call(
            "preview_organisation_change", by=by, organisation_id=organisation_id, wanted=wanted
        )

    def schedule_organisation_change(
        self,
        by: PrincipalFacts,
        organisation_id: str,
        *,
        wanted: changes.ChangeRequestFacts,
        idempotency_key: str | None = None,
    ) -> changes.ScheduledChangeFacts:
        """Return the change, applied already when its day has come."""
        return self._call(
            "schedule_organisation_change",
            by=by,
            organisation_id=organisation_id,
            wanted=wanted,
            idempotency_key=idempotency_key,
        )

    def list_organisation_changes(
        self, by: PrincipalFacts, organisation_id: str
    ) -> PageFacts[changes.OrganisationChangeFacts]:
        """Return all changes of an organisation by day, also those to come."""
        return self._call("list_organisation_changes", by=by, organisation_id=organisation_id)

    def cancel_organisation_change(
        self, by: PrincipalFacts, organisation_id: str, change_id: str
    ) -> None:
        """Take back a change whose day has not come."""
        self._call(
            "cancel_organisation_change",
            by=by,
            organisation_id=organisation_id,
            change_id=change_id,
        )

    def list_closing_proposals(
        self, by: PrincipalFacts, *, limit: int, cursor: str | None = None, dismissed: bool = False
    ) -> PageFacts[changes.ClosingProposalFacts]:
        """Return a page of what an imported registry did not have."""
        return self._call(
            "list_closing_proposals", by=by, limit=limit, cursor=cursor, dismissed=dismissed
        )

    def dismiss_closing_proposal(
        self, by: PrincipalFacts, organisation_id: str, *, reason: str
    ) -> changes.ClosingProposalFacts:
        """Return the proposal as dismissed."""
        return self._call(
            "dismiss_closing_proposal", by=by, organisation_id=organisation_id, reason=reason
        )

    def list_slots(
        self, by: PrincipalFacts, *, limit: int, cursor: str | None = None, **filters: str
    ) -> PageFacts[slots.SlotFacts]:
        """Return a page of the slots the caller covers. Filters are organisation_id and state."""
        return self._call("list_slots", by=by, limit=limit, cursor=cursor, **filters)

    def get_slot(self, by: PrincipalFacts, slot_id: str) -> slots.SlotDetailFacts:
        """Return a slot; to whoever does not hold it and is not above it, without contact."""
        return self._call("get_slot", by=by, slot_id=slot_id)

    def add_slot(
        self,
        by: PrincipalFacts,
        *,
        organisation_id: str,
        label: str,
        role: str | None = None,
        idempotency_key: str | None = None,
    ) -> slots.AddedSlotFacts:
        """Return the slot as added; an agency's needs a role."""
        return self._call(
            "add_slot",
            by=by,
            organisation_id=organisation_id,
            label=label,
            role=role,
            idempotency_key=idempotency_key,
        )

    def change_holder(
        self, by: PrincipalFacts, slot_id: str, *, made_from: int, changes: slots.HolderChangeFacts
    ) -> slots.SlotDetailFacts:
        """Return the slot; `made_from` is the version that was read."""
        return self._call(
            "change_holder", by=by, slot_id=slot_id, made_from=made_from, changes=changes
        )

    def begin_handover(
        self,
        by: PrincipalFacts,
        slot_id: str,
        *,
        reason: str | None = None,
        new_holder: slots.NewHolderFacts | None = None,
    ) -> slots.HandoverFacts:
        """Return the hand-over with the issuance its slip is read from."""
        return self._call(
            "begin_handover", by=by, slot_id=slot_id, reason=reason, new_holder=new_holder
        )

    def lock_slot(self, by: PrincipalFacts, slot_id: str, *, reason: str) -> slots.SlotDetailFacts:
        """Return the slot as locked; a live session ends."""
        return self._call("lock_slot", by=by, slot_id=slot_id, reason=reason)

    def unlock_slot(self, by: PrincipalFacts, slot_id: str) -> None:
        """Let a slot be used again; nothing happens where it is not locked."""
        self._call("unlock_slot", by=by, slot_id=slot_id)

    def close_slot(self, by: PrincipalFacts, slot_id: str, *, reason: str) -> slots.SlotDetailFacts:
        """Return the slot as closed for ever; a live session ends."""
        return self._call("close_slot", by=by, slot_id=slot_id, reason=reason)

    def begin_import(self, by: PrincipalFacts, *, filename: str) -> registry.BegunImportFacts:
        """Return the id under which to send a registry."""
        return self._call("begin_import", by=by, filename=filename)

    def add_import_chunk(
        self, by: PrincipalFacts, *, import_id: str, no: int, data_base64: str
    ) -> None:
        """Send part `no`, from 0, of 1 MiB at most; again does no harm."""
        self._call("add_import_chunk", by=by, import_id=import_id, no=no, data_base64=data_base64)

    def start_import(self, by: PrincipalFacts, *, import_id: str, dry_run: bool) -> StartedJobFacts:
        """Return the job, which ends with an ImportResult or `accounts.registry_refused`."""
        return self._call("start_import", by=by, import_id=import_id, dry_run=dry_run)

    def create_issuance(
        self,
        by: PrincipalFacts,
        *,
        scope: issuance.IssuanceScopeFacts,
        reissue: bool,
        idempotency_key: str | None = None,
    ) -> StartedJobFacts:
        """Return the job, which ends with an IssuanceResult."""
        return self._call(
            "create_issuance",
            by=by,
            scope=scope,
            reissue=reissue,
            idempotency_key=idempotency_key,
        )

    def list_issuances(
        self, by: PrincipalFacts, *, limit: int, cursor: str | None = None
    ) -> PageFacts[issuance.IssuanceFacts]:
        """Return a page of what the caller's office has to hand out, never a code."""
        return self._call("list_issuances", by=by, limit=limit, cursor=cursor)

    def read_slips(
        self,
        by: PrincipalFacts,
        issuance_id: str,
        *,
        district: str | None = None,
        idempotency_key: str | None = None,
    ) -> issuance.SlipListFacts:
        """Return the slips; an office can ask this once, and for minutes again with its key."""
        return self._call(
            "read_slips",
            by=by,
            issuance_id=issuance_id,
            district=district,
            idempotency_key=idempotency_key,
        )

    def print_slips(
        self,
        by: PrincipalFacts,
        issuance_id: str,
        *,
        district: str | None = None,
        idempotency_key: str | None = None,
    ) -> issuance.PrintedSlipsFacts:
        """Return the slips as a PDF; it is the one reading, as `read_slips` is."""
        return self._call(
            "print_slips",
            by=by,
            issuance_id=issuance_id,
            district=district,
            idempotency_key=idempotency_key,
        )

    def hand_out_slips(
        self,
        by: PrincipalFacts,
        issuance_id: str,
        *,
        slot_ids: list[str] | None = None,
        handed_to: str | None = None,
    ) -> issuance.HandoutFacts:
        """Return how many are handed out now, and how many were; no slot_ids means all."""
        return self._call(
            "hand_out_slips",
            by=by,
            issuance_id=issuance_id,
            slot_ids=slot_ids,
            handed_to=handed_to,
        )

    def get_coverage(
        self, by: PrincipalFacts, *, axis: str
    ) -> PageFacts[issuance.CoverageItemFacts]:
        """Return how far codes have come by `axis`, province or district."""
        return self._call("get_coverage", by=by, axis=axis)

    def get_job(self, by: PrincipalFacts, job_id: str) -> JobFacts:
        """Return the caller's own job."""
        return self._call("get_job", by=by, job_id=job_id)

    def list_audit(
        self, by: PrincipalFacts, *, limit: int, cursor: str | None = None, **filters: str
    ) -> PageFacts[audit.AuditEntryFacts]:
        """Return a page of the audit chain. Filters are day, act and subject."""
        return self._call("list_audit", by=by, limit=limit, cursor=cursor, **filters)
