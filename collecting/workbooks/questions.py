"""The XLSX face of forms: templates to fill in, and uploads of many filled ones."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from typing import Any

from chassis.jobs import Job, Jobs, runs_job
from chassis.rpc import answers
from chassis.run_in_thread import run_in_thread
from chassis.typesetter import Typesetter
from chassis.worker import timer
from collecting.filings.rules.decide import Attempt
from collecting.obligations.rules.obligation import Obligation
from collecting.quotas.rules import Sent
from collecting.rounds.rules import Round, RoundState
from collecting.settings import Settings
from collecting.stores import Stores
from collecting.workbooks.filing import Upload, WorkbookFiler
from collecting.workbooks.layout import layout_of
from collecting.workbooks.stamp import Stamp
from collecting.workbooks.templates import filename_for, filled_for
from collecting.workbooks.writing import Filled, write_workbook
from contracts.collecting.evidence import UploadNotFound
from contracts.collecting.rounds import RoundNotInState
from contracts.collecting.workbooks import BegunWorkbooksFacts, WorkbookFacts, WorkbooksUploadFacts
from contracts.errors import IdempotencyKeyReused, InvalidInput, ServiceError
from contracts.fields import wire_time
from contracts.jobs import StartedJobFacts
from contracts.paging import PageFacts, cut, page, read_position
from contracts.principal import Principal, PrincipalFacts, Role

JOB = "file_workbooks"
SWEPT_EVERY_SECONDS = 600
CHUNKS_OF_UPLOAD = 80  # of 256 KiB: 20 MiB
_FILED_IN = (RoundState.OPEN, RoundState.CLOSED)
_SAME_UPLOAD = ("round_id", "sha256", "is_check")

Facts = dict[str, Any]


class WorkbookQuestions:
    """What a collection is asked about workbooks."""

    store: Stores
    jobs: Jobs
    typesetter: Typesetter
    settings: Settings
    now: Callable[[], datetime]
    record: Callable[[list[Attempt]], list[Facts | ServiceError]]

    # -- templates ------------------------------------------------------------------------

    @answers
    def write_blank_workbook(self, form_id: str, version: int) -> str:
        """Return the workbook of a form, filled with nothing, in base64. Raises FormNotFound."""
        form = self.store.kind.get_form(form_id, version, None)
        return _written(layout_of(form), Filled(Stamp(form.id, form.version)))

    @answers
    def write_workbook(self, by: PrincipalFacts, obligation_id: str) -> WorkbookFacts:
        """Return the workbook of an obligation with the answers filed last; the slot whose duty it
        is sees what it has typed since.

        Raises ObligationNotFound, RoundNotFound, RoundPurged.
        """
        obligation = self.store.obligations.get(obligation_id)
        obligation.require_seen_by(Principal.from_wire(by))
        round_ = self.store.rounds.get(obligation.round_id)
        (written,) = self._written(Principal.from_wire(by), round_, [obligation])
        return written

    @answers
    def list_workbooks(
        self,
        by: PrincipalFacts,
        round_id: str,
        district: str | None,
        limit: int,
        cursor: str | None,
    ) -> PageFacts[WorkbookFacts]:
        """Return the workbooks of what is owed within the caller's area, of one district at most.

        Raises RoundNotFound, RoundPurged, InvalidInput.
        """
        principal = Principal.from_wire(by)
        if district is None and principal.area in ("country", "province"):
            raise InvalidInput(pointer="/district", reason="โปรดระบุอำเภอ ดาวน์โหลดได้ครั้งละหนึ่งอำเภอ")
        round_ = self.store.rounds.get(round_id)
        found = self.store.obligations.list(
            principal,
            round_id=round_id,
            state=None,
            district=district,
            after=read_position(cursor),
            limit=limit + 1,
        )
        shown, following = cut(found, limit, lambda last: (wire_time(last.due_at), last.id))
        return page(self._written(principal, round_, shown), following)

    def _written(
        self, by: Principal, round_: Round, obligations: Sequence[Obligation]
    ) -> list[WorkbookFacts]:
        layout = layout_of(round_.form(self.store.kind))
        typed = by.role is Role.LAO_OFFICER
        filled = self.store.workbooks.find_answers(obligations, typed=typed)
        return [
            {
                "filename": filename_for(owed),
                "xlsx_base64": _written(layout, filled_for(owed, round_, filled.get(owed.id, {}))),
            }
            for owed in obligations
        ]

    # -- uploads --------------------------------------------------------------------------

    @answers
    def begin_workbooks(
        self, by: PrincipalFacts, upload_id: str, upload: WorkbooksUploadFacts
    ) -> BegunWorkbooksFacts:
        """Begin an upload and return the id its chunks are sent under; when it was sent before,
        the job that works it off.

        `upload_id` is the same for every repeat by the slot. Raises OutOfScope, RoundNotFound,
        RoundPurged, RoundNotInState, IdempotencyKeyReused, QuotaReached.
        """
        principal = Principal.from_wire(by)
        principal.require_role(Role.LAO_OFFICER, Role.DISTRICT_OFFICER, Role.PROVINCE_OFFICER)
        round_ = self.store.rounds.get(upload["round_id"])
        if round_.state not in _FILED_IN:
            raise RoundNotInState(state=round_.state, needed=" / ".join(_FILED_IN))
        known = self.store.workbooks.find_upload(upload_id)
        if known is not None:
            return {"job": self._started(upload_id, known, upload), "file_id": None}
        facts = {
            "round_id": upload["round_id"],
            "sha256": upload["sha256"],
            "is_check": upload["is_check"],
            "filename": upload["filename"],
            "received_at": upload["received_at"],
            "announced_size": upload["size"],
            "content_type": "application/octet-stream",
            "kind": "workbooks",
            "upload_id": upload_id,
            "by": by,
        }
        self.store.quotas.charge(principal, Sent.WORKBOOKS, upload["size"], at=self.now())
        return {"job": None, "file_id": self.store.files.begin(facts)}

    @answers
    def add_workbooks_chunk(
        self, by: PrincipalFacts, file_id: str, number: int, data_base64: str
    ) -> None:
        """Keep one chunk of 256 KiB (the last may be shorter), or keep it again.

        Raises UploadNotFound.
        """
        if number >= CHUNKS_OF_UPLOAD:
            raise ValueError(f"chunk {number} is against the agreement")
        self._begun(by, file_id)
        self.store.files.append(file_id, number, b64decode(data_base64))

    @answers
    def start_workbooks(self, by: PrincipalFacts, file_id: str) -> StartedJobFacts:
        """Return the job that works a whole upload off; from here on nothing of it is lost.

        Asked again it returns the same. Raises UploadNotFound, IdempotencyKeyReused.
        """
        begun = self._begun(by, file_id)
        self.store.files.finish(file_id)
        facts = {name: begun[name] for name in (*_SAME_UPLOAD, "filename", "received_at", "by")}
        kept, _ = self.store.workbooks.add_upload(begun["upload_id"], {**facts, "file_id": file_id})
        if kept["file_id"] != file_id:
            self.store.files.delete(file_id)
        return self._started(begun["upload_id"], kept, begun)

    @runs_job(JOB)
    def file_workbooks(self, job: Job) -> tuple[Facts, list[Facts]]:
        """File the workbooks of an upload, or in a check only say what would be filed.

        Raises RoundNotFound, RoundPurged, UploadNotFound, WorkbooksUnreadable, TooManyWorkbooks.
        Publishes ReportFiledV1, ReportAmendedV2, NilConfirmedV1.
        """
        known = self.store.workbooks.find_upload(job.arguments["upload_id"])
        round_ = self.store.rounds.get(job.arguments["round_id"])
        if known is None:
            raise UploadNotFound(upload_id=job.arguments["upload_id"])
        layout = layout_of(round_.form(self.store.kind))
        upload = Upload(
            id=known["_id"],
            round_id=round_.id,
            accepted_at=known["received_at"],
            by=known["by"],
            is_check=known["is_check"],
        )
        with TemporaryFile() as file:
            for chunk in self.store.files.read(known["file_id"]):
                file.write(chunk)
            filer = WorkbookFiler(
                self.store, upload, round_, layout, self.record, self.typesetter.glyphs.lacking
            )
            told = filer.file(
                file, known["filename"], lambda done, total: job.show(done=done, total=total)
            )
        return told, []

    @timer(interval=SWEPT_EVERY_SECONDS)
    def sweep_old_workbooks(self) -> None:
        """Delete uploaded files some days after they were worked off; what was filed stays."""
        kept = timedelta(days=self.settings.workbooks_kept_days)
        self.store.files.sweep_kept("workbooks", before=self.now() - kept)

    def _begun(self, by: PrincipalFacts, file_id: str) -> Facts:
        facts = self.store.files.get(file_id) or self.store.files.begun(file_id)
        if facts.get("kind") != "workbooks" or facts["by"]["slot_id"] != by["slot_id"]:
            raise UploadNotFound(upload_id=file_id)
        return facts

    def _started(self, upload_id: str, known: Facts, sent: Mapping[str, Any]) -> StartedJobFacts:
        """Return the job of a kept upload. Raises IdempotencyKeyReused when this is another."""
        if any(known[name] != sent[name] for name in _SAME_UPLOAD):
            raise IdempotencyKeyReused
        arguments = {"round_id": known["round_id"], "upload_id": upload_id}
        return self.jobs.start(JOB, arguments, requested_by=known["by"], key=upload_id)


def _written(layout: Any, filled: Filled) -> str:
    return b64encode(run_in_thread(write_workbook, layout, filled)).decode()
