"""Withdraws, returns and accepts what was filed, and signs drafts and withdrawals."""

from __future__ import annotations

from clients.reports import FilingsIntake
from contracts.collecting.corrections import (
    AcceptanceBodySchema,
    AlreadyAccepted,
    AlreadyReturned,
    NothingInForce,
    NothingReturned,
    ReturnBodySchema,
    TooManyActs,
)
from contracts.collecting.filings import (
    StaleRevision,
    TakenInSchema,
    WithdrawalBodySchema,
)
from contracts.collecting.obligations import ObligationNotFound, SupervisedByAnother
from contracts.collecting.rounds import RoundNotFound, RoundNotInState, RoundPurged
from contracts.collecting.signatures import (
    NothingToSign,
    SamePerson,
    SameSlot,
    SignatureBodySchema,
    SignOffNotAsked,
)
from contracts.fields import wire_time
from gateway.ask import CollectionAsk
from gateway.filings import form_of, submit
from gateway.http import Answer, Request, route
from gateway.rounds import version_of
from gateway.routes import of_collection

_NOT_THERE = (ObligationNotFound, RoundNotFound, RoundPurged)
_PART = {"part": "preparer|head"}


@of_collection(
    lambda of: route(
        "POST",
        of.prefix + "/obligations/{obligation_id}/withdrawals",
        summary="ถอนรายงานที่ยื่นแล้ว",
        body=WithdrawalBodySchema,
        answers={201: of.filed, 202: TakenInSchema},
        refuses=(*FilingsIntake.errors, RoundPurged),
        idempotency="required",
    )
)
def withdraw_report(ask: CollectionAsk, request: Request) -> Answer:
    """Take back what is in force, while it can still be filed again.

    It is a revision with a receipt of its own; the obligation is open again afterwards, and the
    time of the first filing stands. Where the round asks for signatures it is signed first.
    """
    form = form_of(ask, request, request.path["obligation_id"])
    said = {"kind": "withdrawal", "answers": {}, "form_version": form.version}
    return submit(ask, request, request.body | said)


@of_collection(
    lambda of: route(
        "POST",
        of.prefix + "/obligations/{obligation_id}/returns",
        summary="ส่งคืนให้แก้ไข",
        body=ReturnBodySchema,
        answers={201: of.obligation},
        refuses=(
            *_NOT_THERE,
            SupervisedByAnother,
            RoundNotInState,
            StaleRevision,
            NothingInForce,
            AlreadyReturned,
            AlreadyAccepted,
            TooManyActs,
        ),
    )
)
def return_report(ask: CollectionAsk, request: Request) -> Answer:
    """Return what is in force to the filer, who may amend it until `due_at`.

    By a district, a province or the body that supervises the group, each for itself.
    """
    proposal = request.body | {"due_at": wire_time(request.body["due_at"])}
    obligation = ask.client.return_report(request.by, request.path["obligation_id"], proposal)
    return Answer(201, obligation)


@of_collection(
    lambda of: route(
        "DELETE",
        of.prefix + "/obligations/{obligation_id}/returns",
        summary="ยกเลิกการส่งคืน",
        answers={200: of.obligation},
        refuses=(
            *_NOT_THERE,
            SupervisedByAnother,
            RoundNotInState,
            NothingReturned,
            TooManyActs,
        ),
    )
)
def take_return_back(ask: CollectionAsk, request: Request) -> Answer:
    """Take back a return that waits for its correction, as who gave it or as an office above."""
    return Answer(200, ask.client.take_return_back(request.by, request.path["obligation_id"]))


@of_collection(
    lambda of: route(
        "POST",
        of.prefix + "/obligations/{obligation_id}/acceptances",
        summary="ให้ความเห็นชอบรายงาน",
        body=AcceptanceBodySchema,
        answers={201: of.obligation},
        refuses=(
            *_NOT_THERE,
            SupervisedByAnother,
            RoundNotInState,
            StaleRevision,
            NothingInForce,
            AlreadyReturned,
            AlreadyAccepted,
            TooManyActs,
        ),
    )
)
def accept_report(ask: CollectionAsk, request: Request) -> Answer:
    """Accept the revision in force, and none but that."""
    obligation = ask.client.accept_report(request.by, request.path["obligation_id"], request.body)
    return Answer(201, obligation)


@of_collection(
    lambda of: route(
        "PUT",
        of.prefix + "/obligations/{obligation_id}/signatures/{part}",
        summary="ลงนามร่างรายงาน",
        body=SignatureBodySchema,
        answers={200: of.obligation},
        refuses=(
            *_NOT_THERE,
            RoundNotInState,
            SignOffNotAsked,
            NothingToSign,
            SamePerson,
            SameSlot,
        ),
        if_match=True,
        patterns=_PART,
    )
)
def sign_draft(ask: CollectionAsk, request: Request) -> Answer:
    """Sign the draft as it was read; `If-Match` is the ETag of the draft.

    Where the round asks for a `declaration`, the slot that files declares both persons. Where two
    persons sign, the second signs in with another slot of the organisation, which may read the
    draft. A signed draft is locked. Where the head's position is vacant, whoever acts as head
    signs. Of a `withdrawal`, `If-Match` is the revision in force: taking back what was filed is
    signed by the same parts as filing it.
    """
    obligation = ask.client.sign_draft(
        request.by,
        request.path["obligation_id"],
        part=request.path["part"],
        made_from=version_of(request.if_match),
        person=request.body,
    )
    return Answer(200, obligation)


@of_collection(
    lambda of: route(
        "DELETE",
        of.prefix + "/obligations/{obligation_id}/signatures",
        summary="ปลดล็อกร่างรายงาน",
        answers={200: of.obligation},
        refuses=_NOT_THERE,
    )
)
def unlock_draft(ask: CollectionAsk, request: Request) -> Answer:
    """Clear both signatures, so that the draft can be changed."""
    return Answer(200, ask.client.unlock_draft(request.by, request.path["obligation_id"]))
