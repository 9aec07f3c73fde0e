"""The organisations that owe reports, as accounts last announced them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from pymongo import UpdateOne

from chassis.mongo import write_new
from collecting.rounds.rules import Scope

_OPEN = {"closed": {"$ne": True}}


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
        write_new(self._organisations.bulk_write, updates)

    def close(self, organisation_id: str) -> None:
        """Keep that an organisation is no more."""
        self._organisations.update_one(
            {"_id": organisation_id}, {"$set": {"closed": True}}, upsert=True
        )

    def get(self, organisation_id: str) -> dict[str, Any] | None:
        """Return what is known of an organisation, or None when it is unknown or no more."""
        known: dict[str, Any] | None = self._organisations.find_one(
            {"_id": organisation_id, **_OPEN}
        )
        return known

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


def _of_scope(scope: Scope) -> dict[str, Any]:
    wanted = {
        "province_code": scope.province,
        "district_code": scope.district,
        "_id": scope.organisation,
    }
    return {name: value for name, value in wanted.items() if value is not None} | _OPEN
