"""Keeps who has read which slips, each office its own and once, and to whom it gave them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo.errors import DuplicateKeyError

from contracts.accounts.issuance import IssuanceNotFound, SlipsAlreadyRead, SlipsNotRead
from contracts.errors import IdempotencyKeyReused
from contracts.fields import wire_time
from contracts.principal import Principal
from services.accounts.issuance.rules import CodeState
from services.accounts.issuance.store.issuances import ISSUANCES
from services.accounts.slots.rules.slot import TIER_OF_ROLE, Slot
from services.accounts.slots.store.slots import AREA_FIELDS, UNCOUNTED, slot_of
from services.accounts.slots.store.slots import COLLECTION as SLOTS

READINGS = "slip_readings"
REPEATABLE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Handout:
    """How many slips were handed out now, of which organisations, and how many had been before."""

    now: int
    before: int
    organisation_ids: list[str]


class SlipStore:
    """Slips in the database: a code's hash, and whether the code was read."""

    def __init__(self, database: Any) -> None:
        self._issuances = database[ISSUANCES]
        self._readings = database[READINGS]
        self._slots = database[SLOTS]

    def read(
        self,
        by: Principal,
        issuance_id: str,
        *,
        district: str | None,
        at: datetime,
        key: str | None = None,
    ) -> list[tuple[Slot, datetime]]:
        """Mark the caller's slips as read and return their slots, with the time they expire.

        With a key the same slot may read them again under it for REPEATABLE.
        Raises IssuanceNotFound, SlipsAlreadyRead, IdempotencyKeyReused.
        """
        if not self._issuances.count_documents(
            {"_id": issuance_id, "finished_at": {"$ne": None}}, limit=1
        ):
            raise IssuanceNotFound(issuance_id=issuance_id)
        reading = f"{issuance_id}/{by.area_code or by.area}/{district or '*'}"
        slips = _handed_out(by, issuance_id, district)
        reader = _who(by)
        read_at = self._find_own(reading, by, key, at)
        if read_at is None:
            self._require_unread(reading, slips, at)
            read_at = self._record(reading, issuance_id, by, key, at)
        self._slots.update_many(
            {**slips, **_readable(at), "code.read_at": None},
            {
                "$set": {
                    "code.read_at": read_at,
                    "code.read_by": reader,
                    "code.reading": reading,
                    **UNCOUNTED,
                },
                "$inc": {"version": 1},
            },
        )
        found = list(self._slots.find({**slips, "code.reading": reading}))
        if not found:
            self._require_unread(reading, slips, at)
        return [(slot_of(document), document["code"]["expires_at"]) for document in found]

    def find_key(self, issuance_id: str) -> str | None:
        """Return the id of the key that made the codes. Raises IssuanceNotFound."""
        issuance = self._issuances.find_one({"_id": issuance_id}, {"key_id": 1})
        if issuance is None:
            raise IssuanceNotFound(issuance_id=issuance_id)
        key_id: str | None = issuance.get("key_id")
        return key_id

    def list_issuances(
        self, by: Principal, *, limit: int, after: tuple[datetime, str] | None
    ) -> list[dict[str, Any]]:
        """Return what the caller's office has to hand out, the latest issuance first.

        One more than the limit, when there are more. No code is in there, nor its hash.
        """
        ours = {"code": {"$ne": None}, **_area(by)}
        counted = {
            "slips": {"$sum": 1},
            "read": _count_of("read_at"),
            "handed_out": _count_of("handed_at"),
            "used": {"$sum": {"$cond": [{"$eq": ["$code.state", CodeState.USED.value]}, 1, 0]}},
            "issued_at": {"$first": "$code.issued_at"},
            "expires_at": {"$first": "$code.expires_at"},
        }
        stages: list[dict[str, Any]] = [
            {"$match": ours},
            {"$group": {"_id": "$code.issuance_id", **counted}},
        ]
        if after is not None:
            at, issuance_id = after
            earlier = [{"issued_at": {"$lt": at}}, {"issued_at": at, "_id": {"$lt": issuance_id}}]
            stages.append({"$match": {"$or": earlier}})
        stages += [{"$sort": {"issued_at": -1, "_id": -1}}, {"$limit": limit + 1}]
        found = list(self._slots.aggregate(stages))
        issued = {
            each["_id"]: each["issued_by"]
            for each in self._issuances.find({"_id": {"$in": [one["_id"] for one in found]}})
        }
        named = {"_id": {"$in": list(issued.values())}}
        names = {slot["_id"]: slot["username"] for slot in self._slots.find(named, {"username": 1})}
        return [{**each, "issued_by": names.get(issued.get(each["_id"], ""))} for each in found]

    def hand_out(
        self,
        by: Principal,
        issuance_id: str,
        slot_ids: Collection[str] | None,
        *,
        to: str | None,
        at: datetime,
    ) -> Handout:
        """Mark slips the caller's office has read as handed out; None means all of them.

        The first hand-out stays on record. Raises SlipsNotRead when one of those named is not
        among them, or none is there; nothing is marked then.
        """
        condition = {**_handed_out(by, issuance_id, None), "code.read_at": {"$type": "date"}}
        if slot_ids is not None:
            condition["_id"] = {"$in": list(slot_ids)}
        shown = {"organisation_id": 1, "code.handed_at": 1}
        read = {slot["_id"]: slot for slot in self._slots.find(condition, shown)}
        missing = sorted(set(slot_ids or ()) - read.keys())
        if missing or not read:
            raise SlipsNotRead(issuance_id=issuance_id, slot_ids=", ".join(missing) or "-")
        marked = self._slots.update_many(
            {**condition, "code.handed_at": None},
            {
                "$set": {
                    "code.handed_at": at,
                    "code.handed_by": _who(by),
                    "code.handed_to": to,
                    **UNCOUNTED,
                },
                "$inc": {"version": 1},
            },
        )
        now = {
            slot["organisation_id"] for slot in read.values() if not slot["code"].get("handed_at")
        }
        before = len(read) - marked.modified_count
        return Handout(marked.modified_count, before, sorted(now))

    def _require_unread(self, reading: str, slips: dict[str, Any], at: datetime) -> None:
        if (earlier := self._readings.find_one({"_id": reading})) is not None:
            raise _already_read(earlier)
        # An unread slip sorts first.
        first = self._slots.find_one({**slips, **_readable(at)}, sort=[("code.read_at", 1)])
        if first is None:
            raise IssuanceNotFound(issuance_id=slips["code.issuance_id"])
        if first["code"]["read_at"] is not None:
            raise _already_read(first["code"])

    def _find_own(
        self, reading: str, by: Principal, key: str | None, at: datetime
    ) -> datetime | None:
        """Return when the slot has read these slips under this key, if it may do so again.

        Raises IdempotencyKeyReused when the key came with other slips.
        """
        if key is None:
            return None
        found = self._readings.find_one({"request": _request(by, key)})
        if found is None:
            return None
        if found["_id"] != reading:
            raise IdempotencyKeyReused
        read_at: datetime = found["read_at"]
        return read_at if at < read_at + REPEATABLE else None

    def _record(
        self, reading: str, issuance_id: str, by: Principal, key: str | None, at: datetime
    ) -> datetime:
        """Record a reading, or find that the same request has at the same moment."""
        record = {
            "_id": reading,
            "issuance_id": issuance_id,
            "slot_id": by.slot_id,
            "read_by": _who(by),
            "read_at": at,
        }
        if key is not None:
            record["request"] = _request(by, key)
        try:
            self._readings.insert_one(record)
        except DuplicateKeyError as problem:
            own = self._find_own(reading, by, key, at)
            if own is not None:
                return own
            earlier = self._readings.find_one({"_id": reading})
            raise _already_read(earlier) from problem
        return at


