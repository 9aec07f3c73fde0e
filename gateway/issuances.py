"""Issues activation codes, shows their slips once, records handing them out, counts them."""

from __future__ import annotations

from contracts.accounts.issuance import (
    CodeKeyRetired,
    CoverageItem,
    CoverageQuery,
    Handout,
    HandoutRequest,
    Issuance,
    IssuanceNotFound,
    IssuanceRequest,
    SlipList,
    SlipReadingRequest,
    SlipsAlreadyRead,
    SlipsNotRead,
)
from contracts.errors import IdempotencyKeyReused, TooManyAtOnce
from contracts.jobs import JobSchema
from gateway.ask import Ask
from gateway.downloads import PDF, pdf
from gateway.http import JSON, Answer, Page, Request, list_of, route
from gateway.organisations import started


@route(
    "POST",
    "/v1/issuances",
    summary="ออกรหัสเปิดใช้งาน",
    body=IssuanceRequest,
    answers={202: JobSchema},
    refuses=(IdempotencyKeyReused,),
    idempotency="optional",
)
def issue_activation_codes(ask: Ask, request: Request) -> Answer:
    """Start making one activation code for every slot of a scope that is not yet activated."""
    job = ask.accounts.create_issuance(
        request.by,
        scope=request.body["scope"],
        reissue=request.body["reissue"],
        idempotency_key=request.idempotency_key,
    )
    return started(job)


@route(
    "GET",
    "/v1/issuances",
    summary="ใบรหัสที่หน่วยงานต้องจ่าย",
    query=Page,
    answers={200: list_of(Issuance)},
)
def list_activation_issuances(ask: Ask, request: Request) -> Answer:
    """List the issuances with slips the caller's office hands out, the latest first; no codes."""
    return Answer(200, ask.accounts.list_issuances(request.by, **request.query))


@route(
    "POST",
    "/v1/issuances/{issuance_id}/slip-readings",
    summary="เปิดอ่านใบรหัสเปิดใช้งาน (ได้ครั้งเดียว)",
    body=SlipReadingRequest,
    answers={200: (PDF, SlipList)},
    refuses=(
        IssuanceNotFound,
        SlipsAlreadyRead,
        CodeKeyRetired,
        IdempotencyKeyReused,
        TooManyAtOnce,
    ),
    idempotency="required",
)
def read_activation_slips(ask: Ask, request: Request) -> Answer:
    """Read the codes the caller's office hands out. Once: it is on record, and then 410.

    For ten minutes the same slot gets them again with the same Idempotency-Key. A PDF to print, one
    page per slip, unless Accept prefers `application/json`.
    """
    issuance_id = request.path["issuance_id"]
    which = {**request.body, "idempotency_key": request.idempotency_key}
    if request.prefers(PDF, JSON) == JSON:
        return Answer(200, ask.accounts.read_slips(request.by, issuance_id, **which))
    printed = ask.accounts.print_slips(request.by, issuance_id, **which)
    name = f"slips-{request.by['username']}-{issuance_id}.pdf"
    return pdf(printed["pdf_base64"], name)


@route(
    "POST",
    "/v1/issuances/{issuance_id}/handouts",
    summary="บันทึกการจ่ายใบรหัส",
    body=HandoutRequest,
    answers={200: Handout},
    refuses=(SlipsNotRead,),
)
def hand_out_activation_slips(ask: Ask, request: Request) -> Answer:
    """Record that slips the caller's office has read are handed out; a repeat changes nothing."""
    handout = ask.accounts.hand_out_slips(
        request.by,
        request.path["issuance_id"],
        slot_ids=request.body.get("slot_ids"),
        handed_to=request.body.get("handed_to"),
    )
    return Answer(200, handout)


@route(
    "GET",
    "/v1/issuances/coverage",
    summary="ความครอบคลุมของการออกและเปิดใช้รหัส",
    query=CoverageQuery,
    answers={200: list_of(CoverageItem)},
)
def show_activation_coverage(ask: Ask, request: Request) -> Answer:
    """Count slots issued, read, handed out, activated and locked, by province or district."""
    return Answer(200, ask.accounts.get_coverage(request.by, axis=request.query["by"]))
