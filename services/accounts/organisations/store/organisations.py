"""Keeps organisations: what they are, what they were, and the events that say so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from pymongo import UpdateOne

from chassis.mongo import write_new
from chassis.outbox import Outbox
from contracts.accounts.events import OrganisationChangedV1, OrganisationRegisteredV1
from contracts.accounts.organisations import OrganisationNotFound
from contracts.paging import cut, read_cursor
from contracts.principal import Principal
from services.accounts.organisations.rules.changes import found_by_import
from services.accounts.organisations.rules.organisation import (
    Change,
    Key,
    Organisation,
    OrganisationKind,
)
from services.accounts.organisations.rules.search import keys, looked_up, squeezed
from services.accounts.organisations.store.records import (
    change_record,
    changing_fields,
    dated_record,
    new_record,
    organisation_of,
)

COLLECTION = "organisations"
# Between two batches of a long reading others have their turn.
READ_AT_ONCE = 500
_AREA_FIELDS = {
    "province": "facts.province_code",
    "district": "facts.district_code",
    "organisation": "_id",
}
# What a list does not show; a history is read only with what it belongs to.
NOT_OF_LISTS = {"history": 0, "changes": 0, "keys": 0, "outbox": 0}
CODE_INDEX = [("facts.code", 1)]
SEARCH_INDEX = [("keys", 1), ("sort_key", 1), ("_id", 1)]
_CODE = re.compile(r"[0-9]{1,7}")
_WHOLE_CODE = re.compile(r"[0-9]{7}")
_EVENT_FACTS = (
    *("kind", "type", "code", "full_name", "abbreviation"),
    *("province_code", "province", "district_code", "district"),
)


class OrganisationStore:
    """Organisations in the database."""

    def __init__(self, database: Any, outbox: Outbox) -> None:
        self._collection = database[COLLECTION]
        self._outbox = outbox

    def get(self, organisation_id: str) -> Organisation:
        """Return one with its history. Raises OrganisationNotFound."""
        document = self._collection.find_one({"_id": organisation_id})
        if document is None:
            raise OrganisationNotFound(organisation_id=organisation_id)
        return organisation_of(document)

    def find(self, organisation_id: str | None) -> Organisation | None:
        """Return one without history, or None."""
        document = self._collection.find_one({"_id": organisation_id}, NOT_OF_LISTS)
        return None if document is None else organisation_of(document)

    def find_by_code(self, kind: OrganisationKind, code: str) -> Organisation | None:
        """Return the one of a kind that has the code now, without history, or None."""
        wanted = {"facts.code": code, "kind": kind.value}
        document = self._collection.find_one(wanted, NOT_OF_LISTS)
        return None if document is None else organisation_of(document)

    def list_by_id(self, ids: Iterable[str]) -> dict[str, Organisation]:
        """Return those there are of the ids, without history."""
        found = self._collection.find({"_id": {"$in": list(ids)}}, NOT_OF_LISTS)
        return {document["_id"]: organisation_of(document) for document in found}

    def list_by_key(self) -> dict[Key, Organisation]:
        """Return all, without history."""
        found = self._collection.find({}, NOT_OF_LISTS).batch_size(READ_AT_ONCE)
        return {
            organisation.facts.key: organisation for organisation in map(organisation_of, found)
        }

    def list_names(self, kind: OrganisationKind) -> dict[str, str]:
        """Return the name of each organisation of a kind by its code."""
        found = self._collection.find({"kind": kind.value}, {"facts.code": 1, "facts.name": 1})
        return {document["facts"]["code"]: document["facts"]["name"] for document in found}

    def list_page(
        self,
        by: Principal,
        filters: dict[str, str],
        *,
        limit: int,
        cursor: str | None,
        as_of: date | None = None,
    ) -> tuple[list[Organisation], str | None]:
        """Return a page of what the caller covers, as a Thai dictionary sorts, and the cursor.

        With `as_of` they are chosen and sorted by what they were on that day, and come with
        their history; else by what those are that are not closed.
        """
        found = list(
            self._find_past(by, filters, limit + 1, cursor, as_of)
            if as_of
            else self._find_present(by, filters, limit + 1, cursor)
        )
        shown, following = cut(
            found, limit, lambda last: [(last.get("then") or last)["sort_key"], last["_id"]]
        )
        return [organisation_of(document) for document in shown], following

    def _find_present(
        self, by: Principal, filters: dict[str, str], limit: int, cursor: str | None
    ) -> Iterator[dict[str, Any]]:
        conditions = [
            by.within(_AREA_FIELDS),
            {"closed_on": None},
            *_conditions(filters, "facts"),
            *_after(cursor, "sort_key"),
        ]
        searched_by_name = "q" in filters and not _is_code(filters["q"])
        if searched_by_name:
            conditions.append(_with_keys(filters["q"]))
        found = self._collection.find({"$and": conditions}, NOT_OF_LISTS)
        # Left to choose, the server may walk the names of the whole country for a rare one.
        hint = SEARCH_INDEX if searched_by_name else None
        documents: Iterator[dict[str, Any]] = (
            found.sort([("sort_key", 1), ("_id", 1)]).limit(limit).hint(hint)
        )
        return documents

    def _find_past(
        self, by: Principal, filters: dict[str, str], limit: int, cursor: str | None, day: date
    ) -> Iterator[dict[str, Any]]:
        there: list[dict[str, Any]] = [
            by.within(_AREA_FIELDS),
            {"$or": [{"founded_on": None}, {"founded_on": {"$lte": day.isoformat()}}]},
            {"$or": [{"closed_on": None}, {"closed_on": {"$gt": day.isoformat()}}]},
        ]
        if "q" in filters and not _is_code(filters["q"]):
            there.append(_with_keys(filters["q"]))
        then = [*_conditions(filters, "then"), *_after(cursor, "then.sort_key")]
        found: Iterator[dict[str, Any]] = self._collection.aggregate(
            [
                {"$match": {"$and": there}},
                {"$project": {"outbox": 0, "keys": 0, "changes": 0}},
                {"$set": {"then": _version_on(day)}},
                {"$match": {"$and": then} if then else {}},
                {"$sort": {"then.sort_key": 1, "_id": 1}},
                {"$limit": limit},
            ]
        )
        return found

    def look_up(self, text: str, *, limit: int) -> list[Organisation]:
        """Return the first LAOs in force of that code or with that in a form of their name, by
        code or as a Thai dictionary sorts; without history. A whole code finds its LAO whatever
        its first digit, which follows the type.
        """
        query = squeezed(text)
        conditions = [{"kind": OrganisationKind.LAO.value, "closed_on": None}]
        if _WHOLE_CODE.fullmatch(query):
            found = self._collection.find({**conditions[0], "own_code": query[1:]}, NOT_OF_LISTS)
            return [organisation_of(document) for document in found]
        conditions += _conditions({"q": query}, "facts")
        index, order = CODE_INDEX, CODE_INDEX
        if not _is_code(query):
            conditions.append(_with_keys(query))
            index, order = SEARCH_INDEX, SEARCH_INDEX[1:]
        found = self._collection.find({"$and": conditions}, NOT_OF_LISTS).sort(order).hint(index)
        return [organisation_of(document) for document in found.limit(limit)]

    def add(
        self,
        organisations: Sequence[Organisation],
        *,
        at: datetime,
        slots_due_on: date | None = None,
    ) -> None:
        """Store new ones and announce each; those another process has added meanwhile stay.

        With `slots_due_on` their slots are seen to even if this process does not come to it.
        """
        due = {} if slots_due_on is None else {"slots_due_on": slots_due_on.isoformat()}
        documents = []
        for organisation in organisations:
            registered = OrganisationRegisteredV1(**event_facts(organisation, at))
            entries = self._outbox.seal([registered])
            documents.append(new_record(organisation, entries) | due)
        refused = write_new(self._collection.insert_many, documents)
        for index, document in enumerate(documents):
            if index not in refused:
                self._outbox.nudge(COLLECTION, document["_id"], document["outbox"])

    def change(self, changes: Sequence[Change], *, at: datetime) -> None:
        """Store and announce changes; what the facts were goes to the history."""
        updates, stored = [], []
        for change in changes:
            entries = self._entries_of(change, at)
            update: dict[str, Any] = {
                "$set": changing_fields(change.after),
                "$addToSet": {"keys": {"$each": keys([change.after.facts])}},
            }
            if change.dated:
                update["$push"] = {
                    "history": dated_record(change.after.history[-1]),
                    "changes": change_record(found_by_import(change, at=at)),
                    "outbox": {"$each": entries},
                }
            unchanged = {"_id": change.after.id, "version": change.before.version}
            updates.append(UpdateOne(unchanged, update))
            stored.append((change.after.id, entries))
        result = self._collection.bulk_write(updates, ordered=False)
        if result.matched_count < len(updates):
            # Another process changed some meanwhile, and which is not told: the outbox's sweep
            # finds what was stored.
            return
        for organisation_id, entries in stored:
            self._outbox.nudge(COLLECTION, organisation_id, entries)

    def _entries_of(self, change: Change, at: datetime) -> list[dict[str, Any]]:
        if not change.dated:
            return []
        named = ["organisation_name" if name == "name" else name for name in change.dated]
        return self._outbox.seal(
            [OrganisationChangedV1(**event_facts(change.after, at), changed=named)]
        )


def _conditions(filters: dict[str, str], facts: str) -> Iterator[dict[str, Any]]:
    for name, field in (
        ("type", "type"),
        ("province", "province_code"),
        ("district", "district_code"),
    ):
        if name in filters:
            yield {f"{facts}.{field}": filters[name]}
    if "q" in filters:
        query = squeezed(filters["q"])
        if _is_code(query):
            yield {f"{facts}.code": {"$regex": f"^{query}"}}
        else:
            yield {f"{facts}.searched": {"$regex": re.escape(query)}}


def _is_code(text: str) -> bool:
    return _CODE.fullmatch(squeezed(text)) is not None


def _with_keys(text: str) -> dict[str, Any]:
    return {"keys": {"$in": looked_up(squeezed(text))}}


def _after(cursor: str | None, field: str) -> Iterator[dict[str, Any]]:
    if cursor is not None:
        key, last_id = read_cursor(cursor, 2)
        yield {"$or": [{field: {"$gt": key}}, {field: key, "_id": {"$gt": last_id}}]}


def _version_on(day: date) -> dict[str, Any]:
    """Return the expression of what an organisation was on a day, as `Organisation.on` has it."""
    versions = {"$concatArrays": ["$history", ["$facts"]]}
    held = {
        "$filter": {
            "input": versions,
            "as": "one",
            "cond": {"$lte": ["$$one.valid_from", day.isoformat()]},
        }
    }
    return {"$ifNull": [{"$last": held}, {"$first": versions}]}


def event_facts(organisation: Organisation, at: datetime) -> dict[str, Any]:
    facts = organisation.facts
    return {
        "organisation_id": organisation.id,
        "organisation_name": facts.name,
        "changed_at": at,
        **{name: getattr(facts, name) for name in _EVENT_FACTS},
    }
