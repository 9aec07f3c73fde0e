"""Keeps who holds a slot and whether it may be used: holder, hand-over, lock, closure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from chassis.outbox import Outbox
from contracts.accounts.events import (
    HandoverBegunV1,
    HolderChangedV1,
    SessionClosedV1,
    SlotClosedV1,
    SlotLockedV1,
    SlotUnlockedV1,
)
from contracts.accounts.slots import NewHolderFacts, SlotClosed, SlotNotActivated, SlotNotFound
from contracts.errors import StaleVersion
from contracts.events import Event
from contracts.fields import wire_time
from services.accounts.issuance.store.issuances import spend_code
from services.accounts.sign_in.rules.sessions import Ending, Session
from services.accounts.slots.rules.holders import (
    Holder,
    HolderStanding,
    PastHolder,
    Succession,
    make_past,
    succeed,
)
from services.accounts.slots.store.slots import COLLECTION, UNCOUNTED, KeptSlot, kept_slot

PAST_HOLDERS_KEPT = 200


@dataclass(frozen=True, slots=True)
class Action:
    """Something an office does to a slot: who, when, why, and for a hand-over who comes next."""

    since: datetime
    by_slot_id: str
    reason: str | None
    new_holder: NewHolderFacts | None = None


@dataclass(slots=True)
class _Write:
    """What becomes of a slot's document, and what is announced of it."""

    sets: dict[str, Any]
    pushes: dict[str, Any] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)


class TenureStore:
    """Holders, hand-overs, locks and closures in the database, each one write with its events."""

    def __init__(self, database: Any, outbox: Outbox) -> None:
        self._collection = database[COLLECTION]
        self._outbox = outbox

    def change_holder(
        self, slot_id: str, given: Mapping[str, Any], *, made_from: int, at: datetime
    ) -> None:
        """Enter what is given of the holder; who was it before goes to the history.

        Raises StaleVersion, SlotClosed, SlotNotActivated, HolderIncomplete.
        """

        def decide(kept: KeptSlot, _: dict[str, Any]) -> _Write | None:
            _require_open(kept)
            if kept.activated_at is None:
                raise SlotNotActivated(username=kept.slot.username)
            if kept.version != made_from:
                present = kept.holder or {}
                other = [name for name in given if given[name] != present.get(name)]
                raise StaleVersion(changed=", ".join(other) or "state")
            succession = succeed(read_holder(kept.holder), given, at=at)
            if not succession.changed:
                return None
            return _Write(
                {"holder": stored_holder(succession.holder)},
                push_past(succession.past),
                [holder_changed(kept, succession, at=at)],
            )

        self._write(slot_id, decide)

    def begin_handover(self, slot_id: str, action: Action) -> None:
        """End the sign-in, void password and code, and let the holder go; a lock stays.

        Raises SlotClosed, and SlotNotActivated when there is nothing to hand over.
        """

        def decide(kept: KeptSlot, document: dict[str, Any]) -> _Write:
            _require_open(kept)
            if kept.activated_at is None and kept.handover is None:
                raise SlotNotActivated(username=kept.slot.username)
            write = _shut(kept, document, Ending.HANDED_OVER, at=action.since)
            write.sets["handover"] = asdict(action)
            place = _event_facts(kept)
            write.events.append(HandoverBegunV1(**place, begun_at=action.since))
            return write

        self._write(slot_id, decide)

    def lock(self, slot_id: str, action: Action) -> None:
        """End the sign-in and let no other begin. Raises SlotLocked, SlotClosed."""

        def decide(kept: KeptSlot, document: dict[str, Any]) -> _Write:
            _require_open(kept)
            kept.require_unlocked()
            return _Write(
                {"lock": asdict(action), "session": None},
                events=[
                    *_session_closed(document, Ending.LOCKED, at=action.since),
                    SlotLockedV1(**_event_facts(kept), locked_at=action.since),
                ],
            )

        self._write(slot_id, decide)

    def unlock(self, slot_id: str, *, at: datetime) -> None:
        """Let sign-ins begin again; nothing happens when it is not locked. Raises SlotClosed."""

        def decide(kept: KeptSlot, _: dict[str, Any]) -> _Write | None:
            _require_open(kept)
            if kept.lock is None:
                return None
            return _Write(
                {"lock": None}, events=[SlotUnlockedV1(**_event_facts(kept), unlocked_at=at)]
            )

        self._write(slot_id, decide)

    def close(self, slot_id: str, action: Action) -> None:
        """Shut the slot for ever; its history stays. Raises SlotClosed."""

        def decide(kept: KeptSlot, document: dict[str, Any]) -> _Write:
            _require_open(kept)
            write = _shut(kept, document, Ending.SLOT_CLOSED, at=action.since)
            write.sets |= {"closure": asdict(action), "handover": None}
            write.events.append(SlotClosedV1(**_event_facts(kept), closed_at=action.since))
            return write

        self._write(slot_id, decide)

    def _write(
        self, slot_id: str, decide: Callable[[KeptSlot, dict[str, Any]], _Write | None]
    ) -> None:
        """Store what is decided on the slot as it is; when it changed meanwhile decide anew."""
        while True:
            document = self._collection.find_one({"_id": slot_id})
            if document is None:
                raise SlotNotFound(slot_id=slot_id)
            write = decide(kept_slot(document), document)
            if write is None:
                return
            change = {
                "$set": {**write.sets, **UNCOUNTED},
                "$push": write.pushes,
                "$inc": {"version": 1},
            }
            if self._outbox.update(self._collection, as_read(document), change, write.events):
                return


