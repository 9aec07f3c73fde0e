"""Keeps issuances: one code per slot, never itself, only its keyed hash."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pymongo import ReturnDocument, UpdateOne

from chassis.outbox import Outbox
from contracts.accounts.events import CredentialsIssuedV1
from services.accounts.issuance.rules import CodeState
from services.accounts.slots.rules.slot import Tier
from services.accounts.slots.store.slots import AREA_FIELDS, UNCOUNTED
from services.accounts.slots.store.slots import COLLECTION as SLOTS

ISSUANCES = "issuances"
BATCH = 1_000
SPENT_CODES_KEPT = 10


@dataclass(frozen=True, slots=True)
class Issuance:
    """One act of issuing. `scope` names province, district and organisation where given.

    `key_id` is the key its codes are made with; issuances of an earlier release name none.
    """

    id: str
    scope: Mapping[str, str]
    reissue: bool
    issued_by: str
    issued_at: datetime
    expires_at: datetime
    key_id: str | None = None


class IssuanceStore:
    """Issuances in the database."""

    def __init__(self, database: Any, outbox: Outbox) -> None:
        self._issuances = database[ISSUANCES]
        self._slots = database[SLOTS]
        self._outbox = outbox

    def begin(self, issuance: Issuance) -> Issuance:
        """Store the issuance, unless an earlier run has; return it as it is stored."""
        facts = {**asdict(issuance), "finished_at": None, "by_tier": None, "outbox": []}
        issuance_id = facts.pop("id")
        document = self._issuances.find_one_and_update(
            {"_id": issuance_id},
            {"$setOnInsert": facts},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        kept = {name: document.get(name) for name in Issuance.__dataclass_fields__ if name != "id"}
        return Issuance(id=issuance_id, **kept)

    def issue(self, issuance: Issuance, hash_of: Callable[[str], str]) -> Iterator[tuple[int, int]]:
        """Give each slot of the scope its code and void the one before; yield done and total.

        Slots that have their code of this issuance already are passed over.
        """
        waiting = list(self._slots.find(_waiting(issuance), {"code": 1}).batch_size(BATCH))
        for start in range(0, len(waiting), BATCH):
            batch = waiting[start : start + BATCH]
            self._slots.bulk_write(
                [_issuing(issuance, slot, hash_of(slot["_id"])) for slot in batch], ordered=False
            )
            yield start + len(batch), len(waiting)

    def find_outcome(self, issuance_id: str) -> dict[str, int] | None:
        """Return how many codes each tier was to hand out; None while it is not finished."""
        document = self._issuances.find_one({"_id": issuance_id}, {"by_tier": 1})
        return None if document is None else document["by_tier"]

    def finish(self, issuance: Issuance, *, at: datetime) -> bool:
        """Write down how many codes each tier hands out, and announce the issuance; once.

        Returns False when another run has.
        """
        by_tier = self._count_by_tier(issuance.id)
        issued = CredentialsIssuedV1(
            issuance_id=issuance.id,
            province_code=issuance.scope.get("province"),
            district_code=issuance.scope.get("district"),
            organisation_id=issuance.scope.get("organisation"),
            slots=sum(by_tier.values()),
            expires_at=issuance.expires_at,
        )
        unfinished = {"_id": issuance.id, "finished_at": None}
        change = {"$set": {"finished_at": at, "by_tier": by_tier}}
        return self._outbox.update(self._issuances, unfinished, change, [issued])

    def _count_by_tier(self, issuance_id: str) -> dict[str, int]:
        rows = self._slots.aggregate(
            [
                {"$match": {"code.issuance_id": issuance_id}},
                {"$group": {"_id": "$handed_out_by", "slots": {"$sum": 1}}},
            ]
        )
        counted = {row["_id"]: row["slots"] for row in rows}
        return {tier.value: counted.get(tier.value, 0) for tier in Tier}


def spend_code(code: dict[str, Any]) -> dict[str, Any]:
    """Return what is to be pushed when a code makes way: an unused one is void from then on."""
    if code["state"] == CodeState.ISSUED:
        code = {**code, "state": CodeState.VOIDED.value}
    return {"$each": [code], "$slice": -SPENT_CODES_KEPT}


def _waiting(issuance: Issuance) -> dict[str, Any]:
    return {
        "handed_out_by": {"$ne": None},
        "code.issuance_id": {"$ne": issuance.id},
        **{AREA_FIELDS[name]: code for name, code in issuance.scope.items()},
        **_still_wanting(issuance),
    }


def _still_wanting(issuance: Issuance) -> dict[str, Any]:
    not_closed = {"closure": None}
    return not_closed if issuance.reissue else {**not_closed, "activated_at": None}


def _issuing(issuance: Issuance, slot: dict[str, Any], code_hash: str) -> UpdateOne:
    """Return the write that gives a slot its code, if the slot is still as it was read."""
    before = slot["code"]
    code = {
        "hash": code_hash,
        "state": CodeState.ISSUED.value,
        "issuance_id": issuance.id,
        "issued_at": issuance.issued_at,
        "expires_at": issuance.expires_at,
        "read_at": None,
        "read_by": None,
        "reading": None,
        "handed_at": None,
        "handed_by": None,
        "handed_to": None,
    }
    update: dict[str, Any] = {"$set": {"code": code, **UNCOUNTED}, "$inc": {"version": 1}}
    unchanged: dict[str, Any] = {"_id": slot["_id"], "code": None}
    if before is not None:
        unchanged = {
            "_id": slot["_id"],
            "code.hash": before["hash"],
            "code.state": before["state"],
        }
        update["$push"] = {"spent_codes": spend_code(before)}
    return UpdateOne({**unchanged, **_still_wanting(issuance)}, update)
