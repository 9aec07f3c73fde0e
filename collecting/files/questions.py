"""Evidence: taken in chunk by chunk, looked into, kept, found, handed out again."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import datetime
from typing import Any

from eventlet.semaphore import Semaphore

from chassis.rpc import answers
from chassis.run_in_thread import run_in_thread
from chassis.work_line import WorkLine
from chassis.worker import timer
from collecting.files.scan import Scanner
from collecting.files.sniff import media_type_of, name_of
from collecting.files.store.gridfs import CHUNK_BYTES
from collecting.metrics import record_evidence
from collecting.quotas.rules import Sent
from collecting.rounds.rules import RoundState
from collecting.stores import Stores
from contracts.collecting.evidence import (
    EvidenceFacts,
    EvidenceUploadFacts,
    KeptEvidenceFacts,
    UnknownEvidenceFacts,
    UploadNotFound,
)
from contracts.collecting.rounds import RoundNotFound, RoundPurged
from contracts.errors import ServiceUnavailable
from contracts.fields import wire_time
from contracts.paging import PageFacts, cut, page, read_position
from contracts.principal import Principal, PrincipalFacts, Role

CHUNKS_OF_EVIDENCE = 80  # of 256 KiB: 20 MiB
EVIDENCE_BYTES = CHUNKS_OF_EVIDENCE * CHUNK_BYTES
INSPECTED_AT_ONCE = 2  # each is in memory as a whole meanwhile
INSPECTIONS_WAITING = 30  # each holds a worker of the process: 32 of 64 in all
INSPECTIONS_OF_A_SLOT = 2
SWEPT_EVERY_SECONDS = 300

Facts = dict[str, Any]
_line = WorkLine(
    "inspection",
    threads=INSPECTED_AT_ONCE,
    waiting=INSPECTIONS_WAITING,
    per_caller=INSPECTIONS_OF_A_SLOT,
)
_inspections = Semaphore(INSPECTED_AT_ONCE)


class EvidenceQuestions:
    """What a collection is asked about evidence."""

    name: str
    store: Stores
    scanner: Scanner
    now: Callable[[], datetime]

    @answers
    def begin_evidence(
        self,
        by: PrincipalFacts,
        filename: str,
        obligation_id: str | None,
        round_id: str | None,
        size: int = EVIDENCE_BYTES,
    ) -> EvidenceUploadFacts:
        """Begin an upload by an LAO's slot, for an obligation, a round or just to have it. Its size
        counts from here on, whatever becomes of it; not announced, it is the most it may be.

        Raises OutOfScope, ObligationNotFound, RoundNotFound, RoundPurged, ServiceUnavailable,
        QuotaReached.
        """
        principal = Principal.from_wire(by)
        principal.require_role(Role.LAO_OFFICER)
        if obligation_id is not None:
            obligation = self.store.obligations.get(obligation_id)
            obligation.require_filed_by(principal)
            round_id = obligation.round_id
        if round_id is not None:
            self.store.rounds.get(round_id)
        place = self.store.evidence.place_of(principal.organisation_id)
        if place is None:  # accounts' news of the organisation is still on its way
            raise ServiceUnavailable(service=self.name)
        facts = {
            "filename": filename,
            "announced_size": size,
            "round_id": round_id,
            "obligation_id": obligation_id,
            "organisation_id": place.organisation_id,
            "province_code": place.province,
            "district_code": place.district,
            "slot_id": principal.slot_id,
            "username": principal.username,
            "holder_name": principal.holder_name,
        }
        self.store.quotas.charge(principal, Sent.EVIDENCE, size, at=self.now())
        return {"upload_id": self.store.files.begin(facts)}

    @answers
    def add_evidence_chunk(
        self, by: PrincipalFacts, upload_id: str, number: int, data_base64: str
    ) -> None:
        """Keep one chunk of 256 KiB (the last may be shorter), or keep it again.

        Raises UploadNotFound.
        """
        if number >= CHUNKS_OF_EVIDENCE:
            raise ValueError(f"chunk {number} is against the agreement")
        self._upload(by, upload_id)
        self.store.files.append(upload_id, number, b64decode(data_base64))

    @answers
    def finish_evidence(self, by: PrincipalFacts, upload_id: str) -> KeptEvidenceFacts:
        """Look into what was uploaded and keep it; `is_new` says whether the organisation did not
        have it already. Refused, nothing of it stays. Asked again, what was kept is returned.

        Who comes when too many wait is refused at once.

        Raises UploadNotFound, EvidenceTypeRefused, MalwareFound, ScannerUnavailable, RoundNotFound,
        RoundPurged, TooManyAtOnce, WorkLineFull.
        """
        if (kept := self._kept(by, upload_id)) is not None:
            return {"evidence": to_wire(kept), "is_new": True}
        facts = self._upload(by, upload_id)
        try:
            with _line.place(by["slot_id"]), _inspections:
                evidence, is_new = self._inspect(upload_id, facts)
        except Exception:
            self.store.files.drop(upload_id)
            if (kept := self._kept(by, upload_id)) is None:
                record_evidence(self.name, "refused")
                raise
            evidence, is_new = kept, True
        record_evidence(self.name, "kept")
        if facts["round_id"] is not None:
            self._leave_nothing_to_a_purge(facts["round_id"])
        return {"evidence": to_wire(evidence), "is_new": is_new}

    @answers
    def get_evidence(self, by: PrincipalFacts, evidence_id: str) -> EvidenceFacts:
        """Return what is known of a piece of evidence. Raises EvidenceNotFound."""
        return to_wire(self.store.evidence.get(Principal.from_wire(by), evidence_id))

    @answers
    def read_evidence(self, by: PrincipalFacts, evidence_id: str, number: int) -> str:
        """Return one chunk in base64; empty beyond the last. Raises EvidenceNotFound."""
        self.store.evidence.get(Principal.from_wire(by), evidence_id)
        return b64encode(self.store.files.read_chunk(evidence_id, number)).decode()

    @answers
    def list_evidence(
        self, by: PrincipalFacts, limit: int, cursor: str | None
    ) -> PageFacts[EvidenceFacts]:
        """Return the evidence the caller may see, newest first. Raises InvalidInput."""
        found = self.store.evidence.list(
            Principal.from_wire(by), before=read_position(cursor), limit=limit + 1
        )
        shown, following = cut(found, limit, lambda last: (wire_time(last["kept_at"]), last["id"]))
        return page([to_wire(facts) for facts in shown], following)

    @answers
    def use_evidence(
        self, by: PrincipalFacts, obligation_id: str, evidence_ids: list[str]
    ) -> UnknownEvidenceFacts:
        """Note that a filing is about to name evidence; from then on it cannot be deleted.
        `unknown` are those that are no evidence of the obligation's organisation.

        Raises ObligationNotFound, RoundNotFound, RoundPurged.
        """
        obligation = self.store.obligations.get(obligation_id)
        obligation.require_filed_by(Principal.from_wire(by))
        unknown = self.store.evidence.use(evidence_ids, obligation)
        self._leave_nothing_to_a_purge(obligation.round_id)
        return {"unknown": [*unknown]}

    @answers
    def delete_evidence(self, by: PrincipalFacts, evidence_id: str) -> None:
        """Delete evidence that no filing names, by a slot of its organisation.

        Raises OutOfScope, EvidenceNotFound, EvidenceInUse.
        """
        principal = Principal.from_wire(by)
        self.store.evidence.get(principal, evidence_id)
        principal.require_role(Role.LAO_OFFICER)
        self.store.evidence.delete(evidence_id)

    @timer(interval=SWEPT_EVERY_SECONDS)
    def sweep_unfinished_files(self) -> None:
        """Delete what was begun an hour ago and never finished."""
        self.store.files.sweep()

    def _upload(self, by: PrincipalFacts, upload_id: str) -> Facts:
        facts = self.store.files.begun(upload_id)
        if facts.get("slot_id") != by["slot_id"]:
            raise UploadNotFound(upload_id=upload_id)
        return facts

    def _kept(self, by: PrincipalFacts, upload_id: str) -> Facts | None:
        """Return the evidence an upload of the slot has become, if it has."""
        kept = self.store.files.get(upload_id)
        return kept if kept is not None and kept.get("slot_id") == by["slot_id"] else None

    def _inspect(self, upload_id: str, facts: Facts) -> tuple[Facts, bool]:
        content = self.store.files.collected(upload_id)
        media_type = run_in_thread(media_type_of, content)
        self.scanner.scan(content)
        facts = {
            **facts,
            "filename": name_of(facts["filename"], media_type),
            "content_type": media_type,
            "state": self.scanner.state,
        }
        return self.store.evidence.add(upload_id, facts, content)

    def _leave_nothing_to_a_purge(self, round_id: str) -> None:
        """A purge that began meanwhile may have been here already."""
        try:
            if self.store.rounds.get(round_id).state is not RoundState.PURGING:
                return
        except (RoundNotFound, RoundPurged):
            self.store.files.delete_of_round(round_id)
            raise
        self.store.files.delete_of_round(round_id)
        raise RoundNotFound(round_id=round_id)


def to_wire(facts: Facts) -> EvidenceFacts:
    """Return evidence as the API shows it."""
    return {
        "id": facts["id"],
        "organisation_id": facts["organisation_id"],
        "filename": facts["filename"],
        "media_type": facts["content_type"],
        "size": facts["size"],
        "sha256": facts["sha256"],
        "state": facts["state"],
        "uploaded_at": wire_time(facts["kept_at"]),
        "uploaded_by": {
            "slot_id": facts["slot_id"],
            "username": facts["username"],
            "holder_name": facts["holder_name"],
        },
        "obligation_id": facts["obligation_id"],
        "round_ids": facts["round_ids"],
        "used_on": facts["used_on"],
    }
