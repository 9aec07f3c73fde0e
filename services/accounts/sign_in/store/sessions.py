"""Keeps sign-ins: in the slot itself, so that the database lets only one of them win."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from pymongo import WriteConcern

from chassis.outbox import Outbox
from contracts.accounts.events import SessionClosedV1, SessionOpenedV1
from contracts.accounts.sign_in import WrongCredentials
from contracts.events import Event
from services.accounts.sign_in.rules.sessions import Ended, Ending, Session, make_way
from services.accounts.slots.store.slots import COLLECTION, KeptSlot, kept_slot

TAKEN_OVER_KEPT = 5


@dataclass(frozen=True, slots=True)
class SignInSlot:
    """A slot as somebody signs in to it; with `pid_hash`, as the person it is linked to."""

    kept: KeptSlot
    password_hash: str | None
    session: Session | None
    pid_hash: str | None = None

    @property
    def as_proved(self) -> dict[str, Any]:
        """The condition that what opens it is what was proved."""
        linked = {} if self.pid_hash is None else {"openid.pid_hash": self.pid_hash}
        return {"_id": self.kept.slot.id, "password_hash": self.password_hash, **linked}


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What is left of a session that another one took over."""

    kept: KeptSlot
    since: datetime


@dataclass(frozen=True, slots=True)
class Expired:
    """A session whose time is over."""

    kept: KeptSlot


