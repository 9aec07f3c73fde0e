"""Gives out workbooks to fill in, and takes uploads of one or of many."""

from __future__ import annotations

import hashlib
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from marshmallow import fields

from contracts.collecting.evidence import XLSX, UploadNotFound
from contracts.collecting.forms import FormNotFound
from contracts.collecting.obligations import ObligationNotFound
from contracts.collecting.quotas import QuotaReached
from contracts.collecting.rounds import RoundNotFound, RoundNotInState, RoundPurged
from contracts.collecting.workbooks import WorkbookFacts, WorkbooksUploadFacts
from contracts.errors import IdempotencyKeyReused
from contracts.fields import Closed, Exactly, wire_time
from contracts.jobs import JobSchema
from contracts.principal import PrincipalFacts
from contracts.repeats import request_id
from gateway.ask import CollectionAsk
from gateway.downloads import saved_as
from gateway.http import FORM_LIMIT_BYTES, MULTIPART, UPLOAD_SECONDS, Answer, Request, route
from gateway.organisations import started
from gateway.routes import of_collection
from gateway.uploads import hand_on

ZIP = "application/zip"
AT_ONCE = 20
FILENAME_MAX = 200
_MADE = (1980, 1, 1, 0, 0, 0)
_GONE = (RoundNotFound, RoundPurged)


class DistrictQuery(Closed):
    """Of which district; an office above districts has to say."""

    district = fields.String(validate=Exactly(r"^[0-9]{4}$"))


class UploadQuery(Closed):
    """Whether to file what is uploaded or only to say what is wrong with it."""

    check = fields.Boolean(load_default=False)


@of_collection(
    lambda of: route(
        "GET",
        of.prefix + "/forms/{form_id}/versions/{version}/template.xlsx",
        summary="แบบรายงานเปล่า (Excel)",
        answers={200: XLSX},
        refuses=(FormNotFound,),
        patterns={"version": r"[1-9][0-9]{0,3}"},
    )
)
def download_blank_workbook(ask: CollectionAsk, request: Request) -> Answer:
    """Download the form as an empty workbook, to look at; what is filed is an obligation's own."""
    form_id, version = request.path["form_id"], int(request.path["version"])
    written = ask.client.write_blank_workbook(form_id, version)
    return _file(b64decode(written), f"{form_id}.v{version}.xlsx", XLSX)


@of_collection(
    lambda of: route(
        "GET",
        of.prefix + "/obligations/{obligation_id}/template.xlsx",
        summary="แบบรายงานของภาระหนึ่ง (Excel)",
        answers={200: XLSX},
        refuses=(ObligationNotFound, *_GONE),
    )
)
def download_obligation_workbook(ask: CollectionAsk, request: Request) -> Answer:
    """Download the workbook of an obligation, filled with its draft or with what was filed last.

    An office above sees only what was filed. What is in force is amended by uploading it again.
    """
    written = ask.client.write_workbook(request.by, request.path["obligation_id"])
    return _file(b64decode(written["xlsx_base64"]), written["filename"], XLSX)


@of_collection(
    lambda of: route(
        "GET",
        of.prefix + "/rounds/{round_id}/workbooks",
        summary="แบบรายงานทั้งอำเภอ (Excel ใน .zip)",
        query=DistrictQuery,
        answers={200: ZIP},
        refuses=_GONE,
    )
)
def download_round_workbooks(ask: CollectionAsk, request: Request) -> Answer:
    """Download the workbooks of everything owed within the caller's area in one district."""
    round_id, district = request.path["round_id"], request.query.get("district")
    octets = BytesIO()
    with ZipFile(octets, "w", ZIP_STORED) as archive:
        for written in _each_of(ask, request.by, round_id, district):
            entry = ZipInfo(written["filename"], _MADE)
            archive.writestr(entry, b64decode(written["xlsx_base64"]))
    name = f"{round_id}-{district or request.signed_in.username}.zip"
    return _file(octets.getvalue(), name, ZIP)


@of_collection(
    lambda of: route(
        "POST",
        of.prefix + "/rounds/{round_id}/workbooks",
        summary="อัปโหลดแบบรายงาน Excel หนึ่งไฟล์หรือหลายไฟล์ใน .zip",
        query=UploadQuery,
        consumes=MULTIPART,
        answers={202: JobSchema},
        refuses=(*_GONE, RoundNotInState, IdempotencyKeyReused, UploadNotFound, QuotaReached),
        idempotency="required",
        limit_bytes=FORM_LIMIT_BYTES,
        body_seconds=UPLOAD_SECONDS,
    )
)
def upload_workbooks(ask: CollectionAsk, request: Request) -> Answer:
    """Start filing a workbook, or up to 500 in a .zip of up to 20 MiB, sent as the field `file`.

    An LAO's slot files its own; a district or province office files for its LAOs, and that it did
    is on record. The time that counts is when the request arrived. The job's result tells for each
    file its receipt number, or what is wrong by sheet and cell. With `check` nothing is filed.
    """
    upload = request.form().file()
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    facts: WorkbooksUploadFacts = {
        "round_id": request.path["round_id"],
        "filename": upload.filename[:FILENAME_MAX],
        "sha256": digest.hexdigest(),
        "size": upload.size,
        "is_check": request.query["check"],
        "received_at": wire_time(request.received_at),
    }
    slot_id = request.signed_in.slot_id
    upload_id = request_id(slot_id, request.idempotency_key, "workbooks")
    begun = ask.client.begin_workbooks(request.by, upload_id, facts)
    if begun["job"] is not None:
        return replace(started(begun["job"]), replayed=True)
    file_id = str(begun["file_id"])
    hand_on(
        upload,
        lambda number, data: ask.client.add_workbooks_chunk(
            request.by, file_id, number=number, data_base64=data
        ),
    )
    return started(ask.client.start_workbooks(request.by, file_id))


def _each_of(
    ask: CollectionAsk, by: PrincipalFacts, round_id: str, district: str | None
) -> Iterator[WorkbookFacts]:
    cursor = None
    while True:
        page = ask.client.list_workbooks(
            by, round_id, district=district, limit=AT_ONCE, cursor=cursor
        )
        yield from page["items"]
        cursor = page["next"]
        if cursor is None:
            return


def _file(data: bytes, filename: str, content_type: str) -> Answer:
    headers = saved_as(filename, stem="workbook")
    return Answer(200, data, headers, content_type=content_type)
