"""What was sent in a day or a year, by whom: one counter for each quota, gone when it is over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pymongo.errors import DuplicateKeyError

from collecting.quotas.rules import Quota, Sent, quotas_of
from contracts.collecting.quotas import QuotaReached
from contracts.fields import wire_time
from contracts.principal import Principal

COLLECTION = "quota_counters"
_UNITS = {"count": ("items", "รายการ"), "bytes": ("bytes", "ไบต์")}


class Quotas:
    """Counters by what, who and when; asking costs one write for each quota, however much was sent.

    A process that dies between counting and keeping has counted too much, never too little.
    """

    def __init__(self, database: Any) -> None:
        self._counters = database[COLLECTION]

    def charge(self, by: Principal, what: Sent, size: int, *, at: datetime) -> None:
        """Count one more of that size. Raises QuotaReached, and then counts nothing."""
        charged: list[Quota] = []
        for quota in quotas_of(what, at):
            try:
                self._charge(quota, by, size, at)
            except QuotaReached:
                for other in charged:
                    self._add(other, by, -1, -size, at)
                raise
            charged.append(quota)

    def give_back(self, by: Principal, what: Sent, size: int, *, at: datetime) -> None:
        """Count one less: it was there already, and nothing more was kept."""
        for quota in quotas_of(what, at):
            self._add(quota, by, -1, -size, at)

    def _charge(self, quota: Quota, by: Principal, size: int, at: datetime) -> None:
        _, ends = quota.span(at)
        room: dict[str, Any] = {"_id": _id_of(quota, by, at)}
        wanted = {"count": 1, "bytes": size}
        for unit in _UNITS:
            most = getattr(quota, unit)
            if most is not None:
                room[unit] = {"$lte": most - wanted[unit]}
                if most < wanted[unit]:
                    raise self._reached(quota, by, wanted, at)
        counted = {"$inc": wanted, "$setOnInsert": {"gone_at": ends}}
        try:
            self._counters.update_one(room, counted, upsert=True)
        except DuplicateKeyError:  # it is there, and has no room: or another was first to make it
            if not self._counters.update_one(room, counted).matched_count:
                raise self._reached(quota, by, wanted, at) from None

    def _add(self, quota: Quota, by: Principal, count: int, size: int, at: datetime) -> None:
        change = {"$inc": {"count": count, "bytes": size}}
        self._counters.update_one({"_id": _id_of(quota, by, at)}, change)

    def _reached(
        self, quota: Quota, by: Principal, wanted: dict[str, int], at: datetime
    ) -> QuotaReached:
        used = self._counters.find_one({"_id": _id_of(quota, by, at)}) or {}
        over = {
            unit: most
            for unit in _UNITS
            if (most := getattr(quota, unit)) is not None
            and used.get(unit, 0) + wanted[unit] > most
        }
        unit, most = next(iter(over.items()), ("count", quota.count))
        _, ends = quota.span(at)
        return QuotaReached(
            what=quota.what,
            of=quota.of,
            name=quota.name,
            name_th=quota.name_th,
            unit=_UNITS[unit][0],
            unit_th=_UNITS[unit][1],
            limit=most,
            used=used.get(unit, 0),
            wanted=wanted[unit],
            resets_at=wire_time(ends),
            retry_after_seconds=max(1, int((ends - at).total_seconds())),
        )


def _id_of(quota: Quota, by: Principal, at: datetime) -> str:
    first, _ = quota.span(at)
    return f"{quota.what}:{quota.of}:{quota.counted_for(by)}:{first.isoformat()}"
