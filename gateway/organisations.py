"""Looks organisations up, adds some, and imports the registry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from contracts.accounts.changes import OrganisationCodeTaken, OrganisationRequest
from contracts.accounts.organisations import (
    AsOf,
    Organisation,
    OrganisationNotFound,
    OrganisationNotOnRecord,
    OrganisationRecord,
    OrganisationSearch,
)
from contracts.accounts.registry import ImportNotFound, ImportQuery
from contracts.jobs import JobSchema, StartedJobFacts
from gateway.ask import Ask
from gateway.http import (
    FORM_LIMIT_BYTES,
    MULTIPART,
    UPLOAD_SECONDS,
    Answer,
    Page,
    Request,
    list_of,
    route,
)
from gateway.uploads import hand_on


class OrganisationQuery(OrganisationSearch, Page):
    """Filters and page."""


@route(
    "GET",
    "/v1/organisations",
    summary="ค้นหาหน่วยงาน",
    query=OrganisationQuery,
    answers={200: list_of(Organisation)},
)
def list_organisations(ask: Ask, request: Request) -> Answer:
    """List organisations within the caller's scope."""
    return Answer(200, ask.accounts.list_organisations(request.by, **to_wire(request.query)))


@route(
    "GET",
    "/v1/organisations/{organisation_id}",
    summary="ข้อมูลหน่วยงาน",
    query=AsOf,
    answers={200: OrganisationRecord},
    refuses=(OrganisationNotFound, OrganisationNotOnRecord),
    etag=True,
)
def show_organisation(ask: Ask, request: Request) -> Answer:
    """Show one organisation with its dated names, types and codes; `as_of` as it was on a day."""
    organisation = ask.accounts.get_organisation(
        request.by, request.path["organisation_id"], **to_wire(request.query)
    )
    as_of = request.query.get("as_of", "")
    return Answer(200, organisation, etag=f"{organisation['version']}{as_of}")


@route(
    "POST",
    "/v1/organisations",
    summary="เพิ่มหน่วยงานที่ไม่อยู่ในทะเบียน อปท.",
    body=OrganisationRequest,
    answers={201: OrganisationRecord},
    refuses=(OrganisationCodeTaken,),
    etag=True,
)
def add_organisation(ask: Ask, request: Request) -> Answer:
    """Register Bangkok, or an agency, with the slots of its kind."""
    added = ask.accounts.add_organisation(request.by, wanted=to_wire(request.body))
    location = {"Location": f"/v1/organisations/{added['id']}"}
    return Answer(201, added, location, etag=added["version"])


@route(
    "POST",
    "/v1/organisations/imports",
    summary="นำเข้าทะเบียน อปท.",
    query=ImportQuery,
    consumes=MULTIPART,
    answers={202: JobSchema},
    refuses=(ImportNotFound,),
    limit_bytes=FORM_LIMIT_BYTES,
    body_seconds=UPLOAD_SECONDS,
)
def import_registry(ask: Ask, request: Request) -> Answer:
    """Start importing the DLA's CSV, sent as the field `file`; the job tells what became of it.

    In UTF-8, UTF-16 with its mark, or Windows-874, with any separator that its first line names.
    """
    upload = request.form().file()
    begun = ask.accounts.begin_import(request.by, filename=upload.filename)
    import_id = begun["import_id"]
    hand_on(
        upload,
        lambda number, data: ask.accounts.add_import_chunk(
            request.by, import_id=import_id, no=number, data_base64=data
        ),
    )
    dry_run = request.query["dry_run"]
    return started(ask.accounts.start_import(request.by, import_id=import_id, dry_run=dry_run))


def to_wire(given: Mapping[str, Any]) -> Any:
    """Return what was loaded as it goes over the bus: days as they are written."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in given.items()
    }


def started(job: StartedJobFacts) -> Answer:
    """Answer that long work has begun, now or under this key before, and where to look."""
    replayed = job.pop("replayed", False)
    return Answer(202, job, {"Location": f"/v1/jobs/{job['id']}"}, replayed=replayed)
