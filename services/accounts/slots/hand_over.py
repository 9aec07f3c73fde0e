"""Handing a slot over: the leaver's sign-in and password end, the next holder gets a code."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import cast

from contracts.accounts.slots import HandoverFacts
from contracts.fields import wire_time
from services.accounts.issuance import issue as issuing
from services.accounts.issuance.codes import ActivationCodes
from services.accounts.issuance.store.issuances import Issuance
from services.accounts.slots.rules.slot import Slot
from services.accounts.slots.store.tenure import Action
from services.accounts.stores import AccountsStore


def hand_over(
    store: AccountsStore, codes: ActivationCodes, slot: Slot, action: Action, *, days: int
) -> HandoverFacts:
    """Return the hand-over as begun; its slip is the only one of an issuance of its own.

    The slot is shut first. A crash before the code is issued leaves it so, and whoever stands
    above begins the hand-over again. Raises SlotClosed, SlotNotActivated.
    """
    store.tenure.begin_handover(slot.id, action)
    issuance = Issuance(
        id=uuid.uuid4().hex,
        scope={"slot": slot.id},
        reissue=False,
        issued_by=action.by_slot_id,
        issued_at=action.since,
        expires_at=action.since + timedelta(days=days),
        key_id=codes.key_id,
    )
    issued = issuing.issue(store, codes, issuance, at=action.since, show=_untold)
    return {
        "slot_id": slot.id,
        "username": slot.username,
        "begun_at": wire_time(action.since),
        "issuance_id": issued["issuance_id"],
        "handed_out_by": cast(str, slot.handed_out_by),  # none of the operator's own slot alone
        "expires_at": issued["expires_at"],
    }


def _untold(*, done: int, total: int) -> None:
    """Nobody waits for the progress of one code."""
