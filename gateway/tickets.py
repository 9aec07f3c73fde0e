"""Makes and reads the ticket in a status URL, which proves that a submission was taken in.

With it the URL answers even while the ledger cannot: the ticket is signed, so nothing is kept.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer

from chassis.keys import read_key
from contracts.fields import read_time, wire_time

SETTLED_SECONDS = 60
"""How long before the intake was empty a submission came that cannot be on its way any more."""


class Tickets:
    """Makes and reads the tickets of a collection, whose paths begin with the prefix."""

    def __init__(self, key: bytes, prefix: str = "/v1") -> None:
        self._prefix = prefix
        self._serializer = URLSafeSerializer(key, f"filing-status{prefix.removeprefix('/v1')}")

    @classmethod
    def from_file(cls, path: Path, prefix: str = "/v1") -> Tickets:
        """Read the key. Raises KeyUnusable."""
        return cls(read_key(path), prefix)

    def status_url(
        self, filing_id: str, *, obligation_id: str, kind: str, accepted_at: datetime, slot_id: str
    ) -> str:
        """Return where to look for a submission that is taken in and not yet recorded."""
        ticket = self._serializer.dumps(
            {
                "id": filing_id,
                "obligation_id": obligation_id,
                "kind": kind,
                "accepted_at": wire_time(accepted_at),
                "slot_id": slot_id,
            }
        )
        return f"{self._prefix}/filings/{filing_id}?ticket={ticket}"

    def read(self, ticket: str | None, filing_id: str, slot_id: str) -> dict[str, Any] | None:
        """Return the submission as the API shows it, or None unless the ticket is for this one."""
        if ticket is None:
            return None
        try:
            facts = self._serializer.loads(ticket)
        except BadSignature:
            return None
        if (facts["id"], facts.pop("slot_id")) != (filing_id, slot_id):
            return None
        return {**facts, "state": "accepted"}


def ended(taken_in: dict[str, Any], intake_empty_at: str | None) -> dict[str, Any]:
    """Return what a ticket shows of a submission the ledger knows nothing of: `not_recorded` when
    nothing was left in the intake long after it was taken in.
    """
    if intake_empty_at is None:
        return taken_in
    settled_at = read_time(taken_in["accepted_at"]) + timedelta(seconds=SETTLED_SECONDS)
    return taken_in | ({"state": "not_recorded"} if settled_at < read_time(intake_empty_at) else {})
