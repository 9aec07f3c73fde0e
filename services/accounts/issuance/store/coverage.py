"""Keeps how far the codes have come, area by area: counted anew where a slot has changed since.

Every write that may change a count leaves the slot uncounted, in the same write. Whoever asks for
coverage first counts the areas of such slots again, so an answer is exact and costs as much as
has changed, not as much as there is.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from pymongo import InsertOne, UpdateOne

from chassis.mongo import write_new
from contracts.principal import Principal
from services.accounts.organisations.store.organisations import READ_AT_ONCE
from services.accounts.slots.store.slots import AREA_FIELDS, area_key
from services.accounts.slots.store.slots import COLLECTION as SLOTS

COLLECTION = "coverage"
COUNTS = ("slots", "issued", "read", "handed_out", "activated", "locked")
_AT_ONCE = 1_000
_AREA = ("province_code", "district_code")
_IS_ACTIVATED = {"$gt": ["$activated_at", None]}
_IS_SO: dict[str, Any] = {
    "slots": True,
    "issued": {"$or": [_IS_ACTIVATED, {"$gt": ["$code.hash", None]}]},
    "read": {"$or": [_IS_ACTIVATED, {"$gt": ["$code.read_at", None]}]},
    "handed_out": {"$or": [_IS_ACTIVATED, {"$gt": ["$code.handed_at", None]}]},
    "activated": _IS_ACTIVATED,
    "locked": {"$gt": ["$lock", None]},
}


class CoverageStore:
    """The counts of every area in the database. A closed slot counts no more."""

    def __init__(self, database: Any) -> None:
        self._areas = database[COLLECTION]
        self._slots = database[SLOTS]

    def list_counts(self, by: Principal, axis: str) -> list[dict[str, Any]]:
        """Return key and counts of each area of the axis the caller covers."""
        self.recount()
        condition = by.within(AREA_FIELDS)
        field = AREA_FIELDS[axis]
        found: dict[str, dict[str, Any]] = {}
        for area in self._areas.find({field: {"$ne": None}, **condition}).batch_size(_AT_ONCE):
            sums = found.setdefault(area[field], dict.fromkeys(COUNTS, 0))
            for name in COUNTS:
                sums[name] += area[name]
        return [{"key": key, **sums} for key, sums in found.items() if sums["slots"]]

    def recount(self) -> None:
        """Count the areas of the slots that have changed since they were counted."""
        seen = {"version": 1, "left": 1, **dict.fromkeys(_AREA, 1)}
        while slots := list(self._slots.find({"counted": None}, seen).batch_size(READ_AT_ONCE)):
            touched = [_areas_of(slot) for slot in slots]
            counted = self._count(set().union(*touched))
            settled = [
                _counting(slot)
                for slot, areas in zip(slots, touched, strict=True)
                if areas <= counted
            ]
            for start in range(0, len(settled), _AT_ONCE):
                self._slots.bulk_write(settled[start : start + _AT_ONCE], ordered=False)

    def _count(self, areas: set[str]) -> set[str]:
        """Count areas and return those of which the counts were kept.

        What somebody else has counted meanwhile is not overwritten: theirs may be the later.
        """
        before = {
            area["_id"]: area["counting"]
            for area in self._areas.find({"_id": {"$in": list(areas)}}, {"counting": 1})
        }
        counts = {area: dict.fromkeys(COUNTS, 0) for area in areas} | self._sums(areas)
        mine = uuid.uuid4().hex
        writes: list[InsertOne[dict[str, Any]] | UpdateOne] = []
        for area, sums in counts.items():
            fresh = {**sums, "counting": mine}
            if area in before:
                same = {"_id": area, "counting": before[area]}
                writes.append(UpdateOne(same, {"$set": fresh}))
            else:
                place = dict(zip(_AREA, _split(area), strict=True))
                writes.append(InsertOne({"_id": area, **place, **fresh}))
        write_new(self._areas.bulk_write, writes)
        kept = self._areas.find({"_id": {"$in": list(areas)}, "counting": mine}, {"_id": 1})
        return {area["_id"] for area in kept}

    def _sums(self, areas: Iterable[str]) -> dict[str, dict[str, int]]:
        places = [_split(area) for area in areas]
        districts = [district for _, district in places if district is not None]
        provinces = [province for province, district in places if district is None]
        rows = self._slots.aggregate(
            [
                {
                    "$match": {
                        "$or": [
                            {"district_code": {"$in": districts}},
                            {"province_code": {"$in": provinces}, "district_code": None},
                        ],
                        "closure": None,
                    }
                },
                {
                    "$group": {
                        "_id": {name: f"${name}" for name in _AREA},
                        **{name: {"$sum": {"$cond": [so, 1, 0]}} for name, so in _IS_SO.items()},
                    }
                },
            ]
        )
        sums = {area_key(row.pop("_id")): row for row in rows}
        return {area: sums[area] for area in areas if area in sums}


def _areas_of(slot: dict[str, Any]) -> set[str]:
    """Return where a slot counts and where it counted before; the operator's counts nowhere."""
    here = [] if slot["province_code"] is None else [area_key(slot)]
    return {*here, *slot.get("left", ())}


def _counting(slot: dict[str, Any]) -> UpdateOne:
    """Return the write that makes a slot counted, if it is still as it was counted."""
    same = {"_id": slot["_id"], "version": slot.get("version")}
    return UpdateOne(same, {"$set": {"counted": True}, "$unset": {"left": ""}})


def _split(area: str) -> tuple[str, str | None]:
    province, _, district = area.partition("/")
    return province, district or None
