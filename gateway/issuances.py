"""Issuing activation codes, and reading the slips once."""

from __future__ import annotations

from contracts.accounts import errors
from contracts.accounts import schemas as shapes
from contracts.jobs import JobSchema
from gateway.ask import Ask
from gateway.http import Answer, Request, route
from gateway.organisations import started


@route(
    "POST",
    "/v1/issuances",
    summary="ออกรหัสเปิดใช้งาน",
    body=shapes.IssuanceRequest,
    answers={202: JobSchema},
)
def issue_codes(ask: Ask, request: Request) -> Answer:
    """Start making one activation code for every slot of a scope that is not yet activated."""
    job = ask.accounts.create_issuance(
        request.by, scope=request.body["scope"], reissue=request.body["reissue"]
    )
    return started(job)


@route(
    "GET",
    "/v1/issuances/{issuance_id}/slips",
    summary="ใบรหัสเปิดใช้งาน (อ่านได้ครั้งเดียว)",
    query=shapes.SlipsQuery,
    answers={200: shapes.SlipList},
    refuses=(errors.IssuanceNotFound, errors.SlipsAlreadyRead),
)
def read_slips(ask: Ask, request: Request) -> Answer:
    """Read the codes the caller's office hands out. Once: it is on record, and then 410."""
    slips = ask.accounts.read_slips(
        request.by, request.path["issuance_id"], district=request.query.get("district")
    )
    return Answer(200, slips)


@route(
    "GET",
    "/v1/issuances/coverage",
    summary="ความครอบคลุมของการออกและเปิดใช้รหัส",
    query=shapes.CoverageQuery,
    answers={200: shapes.CoverageList},
)
def show_coverage(ask: Ask, request: Request) -> Answer:
    """Count slots issued, read and activated by province or district."""
    return Answer(200, ask.accounts.get_coverage(request.by, axis=request.query["by"]))
