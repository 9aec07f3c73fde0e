"""Takes in, lists, shows and deletes evidence: files that show answers to be true."""

from __future__ import annotations

from contracts.collecting.evidence import (
    MEDIA_TYPES,
    EvidenceInUse,
    EvidenceNotFound,
    EvidenceSchema,
    EvidenceTypeRefused,
    MalwareFound,
    ScannerUnavailable,
    UploadNotFound,
)
from contracts.collecting.obligations import ObligationNotFound
from contracts.collecting.quotas import QuotaReached
from contracts.collecting.rounds import RoundNotFound, RoundPurged
from contracts.errors import TooManyAtOnce
from gateway.ask import CollectionAsk
from gateway.downloads import saved_as, streamed
from gateway.http import (
    FORM_LIMIT_BYTES,
    MULTIPART,
    PATH_VALUE,
    UPLOAD_SECONDS,
    Answer,
    Page,
    Request,
    list_of,
    route,
)
from gateway.routes import of_collection


@of_collection(
    lambda of: route(
        "POST",
        of.prefix + "/evidence",
        summary="ส่งไฟล์หลักฐาน",
        consumes=MULTIPART,
        texts={"obligation_id": PATH_VALUE, "round_id": PATH_VALUE},
        answers={200: EvidenceSchema, 201: EvidenceSchema},
        refuses=(
            ObligationNotFound,
            RoundNotFound,
            RoundPurged,
            UploadNotFound,
            EvidenceTypeRefused,
            MalwareFound,
            ScannerUnavailable,
            TooManyAtOnce,
            QuotaReached,
        ),
        limit_bytes=FORM_LIMIT_BYTES,
        body_seconds=UPLOAD_SECONDS,
    )
)
def upload_evidence(ask: CollectionAsk, request: Request) -> Answer:
    """Keep a file of up to 20 MiB, sent as `file`, for use in the organisation's filings.

    200 when the organisation has the same content already: that is what is answered.
    """
    form = request.form()
    kept = ask.evidence.take_in(
        request.by,
        form.file(),
        obligation_id=form.texts.get("obligation_id"),
        round_id=form.texts.get("round_id"),
    )
    evidence = kept["evidence"]
    location = {"Location": f"{ask.collection.prefix}/evidence/{evidence['id']}"}
    return Answer(201 if kept["is_new"] else 200, evidence, location)


@of_collection(
    lambda of: route(
        "GET",
        of.prefix + "/evidence",
        summary="ไฟล์หลักฐาน",
        query=Page,
        answers={200: list_of(EvidenceSchema)},
    )
)
def list_evidence(ask: CollectionAsk, request: Request) -> Answer:
    """List the evidence the caller may see, the newest first."""
    query = request.query
    return Answer(
        200,
        ask.client.list_evidence(request.by, limit=query["limit"], cursor=query.get("cursor")),
    )


@of_collection(
    lambda of: route(
        "GET",
        of.prefix + "/evidence/{evidence_id}",
        summary="ไฟล์หลักฐานหนึ่งไฟล์",
        answers={200: tuple(MEDIA_TYPES)},
        refuses=(EvidenceNotFound,),
        etag=True,
    )
)
def download_evidence(ask: CollectionAsk, request: Request) -> Answer:
    """Download a file, as it was sent."""
    evidence = ask.client.get_evidence(request.by, request.path["evidence_id"])
    return streamed(
        ask.evidence.read(request.by, evidence["id"]),
        saved_as(evidence["filename"], stem="evidence"),
        etag=evidence["sha256"],
        content_type=evidence["media_type"],
        length=evidence["size"],
    )


@of_collection(
    lambda of: route(
        "DELETE",
        of.prefix + "/evidence/{evidence_id}",
        summary="ลบไฟล์หลักฐาน",
        answers={204: None},
        refuses=(EvidenceNotFound, EvidenceInUse),
    )
)
def delete_evidence(ask: CollectionAsk, request: Request) -> Answer:
    """Delete a file that no filing has named."""
    ask.client.delete_evidence(request.by, request.path["evidence_id"])
    return Answer(204)
