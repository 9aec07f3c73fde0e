"""Keeps what an activation code does: it dies, and the slot has a password and a holder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.outbox import Outbox
from contracts.accounts.events import SessionClosedV1, SlotActivatedV1
from services.accounts.domain.activation import CodeState, KeptCode
from services.accounts.domain.sessions import Ending
from services.accounts.domain.slots import Slot
from services.accounts.store.slots import COLLECTION, slot_of

_HOLDER = ("name", "position", "phone", "email")


@dataclass(frozen=True, slots=True)
class ActivationSlot:
    """A slot as somebody activates it: its codes, the present one first."""

    slot: Slot
    codes: list[KeptCode]
    session_id: str | None


class ActivationStore:
    """Activations in the database."""

    def __init__(self, database: Any, outbox: Outbox) -> None:
        self._collection = database[COLLECTION]
        self._outbox = outbox

    def find(self, username: str) -> ActivationSlot | None:
        """Return the slot of a username, or None."""
        document = self._collection.find_one({"username": username})
        if document is None:
            return None
        present = [] if document["code"] is None else [document["code"]]
        session = document["session"]
        return ActivationSlot(
            slot=slot_of(document),
            codes=[_kept_code(code) for code in present + document["spent_codes"]],
            session_id=None if session is None else session["id"],
        )

    def activate(
        self,
        found: ActivationSlot,
        code: KeptCode,
        password_hash: str,
        holder: Mapping[str, str],
        *,
        at: datetime,
    ) -> bool:
        """Use up the code and set password and holder; a live session ends.

        Returns False, and changes nothing, when the slot is no longer as it was found.
        """
        slot = found.slot
        entries = self._entries(found, at)
        result = self._collection.update_one(
            {
                "_id": slot.id,
                "code.hash": code.hash,
                "code.state": CodeState.ISSUED.value,
                **(
                    {"session": None}
                    if found.session_id is None
                    else {"session.id": found.session_id}
                ),
            },
            {
                "$set": {
                    "password_hash": password_hash,
                    "activated_at": at,
                    "holder": {name: holder.get(name) for name in _HOLDER} | {"since": at},
                    "code.state": CodeState.USED.value,
                    "session": None,
                },
                "$push": {"outbox": {"$each": entries}},
            },
        )
        if result.matched_count:
            self._outbox.nudge(COLLECTION, slot.id, entries)
        return bool(result.matched_count)

    def _entries(self, found: ActivationSlot, at: datetime) -> list[dict[str, Any]]:
        slot = found.slot
        activated = SlotActivatedV1(
            slot_id=slot.id,
            organisation_id=slot.organisation_id,
            role=slot.role,
            code_group=slot.code_group,
            province_code=slot.province_code,
            district_code=slot.district_code,
            activated_at=at,
        )
        if found.session_id is None:
            return self._outbox.seal([activated])
        closed = SessionClosedV1(
            session_id=found.session_id, slot_id=slot.id, reason=Ending.REACTIVATED, closed_at=at
        )
        return self._outbox.seal([activated, closed])


def _kept_code(stored: dict[str, Any]) -> KeptCode:
    return KeptCode(stored["hash"], CodeState(stored["state"]), stored["expires_at"])
