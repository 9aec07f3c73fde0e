"""Files reports and shows them: the one hot path.

A report is checked here, made durable in the intake, and answered with a signed receipt.
"""

from __future__ import annotations

from marshmallow import fields, validate

from clients.reports import FilingsIntake
from contracts.collecting.filings import (
    FilingBodySchema,
    FilingNotFound,
    FilingSchema,
    SubmittedFacts,
    TakenInSchema,
)
from contracts.collecting.forms import WrongFormVersion
from contracts.collecting.obligation_id import ObligationId
from contracts.collecting.obligations import ObligationNotFound
from contracts.collecting.rounds import RoundNotFound, RoundPurged
from contracts.errors import ServiceUnavailable
from contracts.fields import Closed, wire_time
from contracts.forms import Form
from contracts.repeats import request_id
from gateway.ask import CollectionAsk
from gateway.bodies import judging
from gateway.faults import FaultyInput, InputFault
from gateway.http import Answer, Request, list_of, route
from gateway.routes import of_collection
from gateway.tickets import ended


class FilingQuery(Closed):
    """The ticket of a status URL."""

    ticket = fields.String(validate=validate.Length(1, 1024))


@of_collection(
    lambda of: route(
        "POST",
        of.prefix + "/obligations/{obligation_id}/filings",
        summary="ยื่นรายงาน",
        body=FilingBodySchema,
        answers={201: of.filed, 202: TakenInSchema},
        refuses=(*FilingsIntake.errors, RoundPurged),
        idempotency="required",
        shed="last",
    )
)
def file_report(ask: CollectionAsk, request: Request) -> Answer:
    """File a report, a nil or an amendment.

    The time that counts is when the request arrived. 201 brings the receipt; 202 says that the
    filing is safe and its time counts, and where to look for the receipt. After a 503, repeat with
    the same Idempotency-Key.
    """
    obligation_id, body = request.path["obligation_id"], request.body
    form = form_of(ask, request, obligation_id)
    if request.is_large:
        judging.run(request.caller, _read_and_judge, form, body)
    else:
        _read_and_judge(form, body)
    if named := form.evidence(body["answers"]):
        ask.evidence.use(request.by, obligation_id, named, body["answers"])
    return submit(ask, request, body)


def submit(ask: CollectionAsk, request: Request, submission: SubmittedFacts) -> Answer:
    """Put what a caller submits on an obligation into the intake and answer what became of it."""
    obligation_id = request.path["obligation_id"]
    filing_id = filing_id_of(request.signed_in.slot_id, request.idempotency_key)
    answer = ask.filings.file(
        {
            **submission,
            "filing_id": filing_id,
            "obligation_id": obligation_id,
            "accepted_at": wire_time(request.received_at),
            "by": request.by,
        }
    )
    if answer is None:
        return _taken_in(ask, request, filing_id, submission["kind"])
    return Answer(
        201,
        {"filing": answer["filing"], "receipt": answer["receipt"]},
        {"Location": f"{ask.collection.prefix}/filings/{filing_id}"},
        replayed=answer["outcome"] == "repeated",
    )


def filing_id_of(slot_id: str, idempotency_key: str | None) -> str:
    """Return the id of the filing a slot makes under a key: the same for every repeat."""
    return request_id(slot_id, idempotency_key)


def form_of(ask: CollectionAsk, request: Request, obligation_id: str) -> Form:
    """Return the form of the round that the caller's own obligation is in.

    Raises ObligationNotFound, also for whoever may not file on it; RoundPurged.
    """
    named, by = ObligationId.read(obligation_id), request.principal
    if named is None or by is None or not named.is_filed_by(by, ask.collection.subject_of(by)):
        raise ObligationNotFound(obligation_id=obligation_id)
    try:
        return ask.forms.of_round(request.by, named.round_id)
    except RoundNotFound as unknown:
        raise ObligationNotFound(obligation_id=obligation_id) from unknown


def _read_and_judge(form: Form, body: SubmittedFacts) -> None:
    if body["form_version"] != form.version:
        raise WrongFormVersion(expected=form.version, version=body["form_version"])
    answers, objections = form.take(body["answers"], notes=body["notes"], nil=body["kind"] == "nil")
    body["answers"] = dict(answers)
    faults = [
        InputFault(found.pointer, found.code, found.in_full, found.in_full_th, found.check)
        for found in objections
    ]
    if body["kind"] == "amendment":
        faults += [
            InputFault(f"/{name}", "required", "An amendment needs this.", "การแก้ไขเพิ่มเติมต้องระบุข้อนี้")
            for name, given in (
                ("base_revision", body["base_revision"]),
                ("reason", body["reason"]),
            )
            if given is None
        ]
    if faults:
        raise FaultyInput(faults)


def _taken_in(ask: CollectionAsk, request: Request, filing_id: str, kind: str) -> Answer:
    status_url = ask.tickets.status_url(
        filing_id,
        obligation_id=request.path["obligation_id"],
        kind=kind,
        accepted_at=request.received_at,
        slot_id=request.signed_in.slot_id,
    )
    taken_in = {
        "filing_id": filing_id,
        "accepted_at": wire_time(request.received_at),
        "status_url": status_url,
    }
    return Answer(202, taken_in, {"Location": status_url})


@of_collection(
    lambda of: route(
        "GET",
        of.prefix + "/filings/{filing_id}",
        summary="การยื่นหนึ่งรายการ",
        query=FilingQuery,
        answers={200: FilingSchema},
        refuses=(FilingNotFound, ObligationNotFound),
    )
)
def show_filing(ask: CollectionAsk, request: Request) -> Answer:
    """Show a filing with its answers, or why it was refused.

    With the ticket of a status URL it is shown as `accepted` until it is recorded. In the end it
    may be `not_recorded`: file it again then with the same Idempotency-Key, which is always safe.
    """
    filing_id = request.path["filing_id"]
    try:
        return Answer(200, ask.client.get_filing(request.by, filing_id))
    except (FilingNotFound, ServiceUnavailable) as unknown:
        taken_in = ask.tickets.read(
            request.query.get("ticket"), filing_id, request.signed_in.slot_id
        )
        if taken_in is None:
            raise
        return Answer(200, ended(taken_in, unknown.details.get("intake_empty_at")))


@of_collection(
    lambda of: route(
        "GET",
        of.prefix + "/obligations/{obligation_id}/filings",
        summary="ทุกฉบับที่ยื่น",
        answers={200: list_of(FilingSchema)},
        refuses=(ObligationNotFound, RoundNotFound, RoundPurged),
    )
)
def list_filings(ask: CollectionAsk, request: Request) -> Answer:
    """List every revision on an obligation with the answers it changed."""
    return Answer(200, ask.client.list_filings(request.by, request.path["obligation_id"]))
