"""How long the faults last: shortened in `make test`, in full in `make faults`."""

from __future__ import annotations

import os

_CHOSEN = os.environ.get("SUCHARIT_FAULTS", "short")
if _CHOSEN not in ("short", "long"):
    raise SystemExit(f"SUCHARIT_FAULTS must be short or long, not {_CHOSEN!r}")

IN_FULL = _CHOSEN == "long"

KILLED = ("rabbitmq", "mongod", "accounts", "reports", "aggregation", "gateway", "second gateway")
FROZEN = KILLED if IN_FULL else ("rabbitmq", "mongod", "reports", "second gateway")
FROZEN_SECONDS = (5.0, 40.0) if IN_FULL else (5.0,)
DATABASE_AWAY_SECONDS = 600.0 if IN_FULL else 15.0
