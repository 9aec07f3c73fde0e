"""What the gateway counts. Connections, requests in flight and shed ones: see chassis/web.py."""

from __future__ import annotations

from prometheus_client import Histogram

_seconds = Histogram(
    "gateway_request_seconds",
    "Seconds from a request's head to its answer, its body's time included.",
    ["route", "method", "status_class"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


def record_request(*, route: str, method: str, status: int, seconds: float) -> None:
    """Count one answered request; `route` is the template, "" for an address nobody has."""
    _seconds.labels(route, method, f"{status // 100}xx").observe(seconds)
