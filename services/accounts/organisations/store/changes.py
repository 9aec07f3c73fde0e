"""Keeps what is scheduled for organisations, inside their documents, and carries it out there.

A change, the facts it makes, their history and the events that tell of it are one write on the
organisation as it was read. So each happens once, whichever processes try and wherever they die.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from pymongo import ReturnDocument, UpdateOne

from chassis.outbox import Outbox
from contracts.accounts.changes import ClosingProposalNotFound, OrganisationCodeTaken
from contracts.accounts.organisations import OrganisationNotFound
from contracts.errors import StaleVersion
from contracts.events import Event
from contracts.paging import cut, read_key
from contracts.reference.calendar import as_bangkok
from services.accounts.organisations.rules.changes import ChangeState, OrderedChange, Outcome
from services.accounts.organisations.rules.organisation import Organisation
from services.accounts.organisations.rules.search import keys
from services.accounts.organisations.store.organisations import COLLECTION, NOT_OF_LISTS
from services.accounts.organisations.store.records import (
    change_of,
    change_record,
    changing_fields,
    dated_record,
    next_change_on,
    organisation_of,
)

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Dossier:
    """An organisation with its history and all its changes, as they were read."""

    organisation: Organisation
    changes: tuple[OrderedChange, ...]
    revision: int

    @property
    def as_read(self) -> Record:
        """The condition that neither has changed since."""
        return {
            "_id": self.organisation.id,
            "version": self.organisation.version,
            "changes_revision": self.revision or None,
        }

    def with_change(self, change: OrderedChange) -> tuple[OrderedChange, ...]:
        """Return the changes with one of them as given, or with that one more."""
        others = [each for each in self.changes if each.id != change.id]
        if len(others) == len(self.changes):
            return *self.changes, change
        return tuple(change if each.id == change.id else each for each in self.changes)


@dataclass(frozen=True, slots=True)
class Proposal:
    """An organisation that the registry no longer had, since the import that first missed it."""

    organisation: Organisation
    since: datetime
    import_id: str
    dismissal: Record | None = None


class ChangeStore:
    """Changes of organisations in the database."""

    def __init__(self, database: Any, outbox: Outbox) -> None:
        self._collection = database[COLLECTION]
        self._outbox = outbox

    def get(self, organisation_id: str) -> Dossier:
        """Return an organisation with its changes. Raises OrganisationNotFound."""
        record = self._collection.find_one({"_id": organisation_id})
        if record is None:
            raise OrganisationNotFound(organisation_id=organisation_id)
        return Dossier(
            organisation=organisation_of(record),
            changes=tuple(map(change_of, record.get("changes", ()))),
            revision=record.get("changes_revision", 0),
        )

    def keep(self, dossier: Dossier, change: OrderedChange) -> None:
        """Keep a change that is new, cancelled or failed.

        Raises StaleVersion when anything about the organisation changed since it was read.
        """
        kept = dossier.with_change(change)
        result = self._collection.update_one(
            dossier.as_read, _with_next({"$set": _changes(kept)}, kept, dossier.revision)
        )
        if not result.matched_count:
            raise StaleVersion(changed="changes")

    def apply(
        self,
        dossier: Dossier,
        change: OrderedChange,
        outcome: Outcome,
        events: Iterable[Event],
        *,
        at: datetime,
    ) -> bool:
        """Make the organisation what the change makes of it, and announce that.

        Returns False, and nothing is stored, when it is no longer as it was read.
        """
        kept = dossier.with_change(
            replace(
                change,
                state=ChangeState.APPLIED,
                settled_at=at,
                differences=outcome.differences,
            )
        )
        after = outcome.after
        update = {
            "$set": {
                **changing_fields(after),
                **_changes(kept),
                "history": [dated_record(past) for past in after.history],
                "slots_due_on": as_bangkok(at).date().isoformat(),
            },
            "$addToSet": {"keys": {"$each": keys([after.facts])}},
        }
        if after.closed_on is not None:
            update["$unset"] = {"proposal": ""}
        change_of_it = _with_next(update, kept, dossier.revision)
        return self._outbox.update(self._collection, dossier.as_read, change_of_it, events)

    def list_due(self, day: date, *, limit: int) -> list[str]:
        """Return the ids of organisations with a change due by a day, the longest due first."""
        due = {"next_change_on": {"$lte": day.isoformat()}}
        found = self._collection.find(due, {"_id": 1}).sort("next_change_on", 1).limit(limit)
        return [record["_id"] for record in found]

    def list_slots_due(self, day: date, *, limit: int) -> list[str]:
        """Return the ids of organisations whose slots are to be settled by a day."""
        due = {"slots_due_on": {"$lte": day.isoformat()}}
        found = self._collection.find(due, {"_id": 1}).sort("slots_due_on", 1).limit(limit)
        return [record["_id"] for record in found]

    def note_slots_due(self, organisation: Organisation, day: date | None) -> None:
        """Note when the slots of an organisation are to be settled next, unless it has changed."""
        as_read = {"_id": organisation.id, "version": organisation.version}
        update = {"$set": {"slots_due_on": day.isoformat()}} if day else _NO_SLOTS_DUE
        self._collection.update_one(as_read, update)

    def require_codes_free(self, organisations: Iterable[Organisation]) -> None:
        """Refuse those whose code is another's. Raises OrganisationCodeTaken."""
        for each in organisations:
            kind, own_code = each.facts.key
            wanted = {"kind": str(kind), "own_code": own_code, "_id": {"$ne": each.id}}
            if self._collection.find_one(wanted, {"_id": 1}):
                raise OrganisationCodeTaken(organisation_code=each.facts.code)

    # -- proposals ------------------------------------------------------------------------

    def propose_closing(self, ids: Sequence[str], import_id: str, *, at: datetime) -> None:
        """Propose to close those an import did not find.

        One that is proposed already stays so, and one that is dismissed stays dismissed.
        """
        proposal = {"since": at, "import_id": import_id}
        fresh = {"closed_on": None, "proposal": {"$exists": False}}
        writes = [
            UpdateOne({"_id": each, **fresh}, {"$set": {"proposal": proposal}}) for each in ids
        ]
        if writes:
            self._collection.bulk_write(writes, ordered=False)

    def withdraw_proposals(self, found: Iterable[str]) -> None:
        """Forget the proposals about those an import has found again."""
        proposed = {record["_id"] for record in self._collection.find(_PROPOSED, {"_id": 1})}
        again = list(proposed.intersection(found))
        if again:
            self._collection.update_many({"_id": {"$in": again}}, {"$unset": {"proposal": ""}})

    def dismiss_proposal(
        self, organisation_id: str, *, by: str, reason: str, at: datetime
    ) -> Proposal:
        """Put on record that an organisation stays. Raises ClosingProposalNotFound."""
        dismissal = {"at": at, "by": by, "reason": reason}
        record = self._collection.find_one_and_update(
            {"_id": organisation_id, **_WAITING},
            {"$set": {"proposal.dismissal": dismissal}, "$push": {"dismissals": dismissal}},
            NOT_OF_LISTS,
            return_document=ReturnDocument.AFTER,
        )
        if record is None:
            raise ClosingProposalNotFound(organisation_id=organisation_id)
        return Proposal(organisation_of(record), **record["proposal"])

    def list_proposals(
        self, *, dismissed: bool, limit: int, cursor: str | None
    ) -> tuple[list[Proposal], str | None]:
        """Return a page of what is proposed for closing, by id, and the cursor of the next."""
        wanted: Record = dict(_DISMISSED if dismissed else _WAITING)
        after = read_key(cursor)
        if after is not None:
            wanted["_id"] = {"$gt": after}
        found = list(self._collection.find(wanted, NOT_OF_LISTS).sort("_id", 1).limit(limit + 1))
        shown, following = cut(found, limit, lambda last: [last["_id"]])
        return [
            Proposal(organisation_of(record), **record["proposal"]) for record in shown
        ], following


_NO_SLOTS_DUE: Mapping[str, Any] = {"$unset": {"slots_due_on": ""}}
_PROPOSED: Mapping[str, Any] = {"proposal": {"$exists": True}}
_WAITING: Mapping[str, Any] = {**_PROPOSED, "proposal.dismissal": None}
_DISMISSED: Mapping[str, Any] = {**_PROPOSED, "proposal.dismissal": {"$ne": None}}


def _changes(kept: Iterable[OrderedChange]) -> Record:
    return {"changes": [change_record(each) for each in kept]}


def _with_next(update: Record, kept: Sequence[OrderedChange], revision: int) -> Record:
    """Return the update that also says when the next change is due."""
    following = next_change_on(kept)
    sets = update["$set"] | {"changes_revision": revision + 1}
    if following is not None:
        return update | {"$set": sets | {"next_change_on": following}}
    return update | {"$set": sets, "$unset": update.get("$unset", {}) | {"next_change_on": ""}}
