"""Orders other due dates for a round that was opened."""

from __future__ import annotations

from contracts.collecting.extensions import (
    ExtensionAlreadyWithdrawn,
    ExtensionNotFound,
    ExtensionProposalSchema,
    ExtensionSchema,
    TooManyExtensions,
    WithdrawnExtensionSchema,
)
from contracts.collecting.obligations import SupervisedByAnother
from contracts.collecting.rounds import RoundNotFound, RoundNotInState, RoundPurged
from contracts.errors import IdempotencyKeyReused
from contracts.jobs import JobSchema
from gateway.ask import CollectionAsk
from gateway.http import Answer, Page, Request, list_of, route
from gateway.organisations import started
from gateway.routes import of_collection

_GONE = (RoundNotFound, RoundPurged)


@of_collection(
    lambda of: route(
        "POST",
        of.prefix + "/rounds/{round_id}/extensions",
        summary="ขยายกำหนดส่ง",
        body=ExtensionProposalSchema,
        answers={202: JobSchema},
        refuses=(
            *_GONE,
            SupervisedByAnother,
            RoundNotInState,
            TooManyExtensions,
            IdempotencyKeyReused,
        ),
        idempotency="optional",
    )
)
def extend_round(ask: CollectionAsk, request: Request) -> Answer:
    """Give part of the round a due date after the round's own, in place of what an order gave it.

    A body's order moves the groups that it supervises, and no others.

    So an extension is shortened by a later one for the same part. Being on time is judged anew, and
    what was missed is open again; what was filed by a due date that stood then stays on time.
    """
    proposal = ExtensionProposalSchema().dump(request.body)
    round_id, key = request.path["round_id"], request.idempotency_key
    return started(ask.client.extend_round(request.by, round_id, proposal, key=key))


@of_collection(
    lambda of: route(
        "POST",
        of.prefix + "/rounds/{round_id}/extensions/{no}/withdrawal",
        summary="ถอนการขยายกำหนดส่ง",
        body=WithdrawnExtensionSchema,
        answers={202: JobSchema},
        refuses=(
            *_GONE,
            SupervisedByAnother,
            RoundNotInState,
            ExtensionNotFound,
            ExtensionAlreadyWithdrawn,
            TooManyExtensions,
            IdempotencyKeyReused,
        ),
        idempotency="optional",
        patterns={"no": r"[1-9][0-9]{0,4}"},
    )
)
def withdraw_extension(ask: CollectionAsk, request: Request) -> Answer:
    """Withdraw an extension by order, as if it had not been given: what stood before stands again.

    What was filed while it stood, and by its date, stays on time.
    """
    return started(
        ask.client.withdraw_extension(
            request.by,
            request.path["round_id"],
            int(request.path["no"]),
            request.body,
            key=request.idempotency_key,
        )
    )


@of_collection(
    lambda of: route(
        "GET",
        of.prefix + "/rounds/{round_id}/extensions",
        summary="การขยายกำหนดส่งของรอบ",
        query=Page,
        answers={200: list_of(ExtensionSchema)},
        refuses=_GONE,
    )
)
def list_extensions(ask: CollectionAsk, request: Request) -> Answer:
    """List the orders, the first one first, and which of them stand."""
    query = request.query
    return Answer(
        200,
        ask.client.list_extensions(
            request.by,
            request.path["round_id"],
            limit=query["limit"],
            cursor=query.get("cursor"),
        ),
    )
