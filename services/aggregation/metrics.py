"""What aggregation counts about itself: how far behind it is, and whether anything is unheard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from prometheus_client import Gauge, Histogram

_lag = Histogram(
    "aggregation_event_lag_seconds",
    "Seconds from the moment an event was stored by its sender to its being counted here.",
    ["event"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600),
)
_standings = Gauge("aggregation_standings", "Obligations counted, over all rounds.")
_announced = Gauge(
    "aggregation_obligations_announced",
    "Obligations the open rounds were announced with; what exceeds the standings is unheard.",
)


_difference = Gauge(
    "aggregation_reconciliation_difference",
    "Filings of all rounds that have a receipt and are not counted, or the other way. Must be 0.",
    ["mode"],
)


def show_difference(rows: Iterable[Mapping[str, Any]]) -> None:
    """Show by how much the figures and the ledger differ, live rounds and trials apart."""
    for mode in ("live", "trial"):
        of_mode = [abs(row["difference"]) for row in rows if row["mode"] == mode]
        _difference.labels(mode).set(sum(of_mode))


def record_lag(event: str, *, sent_at: datetime, counted_at: datetime) -> None:
    """Count one event as counted."""
    _lag.labels(event).observe(max(0.0, (counted_at - sent_at).total_seconds()))


def show_size(*, standings: int, announced: int) -> None:
    """Show how many obligations are counted, and how many reports said there are."""
    _standings.set(standings)
    _announced.set(announced)
