"""Shows how complete a round is, and whether the figures know of every receipt."""

from __future__ import annotations

from contracts.aggregation.completeness import (
    AxisTooWide,
    Completeness,
    CompletenessQuery,
    RoundNotCounted,
)
from contracts.aggregation.reconciliation import ReconciliationItem
from gateway.ask import Ask
from gateway.http import Answer, Request, list_of, route


@route(
    "GET",
    "/v1/completeness",
    summary="ความครบถ้วนของการรายงาน",
    query=CompletenessQuery,
    answers={200: Completeness},
    refuses=(RoundNotCounted, AxisTooWide),
)
def show_completeness(ask: Ask, request: Request) -> Answer:
    """Show figures by one axis, within the caller's scope; right within seconds."""
    query = request.query
    return Answer(
        200,
        ask.aggregation.get_completeness(
            request.by,
            query["round_id"],
            axis=query["axis"],
            province=query.get("province"),
            district=query.get("district"),
        ),
    )


@route(
    "GET",
    "/v1/reconciliation",
    summary="กระทบยอดใบรับกับตัวเลข",
    answers={200: list_of(ReconciliationItem)},
)
def show_reconciliation(ask: Ask, request: Request) -> Answer:
    """Show receipts, events and counted filings of each round, as compared within the last minutes.

    For the operator and the agencies of the whole country.
    """
    return Answer(200, ask.aggregation.get_reconciliation(request.by))
