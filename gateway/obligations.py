"""Lists what an officer owes, and keeps the draft of it."""

from __future__ import annotations

from marshmallow import fields, validate

from contracts.collecting.drafts import DraftBodySchema, DraftHolderFacts, DraftSchema, DraftSigned
from contracts.collecting.obligations import STATES, ObligationNotFound
from contracts.collecting.quotas import QuotaReached
from contracts.collecting.rounds import RoundNotFound, RoundNotInState, RoundPurged
from contracts.errors import ServiceUnavailable
from gateway.ask import CollectionAsk
from gateway.http import Answer, Page, Request, list_of, route
from gateway.rounds import version_of
from gateway.routes import of_collection

_NOT_THERE = (ObligationNotFound, RoundNotFound, RoundPurged)


class ObligationQuery(Page):
    """Which obligations."""

    round_id = fields.String(data_key="round", validate=validate.Length(1, 64))
    state = fields.String(validate=validate.OneOf(STATES))


@of_collection(
    lambda of: route(
        "GET",
        of.prefix + "/obligations",
        summary="ภาระการรายงาน",
        query=ObligationQuery,
        answers={200: list_of(of.obligation)},
    )
)
def list_obligations(ask: CollectionAsk, request: Request) -> Answer:
    """List what the caller owes or may see, the soonest due first."""
    query = request.query
    return Answer(
        200,
        ask.client.list_obligations(
            request.by,
            round_id=query.get("round_id"),
            state=query.get("state"),
            limit=query["limit"],
            cursor=query.get("cursor"),
        ),
    )


@of_collection(
    lambda of: route(
        "GET",
        of.prefix + "/obligations/{obligation_id}",
        summary="ภาระการรายงานหนึ่งรายการ",
        answers={200: of.obligation},
        refuses=_NOT_THERE,
    )
)
def show_obligation(ask: CollectionAsk, request: Request) -> Answer:
    """Show one obligation."""
    return Answer(200, ask.client.get_obligation(request.by, request.path["obligation_id"]))


@of_collection(
    lambda of: route(
        "GET",
        of.prefix + "/obligations/{obligation_id}/draft",
        summary="ร่างรายงาน",
        answers={200: DraftSchema},
        refuses=_NOT_THERE,
        etag=True,
    )
)
def show_draft(ask: CollectionAsk, request: Request) -> Answer:
    """Show what is typed so far, or what was filed last, and what is still missing.

    Before either, it is prefilled; what could not be asked for that is named in `not_prefilled`.
    """
    obligation_id = request.path["obligation_id"]
    draft = ask.client.get_draft(request.by, obligation_id)
    if "holder" in draft["not_prefilled"]:
        holder = _holder(ask, request)
        if holder is not None:
            draft = ask.client.get_draft(request.by, obligation_id, holder=holder)
    return Answer(200, draft, etag=draft["version"])


def _holder(ask: CollectionAsk, request: Request) -> DraftHolderFacts | None:
    """Return who holds the caller's slot, if accounts can say so now."""
    try:
        slot = ask.holders.get_slot(request.by, request.by["slot_id"])
    except ServiceUnavailable:
        return None
    known: DraftHolderFacts = {}
    if slot["holder"] is not None:
        known |= {"name": slot["holder"]["name"], "position": slot["holder"]["position"]}
    if slot["contact"] is not None:
        known |= {"phone": slot["contact"]["phone"], "email": slot["contact"]["email"]}
    return known


@of_collection(
    lambda of: route(
        "PUT",
        of.prefix + "/obligations/{obligation_id}/draft",
        summary="บันทึกร่างรายงาน",
        body=DraftBodySchema,
        answers={200: DraftSchema},
        refuses=(*_NOT_THERE, RoundNotInState, DraftSigned, QuotaReached),
        etag=True,
        if_match=True,
    )
)
def save_draft(ask: CollectionAsk, request: Request) -> Answer:
    """Keep the answers at any completeness."""
    draft = ask.client.save_draft(
        request.by,
        request.path["obligation_id"],
        made_from=version_of(request.if_match),
        answers=request.body["answers"],
        confirmed=request.body["confirmed"],
    )
    return Answer(200, draft, etag=draft["version"])
