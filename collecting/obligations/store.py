"""Obligations as they are kept, and the organisations they are made from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from chassis.mongo import write_new
from chassis.outbox import Outbox
from collecting.kind import Kind
from collecting.obligations.rules.obligation import Act, Obligation, Signature, State
from collecting.rounds.due_dates import past
from collecting.rounds.rules import Mode
from contracts.collecting.due_dates import Stood
from contracts.collecting.obligations import ObligationNotFound
from contracts.events import Event
from contracts.principal import Principal

NOT_LISTED = {"acts": 0, "outbox": 0}
FIELDS_OF_AREA = {
    "province": "province_code",
    "district": "district_code",
    "organisation": "organisation_id",
}


class Obligations:
    """The ledger's lines."""

    def __init__(self, database: Any, outbox: Outbox, kind: Kind) -> None:
        self._kind = kind
        self._all = kind.subject_ids
        self._obligations = database["obligations"]
        self._opened = database["opened_districts"]
        self._outbox = outbox

    def add(self, obligations: list[Obligation]) -> None:
        """Keep new obligations; what is already there stays as it is."""
        documents = [to_document(obligation) for obligation in obligations]
        write_new(self._obligations.insert_many, documents)

    def list_unannounced(self, round_id: str, organisation_ids: list[str]) -> list[Obligation]:
        """Return the kept obligations of those organisations that no event has told of so far,
        by district. Of an organisation that a body added only its subjects are told.
        """
        told = {"round_id": round_id, "organisation_ids": {"$in": organisation_ids}}
        announced = {
            (organisation_id, subject)
            for opened in self._opened.find(told, {"organisation_ids": 1, "subjects": 1})
            for organisation_id in opened["organisation_ids"]
            for subject in opened.get("subjects", self._all)
        }
        untold = [
            each
            for each in organisation_ids
            if not announced.issuperset((each, subject) for subject in self._all)
        ]
        found = self._obligations.find({"round_id": round_id, "organisation_id": {"$in": untold}})
        return [
            from_document(owed, self._kind)
            for owed in found.sort([("district_code", 1), ("_id", 1)])
            if (owed["organisation_id"], owed[self._kind.axis]) not in announced
        ]

    def announce_opened(self, events: Iterable[Any]) -> None:
        """Announce new obligations, those of an organisation once."""
        opened = []
        for event in events:
            told = sorted({owed["organisation_id"] for owed in event.obligations})
            about = {owed[self._kind.axis] for owed in event.obligations}
            subjects = tuple(each for each in self._all if each in about)
            name = f"{event.round_id}-{event.district_code}-{told[0]}"
            of_all = subjects == self._all
            opened.append(
                {
                    "_id": name if of_all else "-".join([name, *subjects]),
                    "round_id": event.round_id,
                    "organisation_ids": told,
                    **({} if of_all else {"subjects": subjects}),
                    "outbox": self._outbox.seal([event]),
                }
            )
        known = write_new(self._opened.insert_many, opened)
        for place, document in enumerate(opened):
            if place not in known:
                self._outbox.nudge("opened_districts", document["_id"], document["outbox"])

    def list_of_organisation(self, round_id: str, organisation_id: str) -> list[Obligation]:
        """Return what an organisation owes in a round, by subject."""
        found = self._obligations.find({"organisation_id": organisation_id, "round_id": round_id})
        return [from_document(document, self._kind) for document in found.sort("_id")]

    def count(self, round_id: str, state: State | None = None) -> int:
        """Return how many obligations the round has, in all or in a state."""
        wanted = {"round_id": round_id} | ({} if state is None else {"state": state.value})
        return int(self._obligations.count_documents(wanted))

    def get(self, obligation_id: str) -> Obligation:
        """Return an obligation. Raises ObligationNotFound."""
        document = self._obligations.find_one({"_id": obligation_id}, {"outbox": 0})
        if document is None:
            raise ObligationNotFound(obligation_id=obligation_id)
        return from_document(document, self._kind)

    def find_revision(self, obligation_id: str) -> int | None:
        """Return the last revision filed on an obligation, or None when there is no such one."""
        found = self._obligations.find_one({"_id": obligation_id}, {"revision": 1})
        return found and int(found["revision"])

    def list(
        self,
        by: Principal,
        *,
        round_id: str | None,
        state: str | None,
        after: tuple[Any, str] | None,
        limit: int,
        district: str | None = None,
    ) -> list[Obligation]:
        """Return what the caller may see, by due date and id, from after a (due_at, id)."""
        wanted: dict[str, Any] = {**by.within(FIELDS_OF_AREA)}
        if district is not None and wanted.setdefault("district_code", district) != district:
            return []
        subject = self._kind.subject_of(by)
        if subject is not None:
            wanted[self._kind.axis] = subject
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
        found = self._obligations.find(wanted, NOT_LISTED)
        in_order = found.sort([("due_at", 1), ("_id", 1)]).limit(limit)
        return [from_document(document, self._kind) for document in in_order]

    def save_act(
        self, before: Obligation, after: Obligation, *, announcing: Iterable[Event] = ()
    ) -> bool:
        """Keep what was done on an obligation together with its events, in one write.

        Returns False, and keeps nothing, when it was filed on or acted on since it was read.
        """
        was, now = to_document(before), to_document(after)
        unmoved = {name: was[name] for name in ("_id", "revision", "act_no", "state")}
        changed = {name: value for name, value in now.items() if value != was[name]}
        return self._outbox.update(self._obligations, unmoved, {"$set": changed}, announcing)

    def begin_draft(self, obligation_id: str) -> None:
        """Note that something is typed on an untouched obligation."""
        self._obligations.update_one(
            {"_id": obligation_id, "state": State.OPEN.value},
            {"$set": {"state": State.DRAFT.value}},
        )

    def miss(self, round_id: str, *, at: datetime) -> int:
        """Mark what was never filed in a closed round, and was not extended beyond that moment;
        return how many.
        """
        unmet = {
            "round_id": round_id,
            "state": {"$in": [State.OPEN.value, State.DRAFT.value]},
            "$or": [{"extension_no": 0}, past("due_at", at)],
        }
        missed = {"$set": {"state": State.MISSED.value}}
        return int(self._obligations.update_many(unmet, missed).modified_count)


def to_document(obligation: Obligation) -> dict[str, Any]:
    """Return the obligation as it is stored."""
    facts = asdict(obligation)
    del facts["id"], facts["subject"]
    return {
        "_id": obligation.id,
        **facts,
        obligation.subject.axis: obligation.subject.id,
        "mode": obligation.mode.value,
        "state": obligation.state.value,
        "stood": list(facts["stood"]),
        "signatures": list(facts["signatures"]),
        "acts": list(facts["acts"]),
    }


def from_document(document: dict[str, Any], kind: Kind) -> Obligation:
    """Return a stored obligation."""
    facts = {name: document[name] for name in Obligation.__dataclass_fields__ if name in document}
    return Obligation(
        **facts
        | {
            "id": document["_id"],
            "subject": kind.subject(document[kind.axis]),
            "mode": Mode(document["mode"]),
            "state": State(document["state"]),
            "stood": tuple(Stood(**one) for one in document.get("stood", ())),
            "signatures": tuple(Signature(**one) for one in document.get("signatures", ())),
            "acts": tuple(Act(**one) for one in document.get("acts", ())),
        }
    )
