"""Keeps second factors: in the slot itself, each step and each recovery code good once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.accounts.sign_in.rules.second_factor import MOST_WRONG_CODES, SecondFactor
from services.accounts.slots.store.slots import COLLECTION

_FIELD = "second_factor"
_CONFIRMED = f"{_FIELD}.confirmed_at"
_WRONG = f"{_FIELD}.wrong_codes"


class SecondFactorStore:
    """Second factors in the database."""

    def __init__(self, database: Any) -> None:
        self._collection = database[COLLECTION]

    def find(self, slot_id: str) -> SecondFactor | None:
        """Return a slot's second factor, confirmed or not, or None."""
        document = self._collection.find_one({"_id": slot_id}, {_FIELD: 1})
        stored = document and document.get(_FIELD)
        if not stored:
            return None
        return SecondFactor(
            stored["sealed_secret"],
            stored["last_step"],
            stored["confirmed_at"],
            tuple(stored["recovery_hashes"]),
            stored.get("wrong_codes", 0),
        )

    def begin(self, slot_id: str, sealed_secret: str) -> bool:
        """Keep a secret to be confirmed. Returns False when a confirmed one is there."""
        begun = {
            "sealed_secret": sealed_secret,
            "last_step": 0,
            "confirmed_at": None,
            "recovery_hashes": [],
            "wrong_codes": 0,
        }
        result = self._collection.update_one(
            {"_id": slot_id, _CONFIRMED: None}, {"$set": {_FIELD: begun}}
        )
        return bool(result.matched_count)

    def confirm(
        self,
        slot_id: str,
        factor: SecondFactor,
        *,
        step: int,
        recovery_hashes: Sequence[str],
        at: datetime,
    ) -> bool:
        """Make it count from now on; a link made without it ends.

        Returns False when it is no longer the one to confirm.
        """
        begun = {
            "_id": slot_id,
            f"{_FIELD}.sealed_secret": factor.sealed_secret,
            _CONFIRMED: None,
        }
        confirmed = {
            _CONFIRMED: at,
            f"{_FIELD}.last_step": step,
            _WRONG: 0,
            f"{_FIELD}.recovery_hashes": list(recovery_hashes),
            "openid": None,
        }
        return bool(self._collection.update_one(begun, {"$set": confirmed}).matched_count)

    def count_code(self, slot_id: str) -> bool:
        """Count a code of the app before it is looked at; a right one takes all counts back.

        Returns False when MOST_WRONG_CODES were wrong in a row.
        """
        result = self._collection.update_one(
            {"_id": slot_id, _WRONG: {"$not": {"$gte": MOST_WRONG_CODES}}}, {"$inc": {_WRONG: 1}}
        )
        return bool(result.matched_count)

    def use_step(self, slot_id: str, step: int) -> bool:
        """Use up a step and all before it. Returns False when somebody was faster."""
        unused = {"_id": slot_id, f"{_FIELD}.last_step": {"$lt": step}}
        used = {"$set": {f"{_FIELD}.last_step": step, _WRONG: 0}}
        return bool(self._collection.update_one(unused, used).matched_count)

    def use_recovery(self, slot_id: str, recovery_hash: str) -> bool:
        """Use up a recovery code. Returns False when it is none, or used."""
        field = f"{_FIELD}.recovery_hashes"
        result = self._collection.update_one(
            {"_id": slot_id, field: recovery_hash},
            {"$pull": {field: recovery_hash}, "$set": {_WRONG: 0}},
        )
        return bool(result.matched_count)

    def remove(self, slot_id: str) -> None:
        """Forget it."""
        self._collection.update_one({"_id": slot_id}, {"$set": {_FIELD: None}})