def _count_of(moment: str) -> dict[str, Any]:
    return {"$sum": {"$cond": [{"$gt": [f"$code.{moment}", None]}, 1, 0]}}


def _area(by: Principal) -> dict[str, Any]:
    return {
        "handed_out_by": TIER_OF_ROLE[by.role].value,
        **by.within(AREA_FIELDS),
    }


def _handed_out(by: Principal, issuance_id: str, district: str | None) -> dict[str, Any]:
    """Return the condition on the slots whose slips the caller's office hands out."""
    condition: dict[str, Any] = {
        "code.issuance_id": issuance_id,
        **_area(by),
    }
    if district is not None:
        # Beside the area and not instead of it: a district officer cannot widen it so.
        condition["$and"] = [{"district_code": district}]
    return condition


def _request(by: Principal, key: str) -> str:
    return hashlib.sha256(f"{by.slot_id}\0{key}".encode()).hexdigest()


def _who(by: Principal) -> str:
    return by.username if by.holder_name is None else f"{by.holder_name} ({by.username})"


def _readable(at: datetime) -> dict[str, Any]:
    return {"code.state": CodeState.ISSUED.value, "code.expires_at": {"$gt": at}}


def _already_read(read: dict[str, Any]) -> SlipsAlreadyRead:
    return SlipsAlreadyRead(read_by=read["read_by"], read_at=wire_time(read["read_at"]))
