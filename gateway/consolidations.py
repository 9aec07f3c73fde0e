"""Builds and shows the reports to ก.ม.จ., of each body and of all, as JSON, XLSX and PDF."""

from __future__ import annotations

from typing import Literal

from contracts.collecting.evidence import XLSX
from contracts.collecting.obligations import SupervisedByAnother
from contracts.collecting.rounds import RoundNotFound, RoundNotInState, RoundPurged
from contracts.errors import IdempotencyKeyReused
from contracts.jobs import JobSchema
from contracts.reports.consolidations import (
    ConsolidationNotFound,
    ConsolidationRequestSchema,
    ConsolidationSchema,
)
from gateway.ask import Ask
from gateway.downloads import PDF, in_chunks, streamed
from gateway.http import JSON, Answer, Page, Request, list_of, route
from gateway.organisations import started

_GONE = (RoundNotFound, RoundPurged)
_NOT_THERE = (*_GONE, ConsolidationNotFound)
_ONE = "/v1/rounds/{round_id}/consolidations/{consolidation_id}"


@route(
    "POST",
    "/v1/rounds/{round_id}/consolidations",
    summary="จัดทำรายงานภาพรวมเสนอ ก.ม.จ.",
    body=ConsolidationRequestSchema,
    answers={202: JobSchema},
    refuses=(*_GONE, SupervisedByAnother, RoundNotInState, IdempotencyKeyReused),
    idempotency="optional",
)
def consolidate_round(ask: Ask, request: Request) -> Answer:
    """Start building the report from what was filed as of a moment: a draft of any day there was.

    ก.ถ. and DLA each consolidate the code groups that they supervise, ก.ม.จ. the whole, to which
    they add up. The same moment gives the same bytes, whatever was filed since.
    """
    body = ConsolidationRequestSchema().dump(request.body)
    job = ask.reports.start_consolidation(
        request.by,
        request.path["round_id"],
        as_of=body.get("as_of"),
        code_groups=body.get("code_groups"),
        key=request.idempotency_key,
    )
    return started(job)


@route(
    "GET",
    "/v1/rounds/{round_id}/consolidations",
    summary="รายงานภาพรวมของรอบ",
    query=Page,
    answers={200: list_of(ConsolidationSchema)},
    refuses=_GONE,
)
def list_consolidations(ask: Ask, request: Request) -> Answer:
    """List the consolidated reports of a round, that of the latest moment first."""
    query = request.query
    return Answer(
        200,
        ask.reports.list_consolidations(
            request.by,
            request.path["round_id"],
            limit=query["limit"],
            cursor=query.get("cursor"),
        ),
    )


@route(
    "GET",
    _ONE,
    summary="รายงานภาพรวมหนึ่งฉบับ",
    answers={200: ConsolidationSchema},
    refuses=_NOT_THERE,
    etag=True,
)
def show_consolidation(ask: Ask, request: Request) -> Answer:
    """Show the totals of a consolidated report, and its files with their hashes."""
    made = ask.reports.get_consolidation(request.by, **request.path)
    return Answer(200, made, etag=made["content_sha256"])


@route(
    "GET",
    _ONE + "/report.json",
    summary="รายงานภาพรวมเป็น JSON",
    answers={200: JSON},
    refuses=_NOT_THERE,
    etag=True,
)
def read_consolidation_json(ask: Ask, request: Request) -> Answer:
    """Download the content in canonical form (RFC 8785); its SHA-256 is the report's id."""
    return _download(ask, request, "json")


@route(
    "GET",
    _ONE + "/report.xlsx",
    summary="รายงานภาพรวมเป็น XLSX",
    answers={200: XLSX},
    refuses=_NOT_THERE,
    etag=True,
)
def read_consolidation_xlsx(ask: Ask, request: Request) -> Answer:
    """Download the report as a workbook."""
    return _download(ask, request, "xlsx")


@route(
    "GET",
    _ONE + "/report.pdf",
    summary="รายงานภาพรวมเป็น PDF",
    answers={200: PDF},
    refuses=_NOT_THERE,
    etag=True,
)
def read_consolidation_pdf(ask: Ask, request: Request) -> Answer:
    """Download the report to print."""
    return _download(ask, request, "pdf")


def _download(ask: Ask, request: Request, name: Literal["json", "xlsx", "pdf"]) -> Answer:
    file = ask.reports.get_consolidation(request.by, **request.path)["files"][name]
    filename = f"{request.path['round_id']}-consolidated.{name}"
    return streamed(
        in_chunks(
            lambda number: ask.reports.read_consolidation(
                request.by, **request.path, file=name, number=number
            )
        ),
        {"Content-Disposition": f'attachment; filename="{filename}"'},
        etag=file["sha256"],
        content_type=file["content_type"],
        length=file["size"],
    )
