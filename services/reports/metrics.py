"""What reports counts. Every metric it exports is declared here."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

_filings = Counter("reports_filings_decided", "Submissions decided.", ["kind", "outcome"])
_evidence = Counter("reports_evidence_inspected", "Uploaded evidence looked into.", ["outcome"])
_waited = Histogram(
    "reports_filing_wait_seconds",
    "Seconds from a filing's acceptance to its recording.",
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600),
)


def record_decided(*, kind: str, outcome: str) -> None:
    """Count one decision; outcome is recorded, repeated or refused."""
    _filings.labels(kind, outcome).inc()


def record_wait(seconds: float) -> None:
    """Count how long a recorded filing waited."""
    _waited.observe(max(0.0, seconds))


def record_evidence(outcome: str) -> None:
    """Count one file looked into; outcome is kept or refused (by anything, an outage included)."""
    _evidence.labels(outcome).inc()
