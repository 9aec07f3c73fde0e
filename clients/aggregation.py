"""What can be asked of aggregation."""

from __future__ import annotations

from typing import Any

from chassis.rpc import Call
from contracts.aggregation.errors import AxisTooWide, RoundNotCounted
from contracts.principal import Principal


class AggregationClient:
    """Asks aggregation for figures."""

    service = "aggregation"
    errors = (RoundNotCounted, AxisTooWide)

    def __init__(self, call: Call) -> None:
        self._call = call

    def get_completeness(
        self,
        *,
        by: Principal,
        round_id: str,
        axis: str,
        province: str | None = None,
        district: str | None = None,
    ) -> dict[str, Any]:
        """Return the figures of a round by one axis, of the caller's area or a part of it.

        Raises RoundNotCounted, OutOfScope, AxisTooWide.
        """
        return self._call(
            "get_completeness",
            by=by.to_wire(),
            round_id=round_id,
            axis=axis,
            province=province,
            district=district,
        )
