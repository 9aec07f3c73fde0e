"""Keeps the audit chain: appended to by every process, changed by none.

The hash an entry follows is unique in the collection, so of two processes that follow the same
entry one is refused and follows the other's. `_id` is day and number, the order of the chain.

Beside it stand the acts that were begun and have no entry yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, cast

from pymongo import WriteConcern

from chassis.mongo import write_new
from chassis.outbox import Outbox
from contracts.accounts.audit import AuditEntryFacts
from contracts.accounts.events import AuditDayClosedV1
from contracts.paging import cut, read_key
from services.accounts.audit.rules import Act, ChainPosition, chain, position_of
from services.accounts.organisations.store.organisations import READ_AT_ONCE

COLLECTION = "audit"
HEADS = "audit_heads"
BEGUN = "audit_begun"
_WITHOUT_OWN = {"_id": 0, "outbox": 0}


class AuditStore:
    """The chain in the database."""

    def __init__(self, database: Any, outbox: Outbox) -> None:
        self._collection = database[COLLECTION]
        self._heads = database[HEADS]
        self._begun = database[BEGUN]
        self._outbox = outbox

    def begin(self, act: Act, *, at: datetime) -> None:
        """Keep an act that is about to be done until it has its entry."""
        self._begun.insert_one({"_id": act.act_id, "begun_at": at, "act": asdict(act)})

    def forget(self, acts: Sequence[Act]) -> None:
        """Keep acts no longer that have their entry, or need none.

        Not journaled: one that comes back is found to have its entry.
        """
        self._begun.with_options(write_concern=WriteConcern(w=1, j=False)).delete_many(
            {"_id": {"$in": [act.act_id for act in acts]}}
        )

    def take_left(self, *, begun_before: datetime, at: datetime) -> Act | None:
        """Return an act nobody has entered in all that time; no other process gets it meanwhile."""
        found = self._begun.find_one_and_update(
            {"begun_at": {"$lt": begun_before}}, {"$set": {"begun_at": at}}, sort=[("begun_at", 1)]
        )
        return None if found is None else Act(**found["act"])

    def has_entry(self, act: Act) -> bool:
        """Whether an act is in the chain."""
        return bool(self._collection.count_documents({"act_id": act.act_id}, limit=1) == 1)

    def append(self, acts: Sequence[Act], *, at: datetime, day: str) -> None:
        """Add acts at the end of the chain; they are durable then.

        Publishes AuditDayClosedV1 with the first entry of a new day.
        """
        left = list(acts)
        while left:
            last = self._last()
            documents = [_document(entry) for entry in chain(left, last, day=day)]
            closing = self._closing(last, documents[0], at)
            documents[0]["outbox"] = closing
            added = self._insert(documents)
            if added:
                self._outbox.nudge(COLLECTION, documents[0]["_id"], closing)
                self._keep_head(documents[added - 1])
            left = left[added:]

    def read(self, day: str | None) -> Iterator[dict[str, Any]]:
        """Yield the entries of a day, or all there are, in their order."""
        condition = {} if day is None else {"day": day}
        found = self._collection.find(condition, _WITHOUT_OWN).sort("_id", 1)
        return iter(found.batch_size(READ_AT_ONCE))

    def find_last_before(self, day: str) -> ChainPosition | None:
        """Return the last entry ahead of a day, or None."""
        return self._last({"_id": {"$lt": day}})

    def list_heads(self, day: str | None) -> list[ChainPosition]:
        """Return how far each day is known to have come."""
        condition = {} if day is None else {"_id": day}
        found = self._heads.find(condition).sort("_id", 1)
        return [ChainPosition(head["_id"], head["seq"], head["sha256"]) for head in found]

    def list_page(
        self,
        *,
        organisation_id: str | None,
        day: str | None,
        act: str | None,
        subject: str | None,
        limit: int,
        cursor: str | None,
    ) -> tuple[list[AuditEntryFacts], str | None]:
        """Return a page of entries, the newest first, and the cursor of the next."""
        given = {"organisation_ids": organisation_id, "day": day, "act": act, "subject": subject}
        condition: dict[str, Any] = {k: v for k, v in given.items() if v is not None}
        before = read_key(cursor)
        if before is not None:
            condition["_id"] = {"$lt": before}
        found = list(
            self._collection.find(condition, {"outbox": 0}).sort("_id", -1).limit(limit + 1)
        )
        shown, following = cut(found, limit, lambda last: [last["_id"]])
        for entry in shown:
            del entry["_id"]
        return cast(list[AuditEntryFacts], list(shown)), following  # kept as it is shown

    def _last(self, condition: dict[str, Any] | None = None) -> ChainPosition | None:
        found = self._collection.find_one(condition or {}, sort=[("_id", -1)])
        return None if found is None else position_of(found)

    def _closing(
        self, last: ChainPosition | None, first: dict[str, Any], at: datetime
    ) -> list[dict[str, Any]]:
        if last is None or last.day == first["day"]:
            return []
        closed = AuditDayClosedV1(
            day_id=last.day, entries=last.seq, head_sha256=last.sha256, closed_at=at
        )
        return self._outbox.seal([closed])

    def _insert(self, documents: list[dict[str, Any]]) -> int:
        """Add entries until another process's is in the way. Returns how many there are now."""
        taken = write_new(self._collection.insert_many, documents, ordered=True)
        return min(taken, default=len(documents))

    def _keep_head(self, document: dict[str, Any]) -> None:
        """Remember beside the chain how far it has come, so that a cut tail is missed."""
        head = {"_id": document["day"], "seq": document["seq"], "sha256": document["sha256"]}
        is_behind = {"$lt": [{"$ifNull": ["$seq", 0]}, head["seq"]]}
        self._heads.update_one(
            {"_id": head["_id"]},
            [{"$replaceWith": {"$cond": [is_behind, {"$literal": head}, "$$ROOT"]}}],
            upsert=True,
        )


def _document(entry: dict[str, Any]) -> dict[str, Any]:
    return {"_id": f"{entry['day']}/{entry['seq']:09d}", **entry, "outbox": []}
