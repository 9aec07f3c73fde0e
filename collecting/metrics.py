"""What every service that collects counts, each under its own name."""

from __future__ import annotations

from functools import cache

from prometheus_client import Counter, Histogram


def record_decided(service: str, *, kind: str, outcome: str) -> None:
    """Count one decision; outcome is recorded, repeated or refused."""
    _filings(service).labels(kind, outcome).inc()


def record_wait(service: str, seconds: float) -> None:
    """Count how long a recorded filing waited."""
    _waited(service).observe(max(0.0, seconds))


def record_evidence(service: str, outcome: str) -> None:
    """Count one file looked into; outcome is kept or refused (by anything, an outage included)."""
    _evidence(service).labels(outcome).inc()


@cache
def _filings(service: str) -> Counter:
    told = "Submissions decided."
    return Counter(f"{service}_filings_decided", told, ["kind", "outcome"])


@cache
def _evidence(service: str) -> Counter:
    return Counter(f"{service}_evidence_inspected", "Uploaded evidence looked into.", ["outcome"])


@cache
def _waited(service: str) -> Histogram:
    return Histogram(
        f"{service}_filing_wait_seconds",
        "Seconds from a filing's acceptance to its recording.",
        buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600),
    )
