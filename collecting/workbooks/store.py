"""Uploads of workbooks as they are kept, and what workbooks are filled with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pymongo.errors import DuplicateKeyError

from collecting.kind import Kind
from collecting.obligations.rules.obligation import Obligation
from collecting.obligations.store import from_document

Facts = dict[str, Any]


class Workbooks:
    """Uploads by the id that follows from the slot and its Idempotency-Key."""

    def __init__(self, database: Any, kind: Kind) -> None:
        self._kind = kind
        self._uploads = database["workbook_uploads"]
        self._obligations = database["obligations"]
        self._drafts = database["drafts"]
        self._filings = database["filings"]
        self._files = database["files.files"]

    def find_upload(self, upload_id: str) -> Facts | None:
        """Return what is known of an upload whose file is whole, or None."""
        found = self._uploads.find_one({"_id": upload_id})
        return found and dict(found)

    def add_upload(self, upload_id: str, facts: Mapping[str, Any]) -> tuple[Facts, bool]:
        """Keep an upload whose file is whole; return it, or the one that is there already, and
        whether it is new.
        """
        try:
            self._uploads.insert_one({"_id": upload_id, **facts})
        except DuplicateKeyError:
            return dict(self._uploads.find_one({"_id": upload_id})), False
        return {"_id": upload_id, **facts}, True

    def find_obligations(self, obligation_ids: Iterable[str]) -> dict[str, Obligation]:
        """Return those of the obligations that exist, by id."""
        ids = list(obligation_ids)
        found = self._obligations.find({"_id": {"$in": ids}}, batch_size=len(ids) + 1)
        return {document["_id"]: from_document(document, self._kind) for document in found}

    def find_answers(self, obligations: Sequence[Obligation], *, typed: bool) -> dict[str, Facts]:
        """Return for each obligation the answers filed last; or, when asked, those typed since."""
        filed_as = {owed.last_filing_id: owed.id for owed in obligations if owed.last_filing_id}
        filings = self._filings.find({"_id": {"$in": list(filed_as)}}, {"answers": 1})
        answers = {filed_as[filing["_id"]]: filing["answers"] for filing in filings}
        if typed:
            ids = [owed.id for owed in obligations]
            drafts = self._drafts.find({"_id": {"$in": ids}}, {"answers": 1})
            answers |= {draft["_id"]: draft["answers"] for draft in drafts}
        return answers

    def missing_evidence(self, evidence_ids: list[str], obligation: Obligation) -> list[str]:
        """Return those of the ids that are no evidence of the obligation's organisation."""
        own = {
            "_id": {"$in": evidence_ids},
            "metadata.kind": "evidence",
            "metadata.organisation_id": obligation.organisation_id,
        }
        known = {found["_id"] for found in self._files.find(own, {"_id": 1})}
        return [each for each in evidence_ids if each not in known]
