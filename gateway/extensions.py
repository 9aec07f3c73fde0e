"""Later due dates for part of a round that was opened."""

from __future__ import annotations

from contracts.jobs import JobSchema
from contracts.reports import errors
from contracts.reports import extension_schemas as shapes
from gateway.ask import Ask
from gateway.http import Answer, Page, Request, list_of, route
from gateway.organisations import started

_GONE = (errors.RoundNotFound, errors.RoundPurged)


@route(
    "POST",
    "/v1/rounds/{round_id}/extensions",
    summary="ขยายกำหนดส่ง",
    body=shapes.ExtensionProposalSchema,
    answers={202: JobSchema},
    refuses=(*_GONE, errors.RoundNotInState),
)
def extend_round(ask: Ask, request: Request) -> Answer:
    """Give part of the round a later due date. It never makes one earlier.

    Being on time is judged anew, and what was missed is open again.
    """
    proposal = shapes.ExtensionProposalSchema().dump(request.body)
    return started(ask.reports.extend_round(request.by, request.path["round_id"], proposal))


@route(
    "GET",
    "/v1/rounds/{round_id}/extensions",
    summary="การขยายกำหนดส่งของรอบ",
    query=Page,
    answers={200: list_of(shapes.ExtensionSchema)},
    refuses=_GONE,
)
def list_extensions(ask: Ask, request: Request) -> Answer:
    """List what was extended, the first one first."""
    query = request.query
    return Answer(
        200,
        ask.reports.list_extensions(
            request.by,
            request.path["round_id"],
            limit=query["limit"],
            cursor=query.get("cursor"),
        ),
    )
