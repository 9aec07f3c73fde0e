"""Orders on due dates as they are kept, and the due dates they move."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from chassis.outbox import Outbox
from collecting.extensions.rules import Due, Extension, Orders, due_after
from collecting.kind import Kind
from collecting.obligations.rules.obligation import Obligation, State
from collecting.obligations.store import FIELDS_OF_AREA, NOT_LISTED, from_document
from collecting.rounds.due_dates import in_time
from collecting.rounds.rules import Round, Scope
from contracts.collecting.due_dates import last_moment
from contracts.events import Event


class Extensions:
    """The orders on due dates of a round, numbered from 1, and what they have moved."""

    def __init__(self, database: Any, outbox: Outbox, kind: Kind) -> None:
        self._kind = kind
        self._extensions = database["extensions"]
        self._obligations = database["obligations"]
        self._drafts = database["drafts"]
        self._moved = database["moved_districts"]
        self._outbox = outbox

    # -- extensions -----------------------------------------------------------------------

    def get(self, extension_id: str) -> Extension | None:
        """Return an order, or None when it has not been kept so far."""
        document = self._extensions.find_one({"_id": extension_id})
        return document and self._extension(document)

    def add(self, extension: Extension, announcing: Event) -> bool:
        """Keep an order and announce it; return False when its number or id is taken."""
        facts = asdict(extension)
        document = {"_id": facts.pop("id"), **facts}
        return self._outbox.insert(self._extensions, document, [announcing])

    def list(self, round_id: str, *, after: int, limit: int) -> list[Extension]:
        """Return up to so many orders of a round from after a number on."""
        found = self._extensions.find({"round_id": round_id, "no": {"$gt": after}})
        return [self._extension(document) for document in found.sort("no").limit(limit)]

    def up_to(self, round_id: str, no: int | None = None) -> Sequence[Extension]:
        """Return the orders of a round up to a number, or all; MOST_EXTENSIONS bounds them."""
        wanted = {"round_id": round_id} | ({} if no is None else {"no": {"$lte": no}})
        return [self._extension(document) for document in self._extensions.find(wanted).sort("no")]

    def _extension(self, document: dict[str, Any]) -> Extension:
        """Return a stored order; one that says nothing of subjects is about all of them."""
        known = (name for name in Extension.__dataclass_fields__ if name in document)
        return Extension(
            **{name: document[name] for name in known}
            | {
                "id": document["_id"],
                "scope": Scope(**document["scope"]),
                "subjects": tuple(document.get("subjects") or self._kind.subject_ids),
            }
        )

    # -- due dates ------------------------------------------------------------------------

    def reaches(self, order: Extension) -> bool:
        """Whether there is any obligation that the order reaches."""
        return self._obligations.find_one(self._part(order), {"_id": 1}) is not None

    def districts(self, extension: Extension) -> Iterator[tuple[str, str]]:
        """Yield the province and district of what the order reaches, in their order."""
        part = self._part(extension)
        place = {"province": "$province_code", "district": "$district_code"}
        found = self._obligations.aggregate(
            [{"$match": part}, {"$group": {"_id": place}}, {"$sort": {"_id": 1}}]
        )
        for row in found:
            yield row["_id"]["province"], row["_id"]["district"]

    def move(
        self,
        extension: Extension,
        orders: Orders,
        round_: Round,
        province: str,
        district: str,
        *,
        at: datetime,
    ) -> Sequence[Obligation]:
        """Bring the due dates of a district to what the orders up to this one make of them; return
        what this is the last order of.

        Being on time is judged anew, and what was missed is open again unless the due date is past.
        What a later order has reached meanwhile is left to that. Repeating it returns the same.
        """
        within = {
            **self._part(extension),
            "province_code": province,
            "district_code": district,
        }
        earlier = {**within, "extension_no": {"$lt": extension.no}}
        alike: dict[Due, list[str]] = {}
        for document in self._obligations.find(earlier, NOT_LISTED):
            owed = from_document(document, self._kind)
            reaching = orders.reaching(owed.id, owed.place, owed.subject.id)
            due = due_after(reaching, *round_.due_at(owed.place))
            alike.setdefault(due, []).append(owed.id)
        for due, ids in alike.items():
            unmoved = {"_id": {"$in": ids}, "extension_no": {"$lt": extension.no}}
            self._obligations.update_many(unmoved, _moved(due, at))
        self._show_typed(within)
        reached = self._obligations.find({**within, "extension_no": extension.no}, NOT_LISTED)
        return [from_document(document, self._kind) for document in reached.sort("_id")]

    def _show_typed(self, within: dict[str, Any]) -> None:
        """Show as a draft again what was typed on before it was missed and opened again."""
        opened = {**within, "state": State.OPEN.value}
        ids = [document["_id"] for document in self._obligations.find(opened, {"_id": 1})]
        typed = [draft["_id"] for draft in self._drafts.find({"_id": {"$in": ids}}, {"_id": 1})]
        if typed:
            self._obligations.update_many(
                {"_id": {"$in": typed}, "state": State.OPEN.value},
                {"$set": {"state": State.DRAFT.value}},
            )

    def _part(self, order: Extension) -> dict[str, Any]:
        wanted: dict[str, Any] = {"round_id": order.round_id, "_id": order.obligation}
        wanted |= {field: getattr(order.scope, name) for name, field in FIELDS_OF_AREA.items()}
        if len(order.subjects) < len(self._kind.subject_ids):
            wanted[self._kind.axis] = {"$in": list(order.subjects)}
        return {name: value for name, value in wanted.items() if value is not None}

    def announce(self, extension: Extension, district: str, event: Event) -> None:
        """Announce, once, the due dates of a district after an order."""
        key = f"{extension.id}-{district}"
        self._outbox.insert(self._moved, {"_id": key, "round_id": extension.round_id}, [event])


def _moved(due: Due, at: datetime) -> list[dict[str, Any]]:
    """Return the update of an obligation that is due so from now on."""
    stood = [asdict(each) for each in due.stood]
    judged = in_time("$judged_at", {"$literal": due.at}, {"$literal": stood})
    facts: dict[str, Any] = {
        "due_at": due.at,
        "due_because": {"$literal": due.because},
        "extension_no": due.extension_no,
        "stood": {"$literal": stood},
        "on_time": {"$cond": [{"$gt": ["$judged_at", None]}, judged, "$on_time"]},
    }
    if at <= last_moment(due.at):
        missed = {"$eq": ["$state", State.MISSED.value]}
        facts["state"] = {"$cond": [missed, State.OPEN.value, "$state"]}
    return [{"$set": facts}]
