"""Counts requests. Connections, requests in flight and shed ones: see edge/server.py."""

from __future__ import annotations

from prometheus_client import Histogram

_seconds = Histogram(
    "gateway_request_seconds",
    "Seconds from a request's head to its answer, its body's time included.",
    ["route", "method", "status_class"],
    buckets=(0.01, 0.05, 0.25, 1, 5),  # few: there are some hundred routes
)


def record_request(*, route: str, method: str, status: int, seconds: float) -> None:
    """Count one answered request; `route` is the template, "" for an address nobody has."""
    _seconds.labels(route, method, f"{status // 100}xx").observe(seconds)
