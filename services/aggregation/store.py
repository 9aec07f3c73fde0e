"""Keeps figures right: what an event changes and what it moves are one transaction.

The first write of every transaction is the round's document: changes of one round wait for each
other there, in this process and in others, and none slips past the tombstone of a purged round.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from threading import Lock
from typing import Any

from pymongo import InsertOne, ReturnDocument, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.operations import ReplaceOne
from pymongo.read_concern import ReadConcern

from chassis.mongo import TRANSACTION_SECONDS, in_transaction
from contracts.aggregation.axis import Axis
from contracts.aggregation.completeness import RoundNotCounted
from contracts.collecting.due_dates import Stood
from contracts.collecting.figures import COUNTED, Counts, Latest
from contracts.errors import ServiceUnavailable
from services.aggregation.completeness import Area
from services.aggregation.documents import (
    DistrictDocument,
    ReconciledDocument,
    RoundDocument,
    StandingDocument,
    TallyDocument,
)
from services.aggregation.domain import (
    Due,
    Exempted,
    Judged,
    Reviewed,
    Standing,
    TallyKey,
    filings_heard,
    merge_all,
    moved,
)

_TALLY_FIELDS = (
    "round_id",
    "province_code",
    "district_code",
    "organisation_type",
    "code_group",
)
"""Where a TallyKey is stored, part by part: a subject under the name that it has in answers."""

_FIELD_OF = {
    Axis.COUNTRY: "province_code",
    Axis.REGION: "province_code",
    Axis.PROVINCE: "province_code",
    Axis.DISTRICT: "district_code",
    Axis.TYPE: "organisation_type",
    Axis.SUBJECT: "code_group",
}


class Figures:
    """The figures of every round, in aggregation's own database."""

    outboxes: tuple[str, ...] = ()

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        # One session for good: the next transaction on it makes the server drop one that was cut
        # off, which would otherwise hold its round for as long as the server lets it.
        self._client = database.client
        self._session = self._client.start_session()
        self._standings = database[StandingDocument._get_collection_name()]
        self._tallies = database[TallyDocument._get_collection_name()]
        self._rounds = database[RoundDocument._get_collection_name()]
        self._districts = database[DistrictDocument._get_collection_name()]
        self._reconciled = database[ReconciledDocument._get_collection_name()]
        self._lock = Lock()

    # -- counting ---------------------------------------------------------------------------

    def count(self, heard: Iterable[Standing]) -> None:
        """Merge what was heard into what is known and move the figures by the difference.

        All or nothing, and the same after a repeat. What belongs to a purged round is passed over.
        """
        by_id = merge_all(heard)
        if not by_id:
            return
        with self._turn():
            in_transaction(self._client, lambda session: self._count(by_id, session), self._session)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Let the listeners of this process in one at a time, none waiting for ever."""
        if not self._lock.acquire(timeout=TRANSACTION_SECONDS):
            raise ServiceUnavailable(service="aggregation")
        try:
            yield
        finally:
            self._lock.release()

    def _count(self, heard: Mapping[str, Standing], session: ClientSession) -> None:
        purged = {
            round_id
            for round_id in sorted({standing.tally.round_id for standing in heard.values()})
            if self._take_turn(round_id, session)
        }
        known = {
            document["_id"]: _standing(document)
            for document in self._standings.find({"_id": {"$in": list(heard)}}, session=session)
        }
        changes: list[tuple[Standing | None, Standing]] = []
        for obligation_id, standing in heard.items():
            before = known.get(obligation_id)
            after = standing if before is None else before.merge(standing)
            if after != before and after.tally.round_id not in purged:
                changes.append((before, after))
        if changes:
            self._standings.bulk_write(
                [_standing_written(*change) for change in changes], ordered=False, session=session
            )
        if moves := moved(changes):
            self._tallies.bulk_write(
                [_tally_moved(tally, counts) for tally, counts in moves.items()],
                ordered=False,
                session=session,
            )
        for round_id, filings in filings_heard(changes).items():
            self._rounds.update_one(
                {"_id": round_id}, {"$inc": {"filings": filings}}, session=session
            )

    def _take_turn(self, round_id: str, session: ClientSession) -> bool:
        """Keep every other transaction off the round; return whether it is purged."""
        document = self._rounds.find_one_and_update(
            {"_id": round_id},
            {"$inc": {"turns": 1}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        return "purged_at" in (document or {})

    # -- rounds and names -------------------------------------------------------------------

    def announce(self, round_id: str, obligations: int) -> None:
        """Note how many obligations the round was opened with, unless it is purged."""
        announced = {"$cond": [{"$gt": ["$purged_at", None]}, "$$REMOVE", obligations]}
        self._rounds.update_one(
            {"_id": round_id}, [{"$set": {"announced": announced}}], upsert=True
        )

    def purge(self, round_id: str, at: datetime) -> None:
        """Delete all of a round for good; its id stays, so that late events are passed over."""
        self._rounds.update_one(
            {"_id": round_id},
            {"$set": {"purged_at": at}, "$unset": {"announced": "", "filings": ""}},
            upsert=True,
        )
        for collection in (self._standings, self._tallies, self._reconciled):
            collection.delete_many({"round_id": round_id})

    def name_districts(self, called: Mapping[str, tuple[datetime, str]]) -> None:
        """Keep the newest name of each district, whatever order they come in."""
        if called:
            self._districts.bulk_write(
                [
                    UpdateOne(
                        {"_id": code}, {"$max": {"called": {"at": at, "name": name}}}, upsert=True
                    )
                    for code, (at, name) in called.items()
                ],
                ordered=False,
            )

    # -- reading ----------------------------------------------------------------------------

    def sums(self, round_id: str, axis: Axis, area: Area) -> dict[str, Counts]:
        """Return the counts by province, district, type or code group; by province for wider axes.

        Raises RoundNotCounted.
        """
        known = self._rounds.find_one({"_id": round_id})
        if known is None or "purged_at" in known:
            raise RoundNotCounted(round_id=round_id)
        codes = {"province_code": area.province, "district_code": area.district}
        within = {field: code for field, code in codes.items() if code is not None}
        # All figures of one instant, though they are read while others are written.
        tallies = self._tallies.with_options(read_concern=ReadConcern("snapshot"))
        grouped = tallies.aggregate(
            [
                {"$match": {"round_id": round_id, **within}},
                {
                    "$group": {
                        "_id": f"${_FIELD_OF[axis]}",
                        **{name: {"$sum": f"${name}"} for name in COUNTED},
                    }
                },
            ]
        )
        return {row.pop("_id"): Counts(**row) for row in grouped}

    def district_names(self, codes: Iterable[str]) -> dict[str, str]:
        """Return the names of those districts that have one, by code."""
        found = self._districts.find({"_id": {"$in": list(codes)}})
        return {document["_id"]: document["called"]["name"] for document in found}

    def filings(self) -> dict[str, int]:
        """Return how many filings were heard of, by round."""
        found = self._rounds.find({"purged_at": None}, {"filings": 1})
        return {document["_id"]: document.get("filings", 0) for document in found}

    # -- reconciling ------------------------------------------------------------------------

    def keep_reconciled(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Keep how the rounds of the ledger compare, and of no others."""
        written = {row["round_id"]: dict(row) for row in rows}
        for round_id, row in written.items():
            self._reconciled.replace_one({"_id": round_id}, row, upsert=True)
        self._reconciled.delete_many({"_id": {"$nin": list(written)}})

    def reconciled(self) -> list[dict[str, Any]]:
        """Return how the rounds compared with the ledger when that was last looked at, by id."""
        return list(self._reconciled.find({}, {"_id": 0}).sort("_id"))

    def size(self) -> dict[str, int]:
        """Return the number of standings (as the server estimates) and of those announced."""
        return {
            "standings": self._standings.estimated_document_count(),
            "announced": sum(found.get("announced", 0) for found in self._rounds.find()),
        }


