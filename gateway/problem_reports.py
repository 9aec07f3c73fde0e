"""Takes problem reports of organisations, their answers, and counts them."""

from __future__ import annotations

from typing import Any

from contracts.collecting.quotas import QuotaReached
from contracts.collecting.rounds import RoundNotFound, RoundNotInState, RoundPurged
from contracts.errors import IdempotencyKeyReused
from contracts.reports.problems import (
    CirculatedAnswerSchema,
    CirculatedFiltersSchema,
    ProblemAnswerBodySchema,
    ProblemFiltersSchema,
    ProblemReportBodySchema,
    ProblemReportNotFound,
    ProblemReportSchema,
    ProblemSummaryQuerySchema,
    ProblemSummarySchema,
    TooManyAnswers,
)
from gateway.ask import Ask
from gateway.http import Answer, Page, Request, list_of, route

_GONE = (RoundNotFound, RoundPurged)


class ProblemQuery(ProblemFiltersSchema, Page):
    """Which problem reports, and the page."""


class CirculatedQuery(CirculatedFiltersSchema, Page):
    """Which circulated answers, and the page."""


@route(
    "POST",
    "/v1/problem-reports",
    summary="แจ้งปัญหาที่พบ",
    body=ProblemReportBodySchema,
    answers={201: ProblemReportSchema},
    refuses=(*_GONE, RoundNotInState, IdempotencyKeyReused, QuotaReached),
    etag=True,
    idempotency="optional",
)
def report_problem(ask: Ask, request: Request) -> Answer:
    """Report a trouble in words of one's own. Only the reporter and the offices above read them."""
    outcome = ask.reports.report_problem(request.by, request.body, key=request.idempotency_key)
    report = outcome["report"]
    return Answer(
        201,
        report,
        {"Location": f"/v1/problem-reports/{report['id']}"},
        etag=report["version"],
        replayed=outcome["repeated"],
    )


@route(
    "GET",
    "/v1/problem-reports",
    summary="ปัญหาที่แจ้ง",
    query=ProblemQuery,
    answers={200: list_of(ProblemReportSchema)},
)
def list_problem_reports(ask: Ask, request: Request) -> Answer:
    """List the caller's own problem reports, or those of the caller's area, newest first."""
    filters: Any = dict(request.query)
    limit, cursor = filters.pop("limit"), filters.pop("cursor", None)
    return Answer(200, ask.reports.list_problems(request.by, filters, limit=limit, cursor=cursor))


@route(
    "GET",
    "/v1/problem-reports/summary",
    summary="จำนวนปัญหาที่แจ้ง",
    query=ProblemSummaryQuerySchema,
    answers={200: ProblemSummarySchema},
    refuses=_GONE,
)
def count_problem_reports(ask: Ask, request: Request) -> Answer:
    """Count problem reports by category or province, within the caller's area, as they come."""
    query = request.query
    return Answer(
        200,
        ask.reports.count_problems(request.by, axis=query["axis"], round_id=query.get("round_id")),
    )


@route(
    "GET",
    "/v1/problem-reports/{problem_id}",
    summary="ปัญหาที่แจ้งหนึ่งเรื่อง",
    answers={200: ProblemReportSchema},
    refuses=(ProblemReportNotFound,),
    etag=True,
)
def show_problem_report(ask: Ask, request: Request) -> Answer:
    """Show a problem report with its answers."""
    report = ask.reports.get_problem(request.by, request.path["problem_id"])
    return Answer(200, report, etag=report["version"])


@route(
    "POST",
    "/v1/problem-reports/{problem_id}/answers",
    summary="ตอบปัญหาที่แจ้ง",
    body=ProblemAnswerBodySchema,
    answers={201: ProblemReportSchema},
    refuses=(ProblemReportNotFound, TooManyAnswers, IdempotencyKeyReused),
    etag=True,
    idempotency="optional",
)
def answer_problem_report(ask: Ask, request: Request) -> Answer:
    """Answer as an office above. An answer that the central body (or the operator) circulates can
    be read by every slot; those of a district or a province go to the reporter.
    """
    problem_id, body = request.path["problem_id"], request.body
    outcome = ask.reports.answer_problem(
        request.by,
        problem_id,
        text=body["text"],
        circulate=body["circulate"],
        key=request.idempotency_key,
    )
    report, replayed = outcome["report"], outcome["repeated"]
    location = {"Location": f"/v1/problem-reports/{problem_id}"}
    return Answer(201, report, location, etag=report["version"], replayed=replayed)


@route(
    "GET",
    "/v1/problem-answers",
    summary="คำตอบที่เวียนให้ทุกหน่วยงานทราบ",
    query=CirculatedQuery,
    answers={200: list_of(CirculatedAnswerSchema)},
)
def list_problem_answers(ask: Ask, request: Request) -> Answer:
    """List the answers circulated to everybody, the latest first."""
    query = request.query
    return Answer(
        200,
        ask.reports.list_problem_answers(
            request.by,
            category=query.get("category"),
            limit=query["limit"],
            cursor=query.get("cursor"),
        ),
    )
