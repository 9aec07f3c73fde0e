"""Extensions as they are kept, and the due dates they move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pymongo.errors import DuplicateKeyError

from chassis.outbox import Outbox
from contracts.events import Event
from contracts.principal import Place
from services.reports.domain.extensions import Extension
from services.reports.domain.obligations import State
from services.reports.domain.rounds import Scope

TOLD = ("organisation_id", "organisation_code", "organisation_type", "code_group")
_PARTS = {
    "province": "province_code",
    "district": "district_code",
    "organisation": "organisation_id",
}


class Extensions:
    """The later due dates given in a round, numbered from 1, and what they have moved."""

    def __init__(self, database: Any, outbox: Outbox) -> None:
        self._extensions = database["extensions"]
        self._obligations = database["obligations"]
        self._drafts = database["drafts"]
        self._moved = database["moved_districts"]
        self._outbox = outbox

    # -- extensions -----------------------------------------------------------------------

    def get(self, extension_id: str) -> Extension | None:
        """Return an extension, or None when it has not been kept so far."""
        document = self._extensions.find_one({"_id": extension_id})
        return document and _extension(document)

    def next_no(self, round_id: str) -> int:
        """Return the number that the next extension of a round would have."""
        of_round = self._extensions.find({"round_id": round_id}, {"no": 1})
        return 1 + next((last["no"] for last in of_round.sort("no", -1).limit(1)), 0)

    def add(self, extension: Extension, announcing: Event) -> bool:
        """Keep an extension and announce it; return False when its number or id is taken."""
        entries = self._outbox.seal([announcing])
        facts = asdict(extension)
        document = {"_id": facts.pop("id"), **facts, "outbox": entries}
        try:
            self._extensions.insert_one(document)
        except DuplicateKeyError:
            return False
        self._outbox.nudge("extensions", extension.id, entries)
        return True

    def list(self, round_id: str, *, after: int, limit: int) -> list[Extension]:
        """Return up to so many extensions of a round from after a number on."""
        found = self._extensions.find({"round_id": round_id, "no": {"$gt": after}})
        return [_extension(document) for document in found.sort("no").limit(limit)]

    def latest_covering(self, round_id: str, place: Place) -> Extension | None:
        """Return the extension with the latest due date among those given to a whole place."""
        parts = {
            "scope.province": place.province,
            "scope.district": place.district,
            "scope.organisation": place.organisation_id,
        }
        covering = {name: {"$in": [None, value]} for name, value in parts.items()}
        found = self._extensions.find({"round_id": round_id, "obligation": None, **covering})
        return next(map(_extension, found.sort([("lao_due_at", -1), ("no", 1)]).limit(1)), None)

    # -- due dates ------------------------------------------------------------------------

    def reaches(self, round_id: str, scope: Scope, obligation: str | None) -> bool:
        """Whether any obligation of the round lies in the part."""
        return (
            self._obligations.find_one(_part(round_id, scope, obligation), {"_id": 1}) is not None
        )

    def districts(self, extension: Extension) -> Iterator[tuple[str, str]]:
        """Yield the province and district of what the extension reaches, in their order."""
        part = _part(extension.round_id, extension.scope, extension.obligation)
        place = {"province": "$province_code", "district": "$district_code"}
        found = self._obligations.aggregate(
            [{"$match": part}, {"$group": {"_id": place}}, {"$sort": {"_id": 1}}]
        )
        for row in found:
            yield row["_id"]["province"], row["_id"]["district"]

    def move(
        self, extension: Extension, province: str, district: str, *, at: datetime
    ) -> list[dict[str, Any]]:
        """Move the due dates of a district that are earlier; return what the extension moved.

        Being on time is judged anew and what was missed is open again, unless the new due date is
        past. One that another extension has moved further meanwhile is left to that. Repeating it
        returns the same.
        """
        within = {
            **_part(extension.round_id, extension.scope, extension.obligation),
            "province_code": province,
            "district_code": district,
        }
        earlier = {**within, "due_at": {"$lt": extension.lao_due_at}}
        while found := self._obligations.find_one(earlier, {"due_at": 1}):
            same = {**within, "due_at": found["due_at"]}
            self._obligations.update_many(same, _moved(extension, found["due_at"], at))
        reached = {**within, "extension_no": extension.no}
        moved = list(self._obligations.find(reached, dict.fromkeys(TOLD, 1)).sort("_id"))
        ids = [document["_id"] for document in moved]
        typed = [draft["_id"] for draft in self._drafts.find({"_id": {"$in": ids}}, {"_id": 1})]
        if typed:
            self._obligations.update_many(
                {"_id": {"$in": typed}, "state": State.OPEN.value},
                {"$set": {"state": State.DRAFT.value}},
            )
        return moved

    def announce(self, extension: Extension, district: str, event: Event) -> None:
        """Announce, once, what was moved in a district."""
        key = f"{extension.id}-{district}"
        entries = self._outbox.seal([event])
        try:
            self._moved.insert_one({"_id": key, "round_id": extension.round_id, "outbox": entries})
        except DuplicateKeyError:
            return
        self._outbox.nudge("moved_districts", key, entries)


def _part(round_id: str, scope: Scope, obligation: str | None) -> dict[str, Any]:
    wanted = {"round_id": round_id, "_id": obligation}
    wanted |= {field: getattr(scope, name) for name, field in _PARTS.items()}
    return {name: value for name, value in wanted.items() if value is not None}


def _moved(extension: Extension, previous: datetime, at: datetime) -> list[dict[str, Any]]:
    """Return the update of an obligation that was due at the previous date."""
    in_time = {"$lte": ["$judged_at", extension.lao_due_at]}
    facts: dict[str, Any] = {
        "due_at": extension.lao_due_at,
        "due_because": {"$literal": extension.because(previous)},
        "extension_no": extension.no,
        "on_time": {"$cond": [{"$gt": ["$judged_at", None]}, in_time, "$on_time"]},
    }
    if at <= extension.lao_due_at:
        missed = {"$eq": ["$state", State.MISSED.value]}
        facts["state"] = {"$cond": [missed, State.OPEN.value, "$state"]}
    return [{"$set": facts}]


def _extension(document: dict[str, Any]) -> Extension:
    facts = {name: document[name] for name in Extension.__dataclass_fields__ if name != "id"}
    return Extension(**facts | {"id": document["_id"], "scope": Scope(**document["scope"])})