def _key_written(tally: TallyKey) -> dict[str, str]:
    return dict(zip(_TALLY_FIELDS, tally, strict=True))


def _due(extension_no: int, at: datetime, stood: list[dict[str, datetime]]) -> Due:
    return Due(extension_no, at, tuple(Stood(**each) for each in stood))


_PARTS: dict[str, Callable[..., Any]] = {
    "due": _due,
    "first": Judged,
    "judged": Judged,
    "latest": Latest,
    "reviewed": Reviewed,
    "exempted": Exempted,
}
_PLAIN = ("placed_by", "amended", "withdrawn", "heard_to")


def _standing(document: Mapping[str, Any]) -> Standing:
    parts: dict[str, Any] = {
        name: None if document[name] is None else part(**document[name])
        for name, part in _PARTS.items()
    }
    return Standing(
        document["_id"],
        TallyKey(*(document[field] for field in _TALLY_FIELDS)),
        **{name: document[name] for name in _PLAIN},
        heard_beyond=tuple(document["heard_beyond"]),
        **parts,
    )


def _standing_written(
    before: Standing | None, after: Standing
) -> InsertOne[dict[str, Any]] | ReplaceOne[dict[str, Any]]:
    document = {
        "_id": after.obligation_id,
        **_key_written(after.tally),
        **{name: getattr(after, name) for name in _PLAIN},
        **{name: part and part._asdict() for name in _PARTS for part in [getattr(after, name)]},
    }
    document["heard_beyond"] = list(after.heard_beyond)
    if after.due is not None:
        document["due"]["stood"] = [asdict(each) for each in after.due.stood]
    if before is None:
        return InsertOne(document)
    return ReplaceOne({"_id": after.obligation_id}, document)


def _tally_moved(tally: TallyKey, counts: Counts) -> UpdateOne:
    return UpdateOne(
        {"_id": "/".join(tally)},
        {"$inc": counts.changes(), "$setOnInsert": _key_written(tally)},
        upsert=True,
    )
