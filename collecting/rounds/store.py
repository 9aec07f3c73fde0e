"""Rounds as they are kept, and how all of a trial goes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from chassis.outbox import Outbox
from collecting.rounds.due_dates import past
from collecting.rounds.rules import DueException, Mode, Round, RoundState, Scope, SignOff
from contracts.collecting.rounds import (
    MOST_TRIALS_TOLD,
    RoundAlreadyExists,
    RoundNotFound,
    RoundPurged,
    TrialNotPurged,
)
from contracts.errors import StaleVersion
from contracts.events import Event
from contracts.fields import wire_time
from contracts.reference.years import YearBasis

_GOING = [RoundState.PURGING.value, RoundState.PURGED.value]
_PURGED_FROM = (
    "workbook_uploads",
    "receipt_rolls",
    "problem_reports",
    "problem_tallies",
    "consolidations",
    "extensions",
    "moved_districts",
    "drafts",
    "prefills",
    "filings",
    "refusals",
    "opened_districts",
    "obligations",
)


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
        return round_of(self._rounds.find_one({"_id": round_id}), round_id)

    def get_statement(self, round_id: str) -> str:
        """Return the signed statement that is left of a purged round. Raises RoundNotFound."""
        buried = self._rounds.find_one({"_id": round_id, "state": RoundState.PURGED.value})
        if buried is None:
            raise RoundNotFound(round_id=round_id)
        return str(buried["statement"])

    def find_many(self, round_ids: Iterable[str]) -> dict[str, Round]:
        """Return those of the rounds that exist and are not purged or about to be, by id."""
        wanted = {"_id": {"$in": list(round_ids)}, "state": {"$nin": _GOING}}
        return {document["_id"]: _round(document) for document in self._rounds.find(wanted)}

    def list(self, *, after: str | None, limit: int) -> list[Round]:
        """Return up to `limit` rounds in the order of their ids, from after one of them."""
        wanted: dict[str, Any] = {"state": {"$ne": RoundState.PURGED}}
        if after is not None:
            wanted["_id"] = {"$gt": after}
        return [_round(document) for document in self._rounds.find(wanted).sort("_id").limit(limit)]

    def list_ended(self, *, at: datetime) -> Sequence[Round]:
        """Return the open and the closed rounds whose window ended before a moment."""
        ended = {
            "state": {"$in": [RoundState.OPEN.value, RoundState.CLOSED.value]},
            **past("closes_at", at),
        }
        return [_round(document) for document in self._rounds.find(ended)]

    def list_purged(self, *, since: datetime) -> Sequence[str]:
        """Return the ids of the trials purged since a moment."""
        purged = {"state": RoundState.PURGED.value, "purged_at": {"$gte": since}}
        return [document["_id"] for document in self._rounds.find(purged, {"_id": 1})]

    def trials_before(self, round_: Round) -> tuple[str, ...]:
        """Return the ids of the trials of a round's form and year, all purged, the last first, at
        most MOST_TRIALS_TOLD. Raises TrialNotPurged, naming as many of those that are not.

        Of what was purged by an earlier release only kind and year are known.
        """
        trials = {
            "kind": round_.kind,
            "fiscal_year_be": round_.year_be,
            "mode": Mode.TRIAL.value,
        }
        standing = trials | {
            "form_id": round_.form_id,
            "state": {"$ne": RoundState.PURGED.value},
        }
        if count := self._rounds.count_documents(standing):
            found = self._rounds.find(standing, {"_id": 1}).sort("_id").limit(MOST_TRIALS_TOLD)
            ids = ", ".join(document["_id"] for document in found)
            raise TrialNotPurged(trial_round_ids=ids, count=count)
        gone = trials | {
            "form_id": {"$in": [round_.form_id, None]},
            "state": RoundState.PURGED.value,
        }
        found = self._rounds.find(gone, {"_id": 1}).sort("purged_at", -1).limit(MOST_TRIALS_TOLD)
        return tuple(document["_id"] for document in found)

    def save(self, round_: Round, *, announcing: Iterable[Event] = ()) -> None:
        """Keep a changed round together with its events.

        `round_.version` is one more than what it was made from; raises StaleVersion when somebody
        else has made that version already.
        """
        before = {"_id": round_.id, "version": round_.version - 1}
        if not self._outbox.update(self._rounds, before, {"$set": _document(round_)}, announcing):
            raise StaleVersion(changed="state")

    def purge(self, round_: Round, **others: int) -> dict[str, int]:
        """Delete everything filed, drafted or owed in a trial round; return how many of each, with
        the others that were counted.

        Repeating it after a crash returns what the first attempt found. The jobs of the round go
        too, but for those that purge it: they tell who waits for it what became of it. Raises
        StaleVersion when another has come to the end of it.
        """
        wanted = _of_rounds([round_.id])
        found = {name: self._database[name].count_documents(one) for name, one in wanted.items()}
        found |= others
        noted = self._rounds.find_one_and_update(
            _unless_purged(round_),
            {"$max": {f"purged.{name}": count for name, count in found.items()}},
            return_document=ReturnDocument.AFTER,
        )
        if noted is None:
            raise StaleVersion(changed="state")
        for name, one in wanted.items():
            self._database[name].delete_many(one)
        return dict(noted["purged"])

    def sweep(self, purged: Iterable[str]) -> int:
        """Delete what was written of purged rounds by whoever did not know yet; return how much."""
        wanted = _of_rounds(list(purged))
        return sum(
            int(self._database[name].delete_many(one).deleted_count) for name, one in wanted.items()
        )

    def bury(self, round_: Round, *, statement: str, at: datetime, announcing: Event) -> None:
        """Leave of a purged round its name and the signed statement, and announce that.

        Raises StaleVersion when another was quicker.
        """
        entries = self._outbox.seal([announcing])
        tombstone = {
            "_id": round_.id,
            "kind": round_.kind,
            "fiscal_year_be": round_.year_be,
            "no": round_.no,
            "form_id": round_.form_id,
            "form_version": round_.form_version,
            "mode": round_.mode.value,
            "state": RoundState.PURGED.value,
            "version": round_.version,
            "statement": statement,
            "purged_at": at,
            "outbox": entries,
        }
        if not self._rounds.replace_one(_unless_purged(round_), tombstone).matched_count:
            raise StaleVersion(changed="state")
        self._outbox.nudge("rounds", round_.id, entries)


def _unless_purged(round_: Round) -> dict[str, Any]:
    return {"_id": round_.id, "state": {"$ne": RoundState.PURGED.value}}


def _of_rounds(round_ids: list[str]) -> dict[str, dict[str, Any]]:
    """Return the condition by which each collection holds something of the rounds."""
    wanted: dict[str, Any] = {name: {"round_id": {"$in": round_ids}} for name in _PURGED_FROM}
    jobs = {"arguments.round_id": {"$in": round_ids}, "kind": {"$ne": "purge_round"}}
    return wanted | {"jobs": jobs}


def _document(round_: Round) -> dict[str, Any]:
    facts = asdict(round_)
    return {
        **{name: value for name, value in facts.items() if name not in ("id", "year_be")},
        "_id": round_.id,
        "fiscal_year_be": round_.year_be,
        "year_basis": round_.year_basis.value,
        "mode": round_.mode.value,
        "state": round_.state.value,
        "sign_off": round_.sign_off.value,
        "due_exceptions": list(facts["due_exceptions"]),
        "late_if_amended_as": list(round_.late_if_amended_as),
        "purged_trials": list(round_.purged_trials),
    }


def round_of(document: dict[str, Any] | None, round_id: str) -> Round:
    """Return the round that was found. Raises RoundNotFound, RoundPurged."""
    if document is None:
        raise RoundNotFound(round_id=round_id)
    if document["state"] == RoundState.PURGED:
        raise RoundPurged(round_id=round_id, purged_at=wire_time(document["purged_at"]))
    return _round(document)


def _round(document: dict[str, Any]) -> Round:
    facts = {name: document[name] for name in Round.__dataclass_fields__ if name in document}
    return Round(
        **facts
        | {
            "id": document["_id"],
            "year_be": document["fiscal_year_be"],
            "year_basis": YearBasis(document.get("year_basis", YearBasis.FISCAL)),
            "mode": Mode(document["mode"]),
            "state": RoundState(document["state"]),
            "sign_off": SignOff(document.get("sign_off", SignOff.NONE)),
            "scope": Scope(**document["scope"]),
            "late_if_amended_as": tuple(document.get("late_if_amended_as", ())),
            "purged_trials": tuple(document.get("purged_trials", ())),
            "due_exceptions": tuple(
                DueException(**{**exception, "scope": Scope(**exception["scope"])})
                for exception in document["due_exceptions"]
            ),
        }
    )
