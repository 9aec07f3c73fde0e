"""Keeps slots: which there are, where they stand, who may see them and how far they have come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pymongo import InsertOne, UpdateOne
from pymongo.errors import DuplicateKeyError

from chassis.mongo import write_new
from contracts.accounts.sign_in import SessionEnded
from contracts.accounts.slots import SlotAlreadyExists, SlotLocked, SlotNotFound
from contracts.fields import wire_time
from contracts.paging import cut, read_key
from contracts.principal import Principal, Role
from contracts.reference.code_groups import CodeGroup
from services.accounts.organisations.store.organisations import READ_AT_ONCE
from services.accounts.slots.rules.slot import OPERATOR_SLOT, Slot, Tier

COLLECTION = "slots"
# Where a slot stands follows its organisation; everything else about it is its own.
_MOVING = ("province_code", "district_code", "handed_out_by")
AREA_FIELDS = {
    "province": "province_code",
    "district": "district_code",
    "organisation": "organisation_id",
    "slot": "_id",
}
# What a write sets beside a new version when it changes a count; see `store/coverage.py`.
UNCOUNTED: dict[str, Any] = {"counted": None}
_USABLE: dict[str, Any] = {"closure": None, "lock": None}
_FIRST: dict[str, Any] = {**_USABLE, "handover": None, "activated_at": None}
_STATES: dict[str, dict[str, Any]] = {
    "closed": {"closure": {"$ne": None}},
    "locked": {"closure": None, "lock": {"$ne": None}},
    "handing_over": {**_USABLE, "handover": {"$ne": None}},
    "activated": {**_USABLE, "activated_at": {"$ne": None}},
    "read": {**_FIRST, "code.read_at": {"$type": "date"}},
    "issued": {**_FIRST, "code": {"$ne": None}, "code.read_at": None},
    "not_issued": {**_FIRST, "code": None},
}


@dataclass(frozen=True, slots=True)
class KeptSlot:
    """A slot with what has become of it."""

    slot: Slot
    state: str
    activated_at: datetime | None
    holder: dict[str, Any] | None
    version: int
    past_holders: list[dict[str, Any]]
    handover: dict[str, Any] | None
    lock: dict[str, Any] | None
    closure: dict[str, Any] | None
    has_second_factor: bool

    def require_unlocked(self) -> None:
        """Refuse a slot that is locked. Raises SlotLocked."""
        if self.lock is not None:
            raise SlotLocked(since=wire_time(self.lock["since"]))

    @property
    def principal(self) -> Principal:
        """Who signs in with it."""
        return self.slot.principal(self.holder["name"] if self.holder else None)


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

    def require(self, slot_id: str) -> KeptSlot:
        """Return one. Raises SlotNotFound."""
        document = self._collection.find_one({"_id": slot_id})
        if document is None:
            raise SlotNotFound(slot_id=slot_id)
        return kept_slot(document)

    def list_of(self, organisation_id: str) -> list[KeptSlot]:
        """Return all slots of an organisation, closed ones too."""
        found = self._collection.find({"organisation_id": organisation_id}).sort("_id", 1)
        return [kept_slot(document) for document in found]

    def count_of(self, organisation_id: str) -> int:
        """Return how many slots an organisation has, closed ones too."""
        return int(self._collection.count_documents({"organisation_id": organisation_id}))

    def find_requested(self, organisation_id: str, request_id: str) -> KeptSlot | None:
        """Return the slot of an organisation that a request has added."""
        asked = {"organisation_id": organisation_id, "request_id": request_id}
        document = self._collection.find_one(asked)
        return None if document is None else kept_slot(document)

    def add(self, slot: Slot, *, request_id: str) -> bool:
        """Store a further slot. Returns False when its id or its username is taken.

        Raises SlotAlreadyExists when the organisation has a slot with its label.
        """
        try:
            self._collection.insert_one(new_document(slot) | {"request_id": request_id})
        except DuplicateKeyError:
            labelled = {"organisation_id": slot.organisation_id, "label": slot.label}
            there = self._collection.find_one(labelled, {"username": 1})
            if there is not None:
                raise SlotAlreadyExists(username=there["username"]) from None
            return False
        return True

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
                moved = {"$set": {**where, **UNCOUNTED}, "$inc": {"version": 1}}
                if there.province_code is not None:
                    moved["$addToSet"] = {"left": area_key(asdict(there))}
                writes.append(UpdateOne({"_id": slot.id}, moved))
        # One that another process has added meanwhile is as good.
        write_new(self._collection.bulk_write, writes)

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
        conditions: list[dict[str, Any]] = [_visible(by)]
        if organisation_id is not None:
            conditions.append({"organisation_id": organisation_id})
        if state is not None:
            conditions.append(_STATES[state])
        after = read_key(cursor)
        if after is not None:
            conditions.append({"_id": {"$gt": after}})
        found = list(self._collection.find({"$and": conditions}).sort("_id", 1).limit(limit + 1))
        shown, following = cut(found, limit, lambda last: [last["_id"]])
        return [kept_slot(document) for document in shown], following

    def set_operator(self, password_hash: str, *, at: datetime) -> None:
        """Give the operator's slot a password; its session, if any, ends."""
        first = new_document(OPERATOR_SLOT) | {"activated_at": at}
        changed = {
            "password_hash": password_hash,
            "session": None,
            "second_factor": None,
            "openid": None,
        }
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
        return None if document is None else document["password_hash"]


