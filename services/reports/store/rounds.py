"""Rounds as they are kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from chassis.outbox import Outbox
from contracts.errors import StaleVersion
from contracts.events import Event
from contracts.fields import wire_time
from contracts.reports.errors import RoundAlreadyExists, RoundNotFound, RoundPurged
from services.reports.domain.rounds import DueException, Mode, Round, RoundState, Scope

_PURGED_FROM = ("drafts", "filings", "refusals", "opened_districts", "obligations")


class Rounds:
    """Rounds, and the tombstones of purged trials."""

    def __init__(self, database: Any, outbox: Outbox) -> None:
        self._database = database
        self._rounds = database["rounds"]
        self._outbox = outbox

    def add(self, round_: Round) -> None:
        """Keep a new round. Raises RoundAlreadyExists."""
        try:
            self._rounds.insert_one(_document(round_) | {"outbox": []})
        except DuplicateKeyError as duplicate:
            raise RoundAlreadyExists(round_id=round_.id) from duplicate

    def get(self, round_id: str) -> Round:
        """Return a round. Raises RoundNotFound, RoundPurged."""
        document = self._rounds.find_one({"_id": round_id})
        if document is None:
            raise RoundNotFound(round_id=round_id)
        if document["state"] == RoundState.PURGED:
            raise RoundPurged(round_id=round_id, purged_at=wire_time(document["purged_at"]))
        return _round(document)

    def get_tombstone(self, round_id: str) -> dict[str, Any]:
        """Return what is left of a purged round: its id and the signed statement."""
        buried = self._rounds.find_one({"_id": round_id, "state": RoundState.PURGED.value})
        if buried is None:
            raise RoundNotFound(round_id=round_id)
        return {"round_id": round_id, "statement": buried["statement"]}

    def find_many(self, round_ids: Iterable[str]) -> dict[str, Round]:
        """Return those of the rounds that exist and are not purged, by id."""
        wanted = {"_id": {"$in": list(round_ids)}, "state": {"$ne": RoundState.PURGED}}
        return {document["_id"]: _round(document) for document in self._rounds.find(wanted)}

    def list(self, *, after: str | None, limit: int) -> list[Round]:
        """Return up to `limit` rounds in the order of their ids, from after one of them."""
        wanted: dict[str, Any] = {"state": {"$ne": RoundState.PURGED}}
        if after is not None:
            wanted["_id"] = {"$gt": after}
        return [_round(document) for document in self._rounds.find(wanted).sort("_id").limit(limit)]

    def save(self, round_: Round, *, announcing: Iterable[Event] = ()) -> None:
        """Keep a changed round together with its events.

        `round_.version` is one more than what it was made from; raises StaleVersion when somebody
        else has made that version already.
        """
        entries = self._outbox.seal(announcing)
        document = _document(round_)
        saved = self._rounds.update_one(
            {"_id": round_.id, "version": round_.version - 1},
            {"$set": document, "$push": {"outbox": {"$each": entries}}},
        )
        if not saved.matched_count:
            raise StaleVersion(changed="state")
        self._outbox.nudge("rounds", round_.id, entries)

    def purge(self, round_: Round) -> dict[str, int]:
        """Delete everything filed, drafted or owed in a trial round; return how many of each.

        Repeating it after a crash returns what the first attempt found.
        """
        of_round = {"round_id": round_.id}
        found = {name: self._database[name].count_documents(of_round) for name in _PURGED_FROM}
        noted = self._rounds.find_one_and_update(
            {"_id": round_.id},
            {"$max": {f"purged.{name}": count for name, count in found.items()}},
            return_document=ReturnDocument.AFTER,
        )
        for name in _PURGED_FROM:
            self._database[name].delete_many(of_round)
        return dict(noted["purged"])

    def bury(self, round_: Round, *, statement: str, at: datetime, announcing: Event) -> None:
        """Leave of a purged round its name and the signed statement, and announce that."""
        entries = self._outbox.seal([announcing])
        tombstone = {
            "_id": round_.id,
            "kind": round_.kind,
            "fiscal_year_be": round_.fiscal_year_be,
            "no": round_.no,
            "mode": round_.mode.value,
            "state": RoundState.PURGED.value,
            "version": round_.version,
            "statement": statement,
            "purged_at": at,
            "outbox": entries,
        }
        self._rounds.replace_one({"_id": round_.id}, tombstone)
        self._outbox.nudge("rounds", round_.id, entries)


def _document(round_: Round) -> dict[str, Any]:
    facts = asdict(round_)
    return {
        **{name: value for name, value in facts.items() if name != "id"},
        "_id": round_.id,
        "mode": round_.mode.value,
        "state": round_.state.value,
        "due_exceptions": list(facts["due_exceptions"]),
    }


def _round(document: dict[str, Any]) -> Round:
    facts = {name: document[name] for name in Round.__dataclass_fields__ if name in document}
    return Round(
        **facts
        | {
            "id": document["_id"],
            "mode": Mode(document["mode"]),
            "state": RoundState(document["state"]),
            "scope": Scope(**document["scope"]),
            "due_exceptions": tuple(
                DueException(**{**exception, "scope": Scope(**exception["scope"])})
                for exception in document["due_exceptions"]
            ),
        }
    )
