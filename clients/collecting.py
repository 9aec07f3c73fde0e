"""Asking a service that keeps a collection."""

from __future__ import annotations

from typing import ClassVar

from clients.rounds import RoundsClient
from contracts.collecting import (
    corrections,
    drafts,
    evidence,
    extensions,
    filings,
    forms,
    obligations,
    orders,
    quotas,
    receipts,
    rounds,
    signatures,
    workbooks,
)
from contracts.errors import ServiceError, refusals_of
from contracts.fields import JsonObject
from contracts.jobs import JobFacts, StartedJobFacts
from contracts.paging import PageFacts
from contracts.principal import PrincipalFacts


class CollectionClient(RoundsClient):
    """What every collection can be asked; a method answers in the API's shape or raises one of
    `errors`.

    `by` is who asks; times are RFC 3339.
    """

    service: ClassVar[str]
    errors: ClassVar[tuple[type[ServiceError], ...]] = refusals_of(
        corrections,
        drafts,
        evidence,
        extensions,
        filings,
        forms,
        obligations,
        orders,
        quotas,
        receipts,
        rounds,
        signatures,
    )

    def extend_round(
        self,
        by: PrincipalFacts,
        round_id: str,
        proposal: extensions.ExtensionProposalFacts,
        *,
        key: str | None = None,
    ) -> StartedJobFacts:
        """Return the job that gives part of a round another due date, one for each `key`."""
        return self._call("extend_round", by=by, round_id=round_id, proposal=proposal, key=key)

    def withdraw_extension(
        self,
        by: PrincipalFacts,
        round_id: str,
        no: int,
        order: extensions.WithdrawnExtensionFacts,
        *,
        key: str | None = None,
    ) -> StartedJobFacts:
        """Return the job that withdraws extension `no`, the same for the same `key`."""
        return self._call(
            "withdraw_extension", by=by, round_id=round_id, no=no, order=order, key=key
        )

    def list_extensions(
        self, by: PrincipalFacts, round_id: str, *, limit: int, cursor: str | None
    ) -> PageFacts[extensions.ExtensionFacts]:
        """Return a page of the orders on a round's due dates, by number."""
        return self._call("list_extensions", by=by, round_id=round_id, limit=limit, cursor=cursor)

    def exempt_obligation(
        self, by: PrincipalFacts, obligation_id: str, exemption: orders.ExemptionBodyFacts
    ) -> obligations.ObligationFacts:
        """Return the obligation as exempted or waived by an order."""
        return self._call(
            "exempt_obligation", by=by, obligation_id=obligation_id, exemption=exemption
        )

    def lift_exemption(self, by: PrincipalFacts, obligation_id: str) -> obligations.ObligationFacts:
        """Return the obligation as owed again."""
        return self._call("lift_exemption", by=by, obligation_id=obligation_id)

    def change_organisation_in_round(
        self, by: PrincipalFacts, round_id: str, proposal: orders.OrganisationActFacts
    ) -> PageFacts[obligations.ObligationFacts]:
        """Return what an organisation owes once an order has added, renamed or closed it."""
        return self._call(
            "change_organisation_in_round", by=by, round_id=round_id, proposal=proposal
        )

    def list_obligations(
        self,
        by: PrincipalFacts,
        *,
        round_id: str | None,
        state: str | None,
        limit: int,
        cursor: str | None,
    ) -> PageFacts[obligations.ObligationFacts]:
        """Return a page of what the caller owes or may see, the soonest due first."""
        return self._call(
            "list_obligations", by=by, round_id=round_id, state=state, limit=limit, cursor=cursor
        )

    def get_obligation(self, by: PrincipalFacts, obligation_id: str) -> obligations.ObligationFacts:
        """Return an obligation, with what offices did about it."""
        return self._call("get_obligation", by=by, obligation_id=obligation_id)

    def get_draft(
        self,
        by: PrincipalFacts,
        obligation_id: str,
        *,
        holder: drafts.DraftHolderFacts | None = None,
    ) -> drafts.DraftFacts:
        """Return the draft, prefilled where nothing is typed, also from the `holder` if told."""
        return self._call("get_draft", by=by, obligation_id=obligation_id, holder=holder)

    def save_draft(
        self,
        by: PrincipalFacts,
        obligation_id: str,
        *,
        made_from: int,
        answers: JsonObject,
        confirmed: list[str] | None = None,
    ) -> drafts.DraftFacts:
        """Return the draft as kept, complete or not; `made_from` is the version that was read, and
        `confirmed` points to prefilled answers that hold.
        """
        return self._call(
            "save_draft",
            by=by,
            obligation_id=obligation_id,
            made_from=made_from,
            answers=answers,
            confirmed=confirmed,
        )

    def return_report(
        self, by: PrincipalFacts, obligation_id: str, proposal: corrections.ReturnBodyFacts
    ) -> obligations.ObligationFacts:
        """Return the obligation with its filing given back for correction until `due_at`."""
        return self._call("return_report", by=by, obligation_id=obligation_id, proposal=proposal)

    def take_return_back(
        self, by: PrincipalFacts, obligation_id: str
    ) -> obligations.ObligationFacts:
        """Return the obligation, no more given back."""
        return self._call("take_return_back", by=by, obligation_id=obligation_id)

    def accept_report(
        self, by: PrincipalFacts, obligation_id: str, proposal: corrections.AcceptanceBodyFacts
    ) -> obligations.ObligationFacts:
        """Return the obligation with the revision in force accepted."""
        return self._call("accept_report", by=by, obligation_id=obligation_id, proposal=proposal)

    def sign_draft(
        self,
        by: PrincipalFacts,
        obligation_id: str,
        *,
        part: str,
        made_from: int,
        person: signatures.SignatureBodyFacts,
    ) -> obligations.ObligationFacts:
        """Return the obligation as signed; `part` is preparer or head, and `made_from` the version
        of the draft, or the revision to be taken back, that the signer has read.
        """
        return self._call(
            "sign_draft",
            by=by,
            obligation_id=obligation_id,
            part=part,
            made_from=made_from,
            person=person,
        )

    def unlock_draft(self, by: PrincipalFacts, obligation_id: str) -> obligations.ObligationFacts:
        """Return the obligation without signatures."""
        return self._call("unlock_draft", by=by, obligation_id=obligation_id)

    def get_form(self, form_id: str, version: int) -> forms.FormFacts:
        """Return the definition of a form, which never changes."""
        return self._call("get_form", form_id=form_id, version=version)

    def print_blank_form(self, by: PrincipalFacts, form_id: str, version: int) -> str:
        """Return base64 of a PDF."""
        return str(self._call("print_blank_form", by=by, form_id=form_id, version=version))

    def print_filing(self, by: PrincipalFacts, filing_id: str) -> str:
        """Return base64 of a PDF."""
        return str(self._call("print_filing", by=by, filing_id=filing_id))

    def get_filing(self, by: PrincipalFacts, filing_id: str) -> filings.FilingFacts:
        """Return a filing with its answers, or why it was refused. FilingNotFound tells as
        `intake_empty_at` when nothing was left that could become it.
        """
        return self._call("get_filing", by=by, filing_id=filing_id)

    def get_receipt(self, by: PrincipalFacts, filing_id: str) -> receipts.ReceiptFacts:
        """Return the receipt of a recorded filing."""
        return self._call("get_receipt", by=by, filing_id=filing_id)

    def list_filings(
        self, by: PrincipalFacts, obligation_id: str
    ) -> PageFacts[filings.FilingFacts]:
        """Return all revisions on an obligation, each with the answers it changed."""
        return self._call("list_filings", by=by, obligation_id=obligation_id)

    def verify_receipt(self, *, jws: str, claimed: JsonObject | None) -> receipts.ReceiptCheckFacts:
        """Return whether a receipt is ours and unchanged; `claimed` are the fields with it."""
        return self._call("verify_receipt", jws=jws, claimed=claimed)

    def list_signing_keys(self) -> receipts.JwksFacts:
        """Return the public keys of receipts, those retired too."""
        return self._call("list_signing_keys")

    def print_receipt(self, by: PrincipalFacts, filing_id: str) -> receipts.PrintedReceiptFacts:
        """Return the receipt as a PDF, the same bytes each time."""
        return self._call("print_receipt", by=by, filing_id=filing_id)

    def prove_receipt(self, by: PrincipalFacts, filing_id: str) -> receipts.RollProofFacts:
        """Return the proof that a receipt stands in the roll of its day."""
        return self._call("prove_receipt", by=by, filing_id=filing_id)

    def list_receipt_rolls(
        self, round_id: str | None, *, limit: int, cursor: str | None
    ) -> PageFacts[receipts.RollFacts]:
        """Return a page of rolls, the newest first; without a round, of all live ones."""
        return self._call("list_receipt_rolls", round_id=round_id, limit=limit, cursor=cursor)

    def get_receipt_roll(self, day: str, round_id: str | None) -> receipts.RollFacts:
        """Return the roll of a `day`, as ISO; without a round, of all live ones."""
        return self._call("get_receipt_roll", day=day, round_id=round_id)

    def begin_evidence(
        self,
        by: PrincipalFacts,
        *,
        filename: str,
        obligation_id: str | None,
        round_id: str | None,
        size: int,
    ) -> evidence.EvidenceUploadFacts:
        """Return the id of an upload of `size` bytes, for an obligation, a round or neither."""
        return self._call(
            "begin_evidence",
            by=by,
            filename=filename,
            obligation_id=obligation_id,
            round_id=round_id,
            size=size,
        )

    def add_evidence_chunk(
        self, by: PrincipalFacts, upload_id: str, *, number: int, data_base64: str
    ) -> None:
        """Send chunk `number`, from 0, of 256 KiB but for the last; again does no harm."""
        self._call(
            "add_evidence_chunk", by=by, upload_id=upload_id, number=number, data_base64=data_base64
        )

    def finish_evidence(self, by: PrincipalFacts, upload_id: str) -> evidence.KeptEvidenceFacts:
        """Return what the upload has become when looked into; refused, nothing of it stays."""
        return self._call("finish_evidence", by=by, upload_id=upload_id)

    def get_evidence(self, by: PrincipalFacts, evidence_id: str) -> evidence.EvidenceFacts:
        """Return what is known of a piece of evidence."""
        return self._call("get_evidence", by=by, evidence_id=evidence_id)

    def read_evidence(self, by: PrincipalFacts, evidence_id: str, *, number: int) -> str:
        """Return base64 of chunk `number`, from 0, of 256 KiB; empty beyond the last."""
        return self._call("read_evidence", by=by, evidence_id=evidence_id, number=number)

    def list_evidence(
        self, by: PrincipalFacts, *, limit: int, cursor: str | None
    ) -> PageFacts[evidence.EvidenceFacts]:
        """Return a page of evidence the caller may see, the newest first."""
        return self._call("list_evidence", by=by, limit=limit, cursor=cursor)

    def use_evidence(
        self, by: PrincipalFacts, obligation_id: str, evidence_ids: list[str]
    ) -> evidence.UnknownEvidenceFacts:
        """Return what a filing must not name; the rest can be deleted no more."""
        return self._call(
            "use_evidence", by=by, obligation_id=obligation_id, evidence_ids=evidence_ids
        )

    def delete_evidence(self, by: PrincipalFacts, evidence_id: str) -> None:
        """Delete evidence that no filing has named."""
        self._call("delete_evidence", by=by, evidence_id=evidence_id)

    def write_blank_workbook(self, form_id: str, version: int) -> str:
        """Return base64 of an XLSX file."""
        return self._call("write_blank_workbook", form_id=form_id, version=version)

    def write_workbook(self, by: PrincipalFacts, obligation_id: str) -> workbooks.WorkbookFacts:
        """Return the workbook of an obligation, filled with its draft or what was filed last."""
        return self._call("write_workbook", by=by, obligation_id=obligation_id)

    def list_workbooks(
        self,
        by: PrincipalFacts,
        round_id: str,
        *,
        district: str | None,
        limit: int,
        cursor: str | None,
    ) -> PageFacts[workbooks.WorkbookFacts]:
        """Return a page of the workbooks of a district, by default the caller's own."""
        return self._call(
            "list_workbooks",
            by=by,
            round_id=round_id,
            district=district,
            limit=limit,
            cursor=cursor,
        )

    def begin_workbooks(
        self, by: PrincipalFacts, upload_id: str, upload: workbooks.WorkbooksUploadFacts
    ) -> workbooks.BegunWorkbooksFacts:
        """Return the id to send the file under, or the job where it was sent before: `upload_id` is
        the same for each repeat.
        """
        return self._call("begin_workbooks", by=by, upload_id=upload_id, upload=upload)

    def add_workbooks_chunk(
        self, by: PrincipalFacts, file_id: str, *, number: int, data_base64: str
    ) -> None:
        """Send chunk `number`, from 0, of 256 KiB but for the last; again does no harm."""
        self._call(
            "add_workbooks_chunk", by=by, file_id=file_id, number=number, data_base64=data_base64
        )

    def start_workbooks(self, by: PrincipalFacts, file_id: str) -> StartedJobFacts:
        """Return the job that works a whole upload off, the same when asked again."""
        return self._call("start_workbooks", by=by, file_id=file_id)

    def count_receipts(self) -> PageFacts[receipts.ReceiptCountFacts]:
        """Return for each round how many receipts there are."""
        return self._call("count_receipts")

    def get_job(self, by: PrincipalFacts, job_id: str) -> JobFacts:
        """Return the caller's own job."""
        return self._call("get_job", by=by, job_id=job_id)
