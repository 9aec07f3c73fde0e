"""How complete a round is."""

from __future__ import annotations

from contracts.aggregation import errors
from contracts.aggregation import schemas as shapes
from gateway.ask import Ask
from gateway.http import Answer, Request, route


@route(
    "GET",
    "/v1/completeness",
    summary="ความครบถ้วนของการรายงาน",
    query=shapes.CompletenessQuery,
    answers={200: shapes.Completeness},
    refuses=(errors.RoundNotCounted, errors.AxisTooWide),
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
