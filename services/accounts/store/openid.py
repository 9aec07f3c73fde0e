"""Keeps flows to the OpenID provider while they last, and which slot is linked to which person."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from services.accounts.store.slots import COLLECTION

FLOWS = "openid_flows"


@dataclass(frozen=True, slots=True)
class Flow:
    """What the answer of the provider is for: signing in to a slot, or linking one."""

    username: str
    slot_id: str | None
    takeover: bool
    begun_at: datetime


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

    def link(self, flow: Flow, person: dict[str, str], *, at: datetime) -> bool:
        """Let this person, and no other, sign in to the flow's slot through the provider.

        Return whether it was done: not when the slot got another holder since the flow was begun.
        """
        still_theirs = {"_id": flow.slot_id, "activated_at": {"$ne": None, "$lte": flow.begun_at}}
        linked = {"$set": {"openid": person | {"linked_at": at}}}
        return self._slots.update_one(still_theirs, linked).matched_count == 1

    def is_linked(self, slot_id: str, pid_hash: str) -> bool:
        """Whether the slot is this person's."""
        linked = {"_id": slot_id, "openid.pid_hash": pid_hash}
        return self._slots.count_documents(linked, limit=1) == 1
