"""Tells how far long work is."""

from __future__ import annotations

from contracts.errors import JobNotFound
from contracts.jobs import JobSchema
from gateway.ask import Ask
from gateway.http import Answer, Request, route


@route(
    "GET",
    "/v1/jobs/{job_id}",
    summary="ความคืบหน้าของงาน",
    answers={200: JobSchema},
    refuses=(JobNotFound,),
)
def show_job(ask: Ask, request: Request) -> Answer:
    """Show a job the caller started."""
    job_id = request.path["job_id"]
    service = ask.job_services.get(job_id.partition("-")[0])
    if service is None:
        raise JobNotFound(job_id=job_id)
    return Answer(200, service.get_job(request.by, job_id))
