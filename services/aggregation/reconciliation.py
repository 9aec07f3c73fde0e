"""Compares the ledger's counts of receipts with what was heard here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any


def difference(receipts: int, settled: int, counted: int) -> int:
    """Return how many filings are not counted, below 0 how many too many are; 0 is right.

    `settled` are the receipts old enough to have been heard of; what was recorded since may be.
    """
    if counted < settled:
        return settled - counted
    return min(0, receipts - counted)


def reconciled(
    ledger: Iterable[Mapping[str, Any]], counted: Mapping[str, int], *, at: datetime
) -> list[dict[str, Any]]:
    """Return for each round its receipts, the events of them that were sent, the filings counted
    and the difference. `counted` was read before the ledger.
    """
    return [
        {
            "round_id": row["round_id"],
            "mode": row["mode"],
            "receipts": row["receipts"],
            "events": row["receipts"] - row["unsent"],
            "counted": counted.get(row["round_id"], 0),
            "difference": difference(
                row["receipts"], row["settled"], counted.get(row["round_id"], 0)
            ),
            "as_of": at,
        }
        for row in ledger
    ]
