"""Asking aggregation."""

from __future__ import annotations

from typing import ClassVar

from chassis.rpc import Call
from contracts.aggregation.completeness import AxisTooWide, CompletenessFacts, RoundNotCounted
from contracts.aggregation.reconciliation import ReconciliationItemFacts
from contracts.errors import ServiceError
from contracts.paging import PageFacts
from contracts.principal import PrincipalFacts


class AggregationClient:
    """What aggregation can be asked; it answers in the API's shape or raises a refusal."""

    service: ClassVar[str] = "aggregation"
    errors: ClassVar[tuple[type[ServiceError], ...]] = (RoundNotCounted, AxisTooWide)

    def __init__(self, call: Call) -> None:
        self._call = call

    def get_reconciliation(self, by: PrincipalFacts) -> PageFacts[ReconciliationItemFacts]:
        """Return for each round its receipts, events and counted filings, as last compared.

        Raises OutOfScope.
        """
        return self._call("get_reconciliation", by=by)

    def get_completeness(
        self,
        by: PrincipalFacts,
        round_id: str,
        *,
        axis: str,
        province: str | None = None,
        district: str | None = None,
    ) -> CompletenessFacts:
        """Return the figures of a round by one axis, of the caller's area or a part of it.

        Raises RoundNotCounted, OutOfScope, AxisTooWide.
        """
        return self._call(
            "get_completeness",
            by=by,
            round_id=round_id,
            axis=axis,
            province=province,
            district=district,
        )
