"""How long tests go on: shortened in `make test`, in full in `make faults` and `make drawn`."""

from __future__ import annotations

import os

_CHOSEN = os.environ.get("SUCHARIT_TESTS", "short")
if _CHOSEN not in ("short", "long"):
    raise SystemExit(f"SUCHARIT_TESTS must be short or long, not {_CHOSEN!r}")

IN_FULL = _CHOSEN == "long"

KILLED = ("rabbitmq", "mongod", "accounts", "reports", "aggregation", "gateway", "second gateway")
FROZEN = KILLED if IN_FULL else ("rabbitmq", "mongod", "reports", "second gateway")
FROZEN_SECONDS = (5.0, 40.0) if IN_FULL else (5.0,)
DATABASE_AWAY_SECONDS = 600.0 if IN_FULL else 6.0
SHORT_SHARE = 4


def examples(in_full: int) -> int:
    """Return how many examples are drawn: so many in full, a quarter of them otherwise."""
    return in_full if IN_FULL else max(1, in_full // SHORT_SHARE)
