"""What an officer owes, and the draft of it."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from contracts.reports import errors
from contracts.reports import schemas as shapes
from gateway.ask import Ask
from gateway.http import Answer, Page, Request, route
from gateway.rounds import version_of

_NOT_THERE = (errors.ObligationNotFound, errors.RoundNotFound, errors.RoundPurged)


class ObligationQuery(Page):
    """Which obligations."""

    round_id = fields.String(data_key="round", validate=validate.Length(1, 64))
    state = fields.String(validate=validate.OneOf(shapes.STATES))


class ObligationListSchema(Schema):
    """A page of obligations, by due date."""

    items = fields.List(fields.Nested(shapes.ObligationSchema), required=True)
    next = fields.String(required=True, allow_none=True)


@route(
    "GET",
    "/v1/obligations",
    summary="ภาระการรายงาน",
    query=ObligationQuery,
    answers={200: ObligationListSchema},
)
def list_obligations(ask: Ask, request: Request) -> Answer:
    """List what the caller owes or may see, the soonest due first."""
    query = request.query
    return Answer(
        200,
        ask.reports.list_obligations(
            request.by,
            round_id=query.get("round_id"),
            state=query.get("state"),
            limit=query["limit"],
            cursor=query.get("cursor"),
        ),
    )


@route(
    "GET",
    "/v1/obligations/{obligation_id}",
    summary="ภาระการรายงานหนึ่งรายการ",
    answers={200: shapes.ObligationSchema},
    refuses=_NOT_THERE,
)
def show_obligation(ask: Ask, request: Request) -> Answer:
    """Show one obligation."""
    return Answer(200, ask.reports.get_obligation(request.by, request.path["obligation_id"]))


@route(
    "GET",
    "/v1/obligations/{obligation_id}/draft",
    summary="ร่างรายงาน",
    answers={200: shapes.DraftSchema},
    refuses=_NOT_THERE,
    etag=True,
)
def show_draft(ask: Ask, request: Request) -> Answer:
    """Show what is typed so far, or what was filed last, and what is still missing."""
    draft = ask.reports.get_draft(request.by, request.path["obligation_id"])
    return Answer(200, draft, etag=draft["version"])


@route(
    "PUT",
    "/v1/obligations/{obligation_id}/draft",
    summary="บันทึกร่างรายงาน",
    body=shapes.DraftBodySchema,
    answers={200: shapes.DraftSchema},
    refuses=(*_NOT_THERE, errors.RoundNotInState),
    etag=True,
    if_match=True,
)
def save_draft(ask: Ask, request: Request) -> Answer:
    """Keep the answers at any completeness."""
    draft = ask.reports.save_draft(
        request.by,
        request.path["obligation_id"],
        made_from=version_of(request.if_match),
        answers=request.body["answers"],
    )
    return Answer(200, draft, etag=draft["version"])