def as_read(document: dict[str, Any]) -> dict[str, Any]:
    """Return the condition that a slot is still as it was read.

    Sessions come and go without a new version, since nobody is shown them with the slot.
    """
    session = document["session"]
    return {
        "_id": document["_id"],
        "version": document.get("version"),
        **({"session": None} if session is None else {"session.id": session["id"]}),
    }


def read_holder(stored: dict[str, Any] | None) -> Holder | None:
    """Return the holder a document holds; of old ones none was acting."""
    if stored is None:
        return None
    standing = HolderStanding(stored.get("standing", HolderStanding.INCUMBENT))
    return Holder(**stored | {"standing": standing})


def stored_holder(holder: Holder | PastHolder) -> dict[str, Any]:
    """Return a holder as documents hold it."""
    return asdict(holder) | {"standing": holder.standing.value}


def push_past(past: PastHolder | None) -> dict[str, Any]:
    """Return what is to be pushed so that the history has the holder who went, if one did."""
    if past is None:
        return {}
    return {"past_holders": {"$each": [stored_holder(past)], "$slice": -PAST_HOLDERS_KEPT}}


def holder_changed(kept: KeptSlot, succession: Succession, *, at: datetime) -> HolderChangedV1:
    """Return the event that tells of a succession, without telling the people."""
    return HolderChangedV1(
        slot_id=kept.slot.id,
        organisation_id=kept.slot.organisation_id,
        standing=succession.holder.standing,
        changed=succession.changed,
        changed_at=at,
    )


def _require_open(kept: KeptSlot) -> None:
    if kept.closure is not None:
        raise SlotClosed(since=wire_time(kept.closure["since"]))


def _shut(kept: KeptSlot, document: dict[str, Any], ending: Ending, *, at: datetime) -> _Write:
    """Return the write after which nothing opens the slot and nobody holds it."""
    holder = read_holder(kept.holder)
    pushes = push_past(None if holder is None else make_past(holder, at=at))
    if document["code"] is not None:
        pushes["spent_codes"] = spend_code(document["code"])
    sets = {
        "password_hash": None,
        "second_factor": None,
        "openid": None,
        "activated_at": None,
        "holder": None,
        "code": None,
        "session": None,
    }
    return _Write(sets, pushes, _session_closed(document, ending, at=at))


def _session_closed(document: dict[str, Any], ending: Ending, *, at: datetime) -> list[Event]:
    if document["session"] is None:
        return []
    session = Session(**document["session"])
    # A sign-in whose time was over ended then, whatever happens to the slot now.
    reason = ending if session.is_live(at=at) else Ending.EXPIRED
    return [
        SessionClosedV1(session_id=session.id, slot_id=document["_id"], reason=reason, closed_at=at)
    ]


def _event_facts(kept: KeptSlot) -> dict[str, Any]:
    slot = kept.slot
    return {
        "slot_id": slot.id,
        "organisation_id": slot.organisation_id,
        "role": slot.role,
        "code_group": slot.code_group,
        "province_code": slot.province_code,
        "district_code": slot.district_code,
    }
