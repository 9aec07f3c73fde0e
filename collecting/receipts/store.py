"""The rolls of receipts: one for each day, kept for ever, each following one other.

The insert of a roll is the act, and no two can follow the same one. Its filings are marked after;
until then they are `unrolled`, and whoever comes next marks them first. So every receipt stands in
exactly one roll, whoever dies or sleeps in between.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from chassis.outbox import Outbox
from collecting.receipts.rules import (
    InclusionProof,
    Roll,
    Sheaves,
    end_of,
    leaf_of,
    place_of,
    sheaf_of,
)
from contracts.collecting.receipts import ReceiptNotInRoll, RollNotFound
from contracts.events import Event

AT_ONCE = 1_000
_WITHOUT_LEAVES = {"sheaves": 0, "outbox": 0}
_FIRSTS_AND_ROOTS = {"sheaves.first": 1, "sheaves.root": 1, "count": 1}

Document = dict[str, Any]


class Rolls:
    """Closed rolls, and the filings that are in none yet."""

    def __init__(self, database: Any, outbox: Outbox) -> None:
        self._filings = database["filings"]
        self._rolls = database["receipt_rolls"]
        self._outbox = outbox

    # -- closing --------------------------------------------------------------------------

    def find_waiting(self, *, before: datetime) -> list[str]:
        """Return the rounds with receipts recorded before then and in no roll yet."""
        return list(self._filings.distinct("round_id", _waiting({"$exists": True}, before)))

    def waiting_since(self, round_ids: Sequence[str], *, before: datetime) -> datetime | None:
        """Return when the oldest receipt of the rounds that is in no roll yet was recorded."""
        wanted = _waiting({"$in": list(round_ids)}, before)
        found = self._filings.find_one(wanted, {"recorded_at": 1}, sort=[("recorded_at", 1)])
        return None if found is None else found["recorded_at"]

    def read_leaves(self, round_ids: Sequence[str], *, before: datetime) -> Iterator[bytes]:
        """Yield the leaf of each receipt of the rounds that is in no roll yet, in no order."""
        return (leaf for _, leaf in self._read_unrolled(round_ids, before))

    def last(self, round_id: str | None) -> tuple[Roll, bool] | None:
        """Return the last roll of all live rounds or of a trial, and whether it is settled."""
        found = self._rolls.find_one({"round_id": round_id}, _WITHOUT_LEAVES, sort=[("day", -1)])
        return found and (_roll(found), found["settled"])

    def close(
        self,
        statement: Mapping[str, Any],
        sheaves: Sheaves,
        *,
        sha256: str,
        jws: str,
        announcing: Event,
    ) -> bool:
        """Keep a roll with the event that announces it; False when another follows that one."""
        document = {
            **statement,
            "_id": _id(statement["round_id"], statement["day"]),
            "sha256": sha256,
            "jws": jws,
            "sheaves": [
                {"first": sheaf[0], "root": root, "leaves": b"".join(sheaf)}
                for sheaf, root in zip(sheaves.leaves, sheaves.roots, strict=True)
            ],
            "settled": False,
        }
        return self._outbox.insert(self._rolls, document, [announcing])

    def settle(self, roll: Roll, round_ids: Sequence[str]) -> None:
        """Mark the filings whose receipts stand in the roll."""
        key = _id(roll.round_id, roll.day.isoformat())
        document = self._rolls.find_one({"_id": key}, {"sheaves.leaves": 1})
        if document is None:  # of a trial that was purged meanwhile
            return
        leaves = {leaf for sheaf in document["sheaves"] for leaf in _split(sheaf["leaves"])}
        batch: list[str] = []
        for filing_id, leaf in self._read_unrolled(round_ids, end_of(roll.day)):
            if leaf in leaves:
                batch.append(filing_id)
            if len(batch) == AT_ONCE:
                self._mark(batch, key)
                batch = []
        self._mark(batch, key)
        self._rolls.update_one({"_id": key}, {"$set": {"settled": True}})

    def _read_unrolled(
        self, round_ids: Sequence[str], before: datetime
    ) -> Iterator[tuple[str, bytes]]:
        found = self._filings.find(
            _waiting({"$in": list(round_ids)}, before), {"receipt.jws": 1}, batch_size=AT_ONCE
        )
        return ((filing["_id"], leaf_of(filing["receipt"]["jws"])) for filing in found)

    def _mark(self, filing_ids: list[str], key: str) -> None:
        if filing_ids:
            self._filings.update_many(
                {"_id": {"$in": filing_ids}}, {"$set": {"roll": key}, "$unset": {"unrolled": ""}}
            )

    # -- reading --------------------------------------------------------------------------

    def get(self, day: str, round_id: str | None) -> Document:
        """Return the roll of a day. Raises RollNotFound."""
        found = self._rolls.find_one({"_id": _id(round_id, day)}, _WITHOUT_LEAVES)
        if found is None:
            raise RollNotFound(day=day)
        return dict(found)

    def list(self, round_id: str | None, *, before: str | None, limit: int) -> list[Document]:
        """Return up to `limit` rolls, the newest first, from before a day."""
        wanted: Document = {"round_id": round_id}
        if before is not None:
            wanted["day"] = {"$lt": before}
        found = self._rolls.find(wanted, _WITHOUT_LEAVES).sort("day", -1).limit(limit)
        return list(found)

    def find_place(self, filing: Document) -> tuple[Document, InclusionProof]:
        """Return the roll a recorded filing's receipt stands in, and where. One sheaf is read.

        Raises ReceiptNotInRoll while its day is not closed.
        """
        if "roll" not in filing:
            raise ReceiptNotInRoll(number=filing["receipt"]["number"])
        key = {"_id": filing["roll"]}
        leaf = leaf_of(filing["receipt"]["jws"])
        (outline,) = self._rolls.find(key, _FIRSTS_AND_ROOTS)
        number = sheaf_of(leaf, [sheaf["first"] for sheaf in outline["sheaves"]])
        (roll,) = self._rolls.find(key, {"sheaves": {"$slice": [number, 1]}})
        (sheaf,) = roll.pop("sheaves")
        roots = [each["root"] for each in outline["sheaves"]]
        return roll, place_of(leaf, _split(sheaf["leaves"]), number, roots, outline["count"])


def _waiting(of_rounds: Document, before: datetime) -> Document:
    return {"unrolled": True, "recorded_at": {"$lt": before}, "round_id": of_rounds}


def _id(round_id: str | None, day: str) -> str:
    return f"{round_id or 'live'}/{day}"


def _split(leaves: bytes) -> list[bytes]:
    return [leaves[at : at + 32] for at in range(0, len(leaves), 32)]


def _roll(document: Document) -> Roll:
    return Roll(
        day=date.fromisoformat(document["day"]),
        round_id=document["round_id"],
        count=document["count"],
        root=document["root"],
        sha256=document["sha256"],
    )
