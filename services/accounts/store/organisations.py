"""Keeps organisations: what they are, what they were, and the events that say so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from chassis.outbox import Outbox
from contracts.accounts.errors import OrganisationNotFound
from contracts.accounts.events import OrganisationChangedV1, OrganisationRegisteredV1
from contracts.paging import read_cursor, write_cursor
from contracts.principal import Principal
from contracts.reference.lao_types import LaoType
from contracts.reference.thai_text import normalise, sort_key
from services.accounts.domain.organisations import (
    Change,
    Details,
    Facts,
    Key,
    Organisation,
    OrganisationKind,
    Past,
)

COLLECTION = "organisations"
DUPLICATE_KEY = 11_000
# Between two batches of a long reading others have their turn.
READ_AT_ONCE = 500
_AREA_FIELDS = {
    "province": "facts.province_code",
    "district": "facts.district_code",
    "organisation": "_id",
}
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
        return _organisation(document)

    def find(self, organisation_id: str | None) -> Organisation | None:
        """Return one without history, or None."""
        document = self._collection.find_one({"_id": organisation_id}, {"history": 0})
        return None if document is None else _organisation(document)

    def list_by_id(self, ids: Iterable[str]) -> dict[str, Organisation]:
        """Return those there are of the ids, without history."""
        found = self._collection.find({"_id": {"$in": list(ids)}}, {"history": 0})
        return {document["_id"]: _organisation(document) for document in found}

    def list_by_key(self) -> dict[Key, Organisation]:
        """Return all, without history."""
        found = self._collection.find({}, {"history": 0}).batch_size(READ_AT_ONCE)
        return {organisation.facts.key: organisation for organisation in map(_organisation, found)}

    def list_names(self, kind: OrganisationKind) -> dict[str, str]:
        """Return the name of each organisation of a kind by its code."""
        found = self._collection.find({"kind": kind.value}, {"facts.code": 1, "facts.name": 1})
        return {document["facts"]["code"]: document["facts"]["name"] for document in found}

    def list_page(
        self, by: Principal, filters: dict[str, str], *, limit: int, cursor: str | None
    ) -> tuple[list[Organisation], str | None]:
        """Return a page of what the caller covers, as a Thai dictionary sorts, and the cursor."""
        conditions = list(_conditions(by, filters))
        if cursor is not None:
            key, last_id = read_cursor(cursor, 2)
            conditions.append(
                {"$or": [{"sort_key": {"$gt": key}}, {"sort_key": key, "_id": {"$gt": last_id}}]}
            )
        found = list(
            self._collection.find({"$and": conditions} if conditions else {}, {"history": 0})
            .sort([("sort_key", 1), ("_id", 1)])
            .limit(limit + 1)
        )
        shown = found[:limit]
        following = len(found) > limit
        after = write_cursor(shown[-1]["sort_key"], shown[-1]["_id"]) if following else None
        return [_organisation(document) for document in shown], after

    def add(self, organisations: Sequence[Organisation], *, at: datetime) -> None:
        """Store new ones and announce each; those another process has added meanwhile stay."""
        documents = []
        for organisation in organisations:
            registered = OrganisationRegisteredV1(**_told(organisation, at))
            entries = self._outbox.seal([registered])
            documents.append({**_document(organisation), "history": [], "outbox": entries})
        refused = set()
        try:
            self._collection.insert_many(documents, ordered=False)
        except BulkWriteError as problem:
            errors = problem.details["writeErrors"]
            if any(error["code"] != DUPLICATE_KEY for error in errors):
                raise
            refused = {error["index"] for error in errors}
        for index, document in enumerate(documents):
            if index not in refused:
                self._outbox.nudge(COLLECTION, document["_id"], document["outbox"])

    def change(self, changes: Sequence[Change], *, at: datetime) -> None:
        """Store and announce changes; what the facts were goes to the history."""
        updates, stored = [], []
        for change in changes:
            entries = self._entries_of(change, at)
            update: dict[str, Any] = {"$set": _document(change.after)}
            if change.dated:
                before = _dated(
                    change.before.facts, change.before.valid_from, change.after.valid_from
                )
                update["$push"] = {"history": before, "outbox": {"$each": entries}}
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
        return self._outbox.seal([OrganisationChangedV1(**_told(change.after, at), changed=named)])


def area_condition(by: Principal, fields: dict[str, str]) -> dict[str, str]:
    """Return the condition that keeps a query inside the caller's area."""
    return {} if by.area == "country" else {fields[by.area]: by.area_code}


def _conditions(by: Principal, filters: dict[str, str]) -> Iterator[dict[str, Any]]:
    if own := area_condition(by, _AREA_FIELDS):
        yield own
    for name, field in (
        ("type", "facts.type"),
        ("province", "facts.province_code"),
        ("district", "facts.district_code"),
    ):
        if name in filters:
            yield {field: filters[name]}
    if "q" in filters:
        yield {"searched": {"$regex": re.escape(_searchable(filters["q"]))}}


def _searchable(text: str) -> str:
    return normalise(text).casefold()


def _told(organisation: Organisation, at: datetime) -> dict[str, Any]:
    facts = organisation.facts
    return {
        "organisation_id": organisation.id,
        "organisation_name": facts.name,
        "changed_at": at,
        **{name: getattr(facts, name) for name in _EVENT_FACTS},
    }


def _document(organisation: Organisation) -> dict[str, Any]:
    facts = organisation.facts
    kind, own_code = facts.key
    return {
        "_id": organisation.id,
        "kind": str(kind),
        "own_code": own_code,
        "facts": _dated(facts, organisation.valid_from, None),
        "version": organisation.version,
        "sort_key": sort_key(facts.name),
        "searched": _searchable(f"{facts.full_name} {facts.abbreviation} {facts.code}"),
    }


def _dated(facts: Facts, valid_from: date, valid_to: date | None) -> dict[str, Any]:
    stored = asdict(facts)
    del stored["kind"]
    return {
        **stored,
        "type": facts.type and str(facts.type),
        "valid_from": valid_from.isoformat(),
        "valid_to": valid_to and valid_to.isoformat(),
    }


def _organisation(document: dict[str, Any]) -> Organisation:
    kind = OrganisationKind(document["kind"])
    return Organisation(
        id=document["_id"],
        facts=_facts(kind, document["facts"]),
        valid_from=date.fromisoformat(document["facts"]["valid_from"]),
        version=document["version"],
        history=tuple(
            Past(
                facts=_facts(kind, past),
                valid_from=date.fromisoformat(past["valid_from"]),
                valid_to=date.fromisoformat(past["valid_to"]),
            )
            for past in document.get("history", ())
        ),
    )


def _facts(kind: OrganisationKind, stored: dict[str, Any]) -> Facts:
    given = {name: stored[name] for name in Facts.__dataclass_fields__ if name in stored}
    given["type"] = stored["type"] and LaoType(stored["type"])
    given["details"] = stored["details"] and Details(**stored["details"])
    return Facts(kind=kind, **given)
