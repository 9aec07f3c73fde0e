"""How far long work is. A job's id begins with the service that does it."""

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
    asked = {"accounts": ask.accounts, "reports": ask.reports}.get(job_id.partition("-")[0])
    if asked is None:
        raise JobNotFound(job_id=job_id)
    return Answer(200, asked.get_job(request.by, job_id))
