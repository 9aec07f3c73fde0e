"""Obligations as they are kept, and the organisations they are made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import groupby
from typing import Any

from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from chassis.outbox import Outbox
from contracts.principal import Principal
from contracts.reports.errors import ObligationNotFound
from contracts.reports.events import ObligationsOpenedV1
from services.reports.domain.obligations import Obligation, State
from services.reports.domain.rounds import Mode, Round, Scope

DUPLICATE = 11000
_OPEN = {"closed": {"$ne": True}}
_FIELDS_OF_AREA = {
    "country": None,
    "province": "province_code",
    "district": "district_code",
    "organisation": "organisation_id",
}


class Organisations:
    """The LAOs that owe reports, as accounts last announced them."""

    def __init__(self, database: Any) -> None:
        self._organisations = database["organisations"]

    def learn(self, facts: Iterable[dict[str, Any]]) -> None:
        """Keep each organisation's newest facts; older or repeated ones change nothing.

        Neither do any of one that is closed, in whatever order they are heard.
        """
        updates = [
            UpdateOne(
                {"_id": known["_id"], "changed_at": {"$lt": known["changed_at"]}, **_OPEN},
                {"$set": known},
                upsert=True,
            )
            for known in facts
        ]
        ignore_duplicates(self._organisations.bulk_write, updates, ordered=False)

    def close(self, organisation_id: str) -> None:
        """Keep that an organisation is no more."""
        self._organisations.update_one(
            {"_id": organisation_id}, {"$set": {"closed": True}}, upsert=True
        )

    def count(self, scope: Scope) -> int:
        """Return how many organisations lie in the scope."""
        return int(self._organisations.count_documents(_of_scope(scope)))

    def by_province(self, scope: Scope) -> Iterator[list[dict[str, Any]]]:
        """Yield the organisations of each province in the scope, by district and code."""
        found = self._organisations.find(_of_scope(scope)).sort(
            [("province_code", 1), ("district_code", 1), ("code", 1)]
        )
        for _, organisations in groupby(found, key=lambda known: known["province_code"]):
            yield list(organisations)


class Obligations:
    """The ledger's lines."""

    def __init__(self, database: Any, outbox: Outbox) -> None:
        self._obligations = database["obligations"]
        self._opened = database["opened_districts"]
        self._outbox = outbox

    def open(
        self,
        round_: Round,
        obligations: list[Obligation],
        events: Iterable[ObligationsOpenedV1],
    ) -> None:
        """Keep new obligations and, for each district, the event that announces them.

        Repeating it changes nothing: what is already there stays as it is.
        """
        documents = [to_document(obligation) for obligation in obligations]
        ignore_duplicates(self._obligations.insert_many, documents, ordered=False)
        entries = [
            (f"{round_.id}-{event.district_code}", self._outbox.seal([event])) for event in events
        ]
        opened = [{"_id": key, "round_id": round_.id, "outbox": sealed} for key, sealed in entries]
        failed = ignore_duplicates(self._opened.insert_many, opened, ordered=False)
        for key, sealed in entries:
            if key not in failed:
                self._outbox.nudge("opened_districts", key, sealed)

    def count(self, round_id: str) -> int:
        """Return how many obligations the round has."""
        return int(self._obligations.count_documents({"round_id": round_id}))

    def get(self, obligation_id: str) -> Obligation:
        """Return an obligation. Raises ObligationNotFound."""
        document = self._obligations.find_one({"_id": obligation_id})
        if document is None:
            raise ObligationNotFound(obligation_id=obligation_id)
        return from_document(document)

    def list(
        self,
        by: Principal,
        *,
        round_id: str | None,
        state: str | None,
        after: tuple[Any, str] | None,
        limit: int,
    ) -> list[Obligation]:
        """Return what the caller may see, by due date and id, from after a (due_at, id)."""
        wanted: dict[str, Any] = {}
        area = _FIELDS_OF_AREA[by.area]
        if area is not None:
            wanted[area] = by.area_code
        if by.code_group is not None:
            wanted["code_group"] = by.code_group
        if round_id is not None:
            wanted["round_id"] = round_id
        if state is not None:
            wanted["state"] = state
        if after is not None:
            due_at, obligation_id = after
            wanted["$or"] = [
                {"due_at": {"$gt": due_at}},
                {"due_at": due_at, "_id": {"$gt": obligation_id}},
            ]
        found = self._obligations.find(wanted).sort([("due_at", 1), ("_id", 1)]).limit(limit)
        return [from_document(document) for document in found]

    def begin_draft(self, obligation_id: str) -> None:
        """Note that something is typed on an untouched obligation."""
        self._obligations.update_one(
            {"_id": obligation_id, "state": State.OPEN.value},
            {"$set": {"state": State.DRAFT.value}},
        )

    def miss(self, round_id: str) -> int:
        """Mark what was never filed in a closed round; return how many."""
        untouched = {"$in": [State.OPEN.value, State.DRAFT.value]}
        return int(
            self._obligations.update_many(
                {"round_id": round_id, "state": untouched}, {"$set": {"state": State.MISSED.value}}
            ).modified_count
        )


def ignore_duplicates(write: Any, documents: list[Any], **options: Any) -> set[Any]:
    """Write in bulk and return the ids that were there already; any other failure is raised."""
    if not documents:
        return set()
    try:
        write(documents, **options)
    except BulkWriteError as failed:
        errors = failed.details["writeErrors"]
        if (
            any(error["code"] != DUPLICATE for error in errors)
            or failed.details["writeConcernErrors"]
        ):
            raise
        return {
            documents[error["index"]]["_id"]
            for error in errors
            if isinstance(documents[error["index"]], dict)
        }
    return set()


def _of_scope(scope: Scope) -> dict[str, Any]:
    wanted = {
        "province_code": scope.province,
        "district_code": scope.district,
        "_id": scope.organisation,
    }
    return {name: value for name, value in wanted.items() if value is not None} | _OPEN


def to_document(obligation: Obligation) -> dict[str, Any]:
    """Return the obligation as it is stored."""
    facts = asdict(obligation)
    del facts["id"]
    return {
        "_id": obligation.id,
        **facts,
        "mode": obligation.mode.value,
        "state": obligation.state.value,
    }


def from_document(document: dict[str, Any]) -> Obligation:
    """Return a stored obligation."""
    facts = {name: document[name] for name in Obligation.__dataclass_fields__ if name in document}
    return Obligation(
        **facts
        | {
            "id": document["_id"],
            "mode": Mode(document["mode"]),
            "state": State(document["state"]),
        }
    )
