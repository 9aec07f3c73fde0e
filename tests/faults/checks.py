"""What must be true when a fault is over: told and kept agree, and nothing is left on the way."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.builders.broker import waiting_messages
from tests.builders.waiting import soon
from tests.faults.load import Ledger, Load, Told
from tools.stack import Stack

# A gateway's clock follows small corrections of the wall clock slowly: chassis/clock.py.
CLOCKS_APART_SECONDS = 0.5


def check_ledger(load: Load) -> None:
    """Accepted ⊆ recorded ⊆ attempted, each once and in order, every accepted time unchanged."""
    for ledger in load.ledgers:
        path = f"/v1/obligations/{ledger.obligation_id}/filings"
        recorded = ledger.officer.get(path)["items"]
        ids = [filing["id"] for filing in recorded]
        assert ledger.accepted.keys() <= set(ids)
        assert set(ids) <= ledger.attempted
        assert [filing["revision"] for filing in recorded] == list(range(1, ledger.revision + 1))
        assert ledger.officer.obligation_of(load.round_id)["revision"] == ledger.revision
        _check_times(ledger, recorded)


def _check_times(ledger: Ledger, recorded: list[dict[str, Any]]) -> None:
    for filing in recorded:
        told = ledger.accepted[filing["id"]]
        assert filing["on_time"] is True
        assert _is_of(told, filing["accepted_at"]), (told, filing["accepted_at"])
        if told.status == 201 or told.tries == 1:
            assert filing["accepted_at"] == told.accepted_at
        else:
            # An earlier try that nobody answered had arrived; its time, the better one, counts.
            assert filing["accepted_at"] <= told.accepted_at


def _is_of(told: Told, accepted_at: str) -> bool:
    """Whether the time lies between the filing's first try and the answer to it."""
    at = datetime.fromisoformat(accepted_at).timestamp()
    return told.began - CLOCKS_APART_SECONDS <= at <= told.ended + CLOCKS_APART_SECONDS


def check_figures(load: Load) -> None:
    """Aggregation counts what the ledger holds."""
    filed = sum(ledger.revision > 0 for ledger in load.ledgers)
    amended = sum(ledger.revision > 1 for ledger in load.ledgers)

    def agree() -> bool:
        total = load.country.figures(load.round_id)
        return (total["filed"], total["on_time"], total["amended"]) == (filed, filed, amended)

    soon(agree)


def check_queues(stack: Stack) -> None:
    """Every queue is worked off, and nothing is parked."""
    soon(lambda: not waiting_messages(stack))
