"""The proof that a submission was taken in, carried in its status URL.

With it the URL answers even while the ledger cannot: the ticket is signed, so nothing is kept.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer

from chassis.keys import read_key
from contracts.fields import wire_time


class Tickets:
    """Makes and reads tickets with one key."""

    def __init__(self, key: bytes) -> None:
        self._serializer = URLSafeSerializer(key, salt="filing-status")

    @classmethod
    def from_file(cls, path: Path) -> Tickets:
        """Read the key. Raises KeyUnusable."""
        return cls(read_key(path))

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
        return f"/v1/filings/{filing_id}?ticket={ticket}"

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
