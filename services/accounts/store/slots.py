"""Keeps slots: which there are, where they stand, who may see them and how far they have come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pymongo import InsertOne, UpdateOne
from pymongo.errors import BulkWriteError

from contracts.accounts.errors import SessionEnded
from contracts.paging import read_cursor, write_cursor
from contracts.principal import Principal, Role
from contracts.reference.code_groups import CodeGroup
from services.accounts.domain.slots import OPERATOR_SLOT, Slot, Tier
from services.accounts.store.organisations import DUPLICATE_KEY, READ_AT_ONCE, area_condition

COLLECTION = "slots"
# Where a slot stands follows its organisation; everything else about it is its own.
_MOVING = ("province_code", "district_code", "handed_out_by")
AREA_FIELDS = {
    "province": "province_code",
    "district": "district_code",
    "organisation": "organisation_id",
}
_STATES: dict[str, dict[str, Any]] = {
    "activated": {"activated_at": {"$ne": None}},
    "read": {"activated_at": None, "code.read_at": {"$type": "date"}},
    "issued": {"activated_at": None, "code": {"$ne": None}, "code.read_at": None},
    "not_issued": {"activated_at": None, "code": None},
}


@dataclass(frozen=True, slots=True)
class KeptSlot:
    """A slot with what has become of it."""

    slot: Slot
    state: str
    activated_at: datetime | None
    holder: dict[str, Any] | None

    @property
    def principal(self) -> Principal:
        """Who signs in with it."""
        return self.slot.principal(self.holder and self.holder["name"])


class SlotStore:
    """Slots in the database."""

    def __init__(self, database: Any) -> None:
        self._collection = database[COLLECTION]

    def get(self, slot_id: str) -> KeptSlot:
        """Return one. Raises SessionEnded: only a signed-in slot is asked for by its id."""
        document = self._collection.find_one({"_id": slot_id})
        if document is None:
            raise SessionEnded
        return kept_slot(document)

    def list_places(self) -> dict[str, Slot]:
        """Return every slot by its id."""
        found = self._collection.find({}, _FACTS).batch_size(READ_AT_ONCE)
        return {document["_id"]: slot_of(document) for document in found}

    def settle(self, wanted: Sequence[Slot], stored: dict[str, Slot]) -> None:
        """Add the slots that are missing, and move those whose organisation stands elsewhere."""
        writes: list[InsertOne[dict[str, Any]] | UpdateOne] = []
        for slot in wanted:
            there = stored.get(slot.id)
            if there is None:
                writes.append(InsertOne(new_document(slot)))
            elif _moved(there, slot):
                where = {name: _plain(getattr(slot, name)) for name in _MOVING}
                writes.append(UpdateOne({"_id": slot.id}, {"$set": where}))
        if not writes:
            return
        try:
            self._collection.bulk_write(writes, ordered=False)
        except BulkWriteError as problem:
            # A slot that another process has added meanwhile is as good.
            if any(error["code"] != DUPLICATE_KEY for error in problem.details["writeErrors"]):
                raise

    def list_page(
        self,
        by: Principal,
        *,
        organisation_id: str | None,
        state: str | None,
        limit: int,
        cursor: str | None,
    ) -> tuple[list[KeptSlot], str | None]:
        """Return a page of the slots the caller covers, and the cursor of the next."""
        conditions: list[dict[str, Any]] = [area_condition(by, AREA_FIELDS)]
        if organisation_id is not None:
            conditions.append({"organisation_id": organisation_id})
        if state is not None:
            conditions.append(_STATES[state])
        if cursor is not None:
            conditions.append({"_id": {"$gt": read_cursor(cursor, 1)[0]}})
        found = list(self._collection.find({"$and": conditions}).sort("_id", 1).limit(limit + 1))
        shown = [kept_slot(document) for document in found[:limit]]
        return shown, write_cursor(shown[-1].slot.id) if len(found) > limit else None

    def count_progress(self, by: Principal, axis: str) -> list[dict[str, Any]]:
        """Count slots, issued, read and activated of each area of the axis the caller covers."""
        field = f"${AREA_FIELDS[axis]}"
        is_activated = {"$gt": ["$activated_at", None]}
        counts = {
            "activated": is_activated,
            "read": {"$or": [is_activated, {"$gt": ["$code.read_at", None]}]},
            "issued": {"$or": [is_activated, {"$gt": ["$code.hash", None]}]},
        }
        grouped = {name: {"$sum": {"$cond": [is_so, 1, 0]}} for name, is_so in counts.items()}
        rows = self._collection.aggregate(
            [
                {"$match": {**area_condition(by, AREA_FIELDS), AREA_FIELDS[axis]: {"$ne": None}}},
                {"$group": {"_id": field, "slots": {"$sum": 1}, **grouped}},
            ]
        )
        return [{"key": row.pop("_id"), **row} for row in rows]

    def set_operator(self, password_hash: str, *, at: datetime) -> None:
        """Give the operator's slot a password; its session, if any, ends."""
        first = new_document(OPERATOR_SLOT) | {"activated_at": at}
        changed = {"password_hash": password_hash, "session": None}
        self._collection.update_one(
            {"_id": first.pop("_id")},
            {
                "$set": changed,
                "$setOnInsert": {name: first[name] for name in first.keys() - changed.keys()},
            },
            upsert=True,
        )

    def find_operator_password(self) -> str | None:
        """Return the hash of the operator's password, or None when there is no such slot."""
        document = self._collection.find_one({"_id": OPERATOR_SLOT.id}, {"password_hash": 1})
        return document and document["password_hash"]


def new_document(slot: Slot) -> dict[str, Any]:
    """Return a slot as it is stored before anybody has touched it."""
    facts = {name: _plain(value) for name, value in asdict(slot).items()}
    return {
        "_id": facts.pop("id"),
        **facts,
        "password_hash": None,
        "activated_at": None,
        "holder": None,
        "code": None,
        "spent_codes": [],
        "session": None,
        "taken_over": [],
        "outbox": [],
    }


def kept_slot(document: dict[str, Any]) -> KeptSlot:
    """Return the slot a document holds."""
    code = document["code"]
    if document["activated_at"] is not None:
        state = "activated"
    elif code is None:
        state = "not_issued"
    else:
        state = "issued" if code["read_at"] is None else "read"
    return KeptSlot(slot_of(document), state, document["activated_at"], document["holder"])


def slot_of(document: dict[str, Any]) -> Slot:
    """Return the facts of a slot."""
    facts = {name: document[name] for name in _FACTS}
    return Slot(
        **facts
        | {
            "role": Role(facts["role"]),
            "code_group": facts["code_group"] and CodeGroup(facts["code_group"]),
            "handed_out_by": facts["handed_out_by"] and Tier(facts["handed_out_by"]),
        },
        id=document["_id"],
    )


_FACTS = [name for name in Slot.__dataclass_fields__ if name != "id"]


def _moved(there: Slot, wanted: Slot) -> bool:
    return any(getattr(there, name) != getattr(wanted, name) for name in _MOVING)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, str) else value