def new_document(slot: Slot) -> dict[str, Any]:
    """Return a slot as it is stored before anybody has touched it."""
    facts = {name: _plain(value) for name, value in asdict(slot).items()}
    return {
        "_id": facts.pop("id"),
        "version": 1,
        **facts,
        "password_hash": None,
        "activated_at": None,
        "holder": None,
        "past_holders": [],
        "handover": None,
        "lock": None,
        "closure": None,
        "code": None,
        "spent_codes": [],
        "session": None,
        "taken_over": [],
        **UNCOUNTED,
        "outbox": [],
    }


def area_key(slot: Mapping[str, Any]) -> str:
    """Return the smallest area a slot is counted in, as `81/8104`; `81/` is the province alone."""
    return f"{slot['province_code']}/{slot['district_code'] or ''}"


def kept_slot(document: dict[str, Any]) -> KeptSlot:
    """Return the slot a document holds; one stored before a field was invented lacks it."""
    return KeptSlot(
        slot=slot_of(document),
        state=_state(document),
        activated_at=document["activated_at"],
        holder=document["holder"],
        version=document.get("version", 0),
        past_holders=document.get("past_holders", []),
        handover=document.get("handover"),
        lock=document.get("lock"),
        closure=document.get("closure"),
        has_second_factor=_has_second_factor(document),
    )


def _has_second_factor(document: dict[str, Any]) -> bool:
    """Whether it has one that counts; one begun is confirmed by a code first."""
    factor = document.get("second_factor")
    return bool(factor and factor["confirmed_at"])


def _state(document: dict[str, Any]) -> str:
    for field, state in (
        ("closure", "closed"),
        ("lock", "locked"),
        ("handover", "handing_over"),
        ("activated_at", "activated"),
    ):
        if document.get(field) is not None:
            return state
    code = document["code"]
    if code is None:
        return "not_issued"
    return "issued" if code["read_at"] is None else "read"


def _visible(by: Principal) -> dict[str, Any]:
    """Return the condition on the slots the caller may see; as `may_see` has it."""
    if by.area == "country" and by.role is not Role.OPERATOR:
        return {"organisation_id": by.organisation_id}
    return by.within(AREA_FIELDS)


def slot_of(document: dict[str, Any]) -> Slot:
    """Return the facts of a slot."""
    facts: dict[str, Any] = {name: document.get(name) for name in _FACTS}
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
