"""Consolidated reports as they are kept, and the ledger as it was, province by province.

A consolidated report's id is the hash of its content, so building it again finds the first one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from chassis.outbox import Outbox
from collecting.filings.rules.moments import Revision
from collecting.kind import Kind
from collecting.obligations.rules.kinds import FilingKind
from collecting.obligations.rules.obligation import Obligation
from collecting.obligations.store import from_document
from contracts.events import Event
from contracts.reports.consolidations import ConsolidationNotFound

_SAID = ("obligation_id", "revision", "kind", "accepted_at", "reason_class", "answers")

Document = dict[str, Any]


class Consolidations:
    """Consolidated reports, and what they are built from."""

    def __init__(self, database: Any, outbox: Outbox, kind: Kind) -> None:
        self._kind = kind
        self._consolidations = database["consolidations"]
        self._obligations = database["obligations"]
        self._filings = database["filings"]
        self._outbox = outbox

    # -- the ledger at a moment -----------------------------------------------------------

    def list_provinces(self, round_id: str) -> list[str]:
        """Return the codes of the provinces that owe anything in the round, in order."""
        return sorted(self._obligations.distinct("province_code", {"round_id": round_id}))

    def of_province(
        self, round_id: str, province: str, moment: datetime, groups: Sequence[str]
    ) -> Iterator[tuple[Obligation, list[Revision]]]:
        """Yield each obligation of the groups with the filings accepted and recorded until the
        moment.
        """
        wanted: Document = {"round_id": round_id, "province_code": province}
        wanted[self._kind.axis] = {"$in": list(groups)}
        owed = self._obligations.find(wanted, {"outbox": 0, "signatures": 0})
        obligations = {document["_id"]: from_document(document, self._kind) for document in owed}
        filed = self._filings.find(
            {
                "obligation_id": {"$in": list(obligations)},
                "recorded_at": {"$lte": moment},
                "accepted_at": {"$lte": moment},
            },
            dict.fromkeys(_SAID, 1),
        ).sort([("obligation_id", 1), ("revision", 1)])
        for obligation_id, documents in groupby(filed, key=lambda one: one["obligation_id"]):
            yield obligations.pop(obligation_id), list(map(_revision, documents))
        for obligation in obligations.values():
            yield obligation, []

    # -- consolidated reports -------------------------------------------------------------

    def add(self, document: Document, *, announcing: Event) -> bool:
        """Keep a report and announce it; return False when it is there already."""
        return self._outbox.insert(self._consolidations, document, [announcing])

    def find(self, consolidation_id: str) -> Document | None:
        """Return a report's facts, or None."""
        found: Document | None = self._consolidations.find_one(
            {"_id": consolidation_id}, {"outbox": 0}
        )
        return found

    def get(self, round_id: str, consolidation_id: str) -> Document:
        """Return the facts of a report of the round. Raises ConsolidationNotFound."""
        found = self.find(consolidation_id)
        if found is None or found["round_id"] != round_id:
            raise ConsolidationNotFound(consolidation_id=consolidation_id)
        return found

    def list(
        self, round_id: str, *, after: tuple[datetime, str] | None, limit: int
    ) -> list[Document]:
        """Return the facts of a round's reports, that of the latest moment first."""
        wanted: Document = {"round_id": round_id}
        if after is not None:
            as_of, consolidation_id = after
            wanted["$or"] = [
                {"as_of": {"$lt": as_of}},
                {"as_of": as_of, "_id": {"$lt": consolidation_id}},
            ]
        found = self._consolidations.find(wanted, {"outbox": 0})
        return list(found.sort([("as_of", -1), ("_id", -1)]).limit(limit))


def _revision(document: Document) -> Revision:
    return Revision(
        number=document["revision"],
        kind=FilingKind(document["kind"]),
        accepted_at=document["accepted_at"],
        reason_class=document.get("reason_class") or "",
        answers=document.get("answers") or {},
    )
