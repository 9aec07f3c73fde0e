"""Keeps what an activation code does: it dies, and the slot has a password and a holder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.outbox import Outbox
from contracts.accounts.events import SessionClosedV1, SlotActivatedV1
from contracts.accounts.issuance import HolderRequestFacts
from contracts.events import Event
from contracts.reference.code_groups import CodeGroup
from services.accounts.issuance.rules import CodeState, KeptCode
from services.accounts.sign_in.rules.sessions import Ending
from services.accounts.slots.rules.holders import HolderStanding, Succession, succeed
from services.accounts.slots.rules.slot import Slot
from services.accounts.slots.store.slots import COLLECTION, UNCOUNTED, KeptSlot, kept_slot
from services.accounts.slots.store.tenure import (
    as_read,
    holder_changed,
    push_past,
    read_holder,
    stored_holder,
)

_HOLDER = ("name", "position", "phone", "email")
_LEGACY = re.compile(r"[0-9]{7}")


@dataclass(frozen=True, slots=True)
class ActivationSlot:
    """A slot as somebody activates it: its codes, the present one first."""

    kept: KeptSlot
    codes: list[KeptCode]
    session_id: str | None
    as_read: dict[str, Any]

    @property
    def slot(self) -> Slot:
        """Which slot."""
        return self.kept.slot


class ActivationStore:
    """Activations in the database."""

    def __init__(self, database: Any, outbox: Outbox) -> None:
        self._collection = database[COLLECTION]
        self._outbox = outbox

    def list_claimable(self, username: str) -> list[ActivationSlot]:
        """Return the slots that somebody may mean: the username's, or by a bare code its LAO's.

        The old system had one username for each LAO, its code of 7 digits.
        """
        meant = [username]
        if _LEGACY.fullmatch(username):
            meant = [f"{username}-{group.number}" for group in CodeGroup]
        found = self._collection.find({"username": {"$in": meant}}).sort("username", 1)
        return [self._read(document) for document in found]

    @staticmethod
    def _read(document: dict[str, Any]) -> ActivationSlot:
        present = [] if document["code"] is None else [document["code"]]
        session = document["session"]
        return ActivationSlot(
            kept=kept_slot(document),
            codes=[_kept_code(code) for code in present + document["spent_codes"]],
            session_id=None if session is None else session["id"],
            as_read=as_read(document),
        )

    def activate(
        self,
        found: ActivationSlot,
        code: KeptCode,
        password_hash: str,
        holder: HolderRequestFacts,
        *,
        at: datetime,
    ) -> bool:
        """Use up the code and set password and holder; a live session ends.

        Returns False, and changes nothing, when the slot is no longer as it was found.
        """
        given = {name: holder.get(name) for name in _HOLDER}
        given["standing"] = holder.get("standing", HolderStanding.INCUMBENT)
        succession = succeed(read_holder(found.kept.holder), given, at=at)
        return self._outbox.update(
            self._collection,
            {
                **found.as_read,
                "code.hash": code.hash,
                "code.state": CodeState.ISSUED.value,
            },
            {
                "$set": {
                    "password_hash": password_hash,
                    "activated_at": at,
                    "holder": stored_holder(succession.holder),
                    "handover": None,
                    "code.state": CodeState.USED.value,
                    "session": None,
                    # The leaver's authenticator and ThaID open nothing any more.
                    "second_factor": None,
                    "openid": None,
                    **UNCOUNTED,
                },
                "$push": push_past(succession.past),
                "$inc": {"version": 1},
            },
            _activation(found, succession, at),
        )


def _activation(found: ActivationSlot, succession: Succession, at: datetime) -> Iterator[Event]:
    slot = found.slot
    if succession.changed:
        yield holder_changed(found.kept, succession, at=at)
    yield SlotActivatedV1(
        slot_id=slot.id,
        organisation_id=slot.organisation_id,
        role=slot.role,
        code_group=slot.code_group,
        province_code=slot.province_code,
        district_code=slot.district_code,
        activated_at=at,
    )
    if found.session_id is not None:
        yield SessionClosedV1(
            session_id=found.session_id, slot_id=slot.id, reason=Ending.REACTIVATED, closed_at=at
        )


def _kept_code(stored: dict[str, Any]) -> KeptCode:
    return KeptCode(stored["hash"], CodeState(stored["state"]), stored["expires_at"])
