"""Keeps flows to the OpenID provider while they last, and which slot is linked to which person.

What ends a link with something else of the slot is written where that is: see decision 0022.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from services.accounts.slots.store.slots import COLLECTION

FLOWS = "openid_flows"


@dataclass(frozen=True, slots=True)
class Flow:
    """What the answer of the provider is for: signing in to a slot, or linking one.

    To link, `proved` is the hash of the password that was given; to sign in, `address` and
    `spent` are where it was begun, and the keys of the paces that this was counted in.
    """

    username: str
    slot_id: str | None
    takeover: bool
    begun_at: datetime
    proved: str | None = None
    address: str | None = None
    spent: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Link:
    """Who may sign in to a slot through the provider, and how sure that was when it was made."""

    name: str
    level: str
    linked_at: datetime


class OpenIdStore:
    """Flows and links in the database."""

    def __init__(self, database: Any) -> None:
        self._flows = database[FLOWS]
        self._slots = database[COLLECTION]

    def begin(self, state_hash: str, flow: Flow) -> None:
        """Keep a flow; it forgets itself."""
        self._flows.insert_one({"_id": state_hash, **asdict(flow)})

    def take(self, state_hash: str) -> Flow | None:
        """Return a flow for the only time."""
        found = self._flows.find_one_and_delete({"_id": state_hash})
        return None if found is None else Flow(**{k: v for k, v in found.items() if k != "_id"})

    def find(self, slot_id: str) -> Link | None:
        """Return a slot's link, or None."""
        document = self._slots.find_one({"_id": slot_id}, {"openid": 1})
        kept = document and document.get("openid")
        return Link(kept["name"], kept["ial"], kept["linked_at"]) if kept else None

    def link(self, flow: Flow, person: dict[str, str], *, at: datetime) -> bool:
        """Let this person, and no other, sign in to the flow's slot through the provider.

        Return whether it was done: not when it has a link, is locked, or asks for another password
        or another second factor than when the flow was begun.
        """
        as_proved = {
            "_id": flow.slot_id,
            "password_hash": {"$eq": flow.proved, "$ne": None},
            "second_factor.confirmed_at": {"$not": {"$gt": flow.begun_at}},
            "lock": None,
            "openid": None,
        }
        linked = {"$set": {"openid": person | {"linked_at": at}}}
        return bool(self._slots.update_one(as_proved, linked).matched_count == 1)

    def unlink(self, slot_id: str) -> bool:
        """Let nobody sign in through the provider. Returns whether anybody could."""
        linked = {"_id": slot_id, "openid": {"$ne": None}}
        return bool(self._slots.update_one(linked, {"$set": {"openid": None}}).matched_count == 1)
