"""Evidence as it is kept: files of an organisation, each content once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo.errors import DuplicateKeyError

from collecting.files.store.gridfs import Facts, Files, facts_of, sha256_of
from collecting.obligations.rules.obligation import Obligation
from contracts.collecting.evidence import EvidenceInUse, EvidenceNotFound
from contracts.principal import Place, Principal

_KIND = {"metadata.kind": "evidence"}
_FIELDS_OF_AREA = {
    "province": "metadata.province_code",
    "district": "metadata.district_code",
    "organisation": "metadata.organisation_id",
}


class Evidence:
    """What organisations sent to show that their answers are true."""

    def __init__(self, database: Any, files: Files) -> None:
        self._documents = database["files.files"]
        self._organisations = database["organisations"]
        self._files = files

    def place_of(self, organisation_id: str | None) -> Place | None:
        """Return where an organisation stands; None when we have not heard of it yet."""
        found = self._organisations.find_one(
            {"_id": organisation_id}, {"province_code": 1, "district_code": 1}
        )
        return found and Place(found["province_code"], found["district_code"], found["_id"])

    def add(self, file_id: str, facts: Mapping[str, Any], content: bytes) -> tuple[Facts, bool]:
        """Make evidence of a finished upload; return it, and whether its content is new.

        When the organisation has the same content already, that is what is returned. Asked again
        it returns what it made. Raises UploadNotFound when the upload was dropped meanwhile.
        """
        sha256 = sha256_of(content)
        facts = {**facts, "kind": "evidence", "used_on": []}
        while True:
            try:
                return self._files.keep(file_id, facts, size=len(content), sha256=sha256), True
            except DuplicateKeyError:
                known = self._documents.find_one_and_update(
                    {
                        **_KIND,
                        "metadata.organisation_id": facts["organisation_id"],
                        "metadata.sha256": sha256,
                    },
                    {
                        # What a scanner has looked into stays clean.
                        "$min": {"metadata.state": facts["state"]},
                        "$addToSet": {"metadata.round_ids": {"$each": _rounds(facts)}},
                    },
                    return_document=True,
                )
            if known is not None:  # else it was deleted meanwhile: this is the first one again
                is_new = known["_id"] == file_id
                if not is_new:
                    self._files.drop(file_id)
                return facts_of(known), is_new

    def get(self, by: Principal, evidence_id: str) -> Facts:
        """Return evidence the caller may see. Raises EvidenceNotFound."""
        document = self._documents.find_one({"_id": evidence_id, **_KIND})
        if document is None or not by.covers(_place(document["metadata"])):
            raise EvidenceNotFound(evidence_id=evidence_id)
        return facts_of(document)

    def list(
        self, by: Principal, *, before: tuple[datetime, str] | None, limit: int
    ) -> list[Facts]:
        """Return what the caller may see, newest first, from before a (kept_at, id)."""
        wanted: dict[str, Any] = {**_KIND, **by.within(_FIELDS_OF_AREA)}
        if before is not None:
            kept_at, evidence_id = before
            wanted["$or"] = [
                {"uploadDate": {"$lt": kept_at}},
                {"uploadDate": kept_at, "_id": {"$lt": evidence_id}},
            ]
        found = self._documents.find(wanted).sort([("uploadDate", -1), ("_id", -1)]).limit(limit)
        return [facts_of(document) for document in found]

    def use(self, evidence_ids: Sequence[str], obligation: Obligation) -> Sequence[str]:
        """Note that a filing on the obligation names them, so that they stay; return those of
        them that are no evidence of its organisation.
        """
        own = {
            "_id": {"$in": [*evidence_ids]},
            **_KIND,
            "metadata.organisation_id": obligation.organisation_id,
        }
        self._documents.update_many(
            own,
            {
                "$addToSet": {
                    "metadata.round_ids": obligation.round_id,
                    "metadata.used_on": obligation.id,
                }
            },
        )
        used = {
            document["_id"]
            for document in self._documents.find(
                {**own, "metadata.used_on": obligation.id}, {"_id": 1}
            )
        }
        return [each for each in evidence_ids if each not in used]

    def delete(self, evidence_id: str) -> None:
        """Delete evidence that no filing names. Raises EvidenceInUse."""
        if not self._files.delete(evidence_id, {"metadata.used_on": []}):
            raise EvidenceInUse(evidence_id=evidence_id)


def _rounds(facts: Mapping[str, Any]) -> list[str]:
    return [facts["round_id"]] if facts["round_id"] else []


def _place(facts: Mapping[str, Any]) -> Place:
    return Place(facts["province_code"], facts["district_code"], facts["organisation_id"])