class SessionStore:
    """Sessions in the database."""

    def __init__(self, database: Any, outbox: Outbox) -> None:
        self._collection = database[COLLECTION]
        self._outbox = outbox

    def find_slot(self, username: str) -> SignInSlot | None:
        """Return the slot of a username, or None."""
        document = self._collection.find_one({"username": username})
        return None if document is None else _sign_in_slot(document)

    def find_linked(self, username: str, pid_hash: str) -> SignInSlot | None:
        """Return the slot of a username if it is linked to that person, or None."""
        document = self._collection.find_one({"username": username, "openid.pid_hash": pid_hash})
        return document and replace(_sign_in_slot(document), pid_hash=pid_hash)

    def open(self, found: SignInSlot, session: Session, *, takeover: bool) -> Ended | None:
        """Store the session as the slot's only one. Returns how the one before it ended.

        Two at once do not both win: the later one is decided anew, as if it had just come.
        Raises SlotInUse, SlotLocked, and WrongCredentials when what was proved opens it no more.
        """
        if found.password_hash is None:
            raise WrongCredentials  # handed over or closed: whatever was proved, nobody holds it
        found.kept.require_unlocked()
        slot_id = found.kept.slot.id
        current = found.session
        while True:
            ended = make_way(current, takeover=takeover, at=session.opened_at)
            update: dict[str, Any] = {"$set": {"session": asdict(session)}}
            if current and ended and ended.how is Ending.TAKEN_OVER:
                told = {"token_hash": current.token_hash, "at": session.opened_at}
                update["$push"] = {"taken_over": {"$each": [told], "$slice": -TAKEN_OVER_KEPT}}
            unchanged = {**found.as_proved, "lock": None, **_still(current)}
            events = _opening(slot_id, session, current, ended)
            if self._outbox.update(self._collection, unchanged, update, events):
                return ended
            current = self._current(found)

    def close(self, session_id: str, slot_id: str, *, at: datetime) -> bool:
        """End a session by its holder's wish. Returns whether it was still there."""
        closed = SessionClosedV1(
            session_id=session_id, slot_id=slot_id, reason=Ending.SIGNED_OUT, closed_at=at
        )
        live = {"_id": slot_id, "session.id": session_id}
        return self._outbox.update(self._collection, live, {"$set": {"session": None}}, [closed])

    def list_by_token(
        self, token_hashes: Collection[str], *, at: datetime
    ) -> dict[str, tuple[KeptSlot, Session] | TakenOver | Expired]:
        """Return what each token stands for; those that stand for nothing are left out."""
        found: dict[str, tuple[KeptSlot, Session] | TakenOver | Expired] = {}
        for document in self._slots_with("session.token_hash", token_hashes):
            kept, session = kept_slot(document), Session(**document["session"])
            found[session.token_hash] = (kept, session) if session.is_live(at=at) else Expired(kept)
        # Asked by itself, since hardly any is: with the first as one question the server would
        # plan it anew each time.
        if others := set(token_hashes) - found.keys():
            for document in self._slots_with("taken_over.token_hash", others):
                for ended in document["taken_over"]:
                    if ended["token_hash"] in others:
                        found[ended["token_hash"]] = TakenOver(kept_slot(document), ended["at"])
        return found

    def _slots_with(self, field: str, token_hashes: Collection[str]) -> Iterable[dict[str, Any]]:
        found: Iterable[dict[str, Any]] = self._collection.find(
            {field: {"$in": list(token_hashes)}},
            {"outbox": 0, "spent_codes": 0, "password_hash": 0},
            batch_size=len(token_hashes) + 1,
        )
        return found

    def note_refused(self, slot_id: str, token_hash: str) -> bool:
        """Note that an ended session was used again. Returns False when that was noted before."""
        first = {"_id": slot_id, "refused_tokens": {"$ne": token_hash}}
        noted = {"$each": [token_hash], "$slice": -TAKEN_OVER_KEPT - 1}
        return bool(
            self._collection.update_one(first, {"$push": {"refused_tokens": noted}}).matched_count
        )

    def change_password(
        self, slot_id: str, old_hash: str, new_hash: str, *, session_id: str, at: datetime
    ) -> bool:
        """Replace the password; a session other than the one it is changed in ends, and a link.

        Returns False when the password or the session has changed meanwhile.
        """
        document = self._collection.find_one({"_id": slot_id}, {"session": 1})
        current = document and _session(document)
        closed = []
        if current is not None and current.id != session_id:
            reason = Ending.PASSWORD_CHANGED
            closed.append(
                SessionClosedV1(session_id=current.id, slot_id=slot_id, reason=reason, closed_at=at)
            )
        unchanged = {"_id": slot_id, "password_hash": old_hash, **_still(current)}
        sets = {"password_hash": new_hash, "openid": None, **({"session": None} if closed else {})}
        return self._outbox.update(self._collection, unchanged, {"$set": sets}, closed)

    def note_use(self, used: Mapping[str, str], *, idle_at: datetime) -> None:
        """Move the end of idleness of sessions, told by slot, unless they have ended.

        Not journaled: a note that is lost is made again at the next use.
        """
        self._collection.with_options(write_concern=WriteConcern(w=1, j=False)).update_many(
            {"_id": {"$in": list(used)}, "session.id": {"$in": list(used.values())}},
            {"$max": {"session.idle_at": idle_at}},
        )

    def _current(self, found: SignInSlot) -> Session | None:
        document = self._collection.find_one(found.as_proved)
        if document is None:
            raise WrongCredentials
        kept_slot(document).require_unlocked()
        return _session(document)


def _opening(
    slot_id: str, session: Session, current: Session | None, ended: Ended | None
) -> list[Event]:
    opened = SessionOpenedV1(
        session_id=session.id,
        slot_id=slot_id,
        opened_at=session.opened_at,
        expires_at=session.expires_at,
    )
    if current is None or ended is None:
        return [opened]
    closed = SessionClosedV1(
        session_id=current.id, slot_id=slot_id, reason=ended.how, closed_at=session.opened_at
    )
    return [closed, opened]


def _still(session: Session | None) -> dict[str, Any]:
    return {"session": None} if session is None else {"session.id": session.id}


def _sign_in_slot(document: dict[str, Any]) -> SignInSlot:
    return SignInSlot(kept_slot(document), document["password_hash"], _session(document))


def _session(document: dict[str, Any]) -> Session | None:
    stored = document["session"]
    return None if stored is None else Session(**stored)
