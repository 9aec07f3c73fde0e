"""Evidence files as they are told, and why one is refused."""

from __future__ import annotations

from typing import TypedDict

from marshmallow import Schema, fields, validate

from contracts.errors import Kind, ServiceError
from contracts.fields import Timestamp

_OFFICE = "application/vnd.openxmlformats-officedocument"
XLSX = f"{_OFFICE}.spreadsheetml.sheet"
DOCX = f"{_OFFICE}.wordprocessingml.document"
MEDIA_TYPES = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    XLSX: (".xlsx",),
    DOCX: (".docx",),
}
"""What evidence may be, with the extensions that fit."""
STATES = ("clean", "unscanned")


class UploadedBySchema(Schema):
    """The slot, and who held it at that time."""

    slot_id = fields.String(required=True)
    username = fields.String(required=True)
    holder_name = fields.String(required=True, allow_none=True)


class UploadedByFacts(TypedDict):
    slot_id: str
    username: str
    holder_name: str | None


class EvidenceSchema(Schema):
    """A file that shows an answer to be true. `state` is `clean` when a virus scanner looked into
    it and found nothing, `unscanned` when none did: open such a file with care. `used_on` are the
    obligations on which a filing named it.
    """

    id = fields.String(required=True)
    organisation_id = fields.String(required=True)
    filename = fields.String(required=True)
    media_type = fields.String(required=True, validate=validate.OneOf(list(MEDIA_TYPES)))
    size = fields.Integer(required=True)
    sha256 = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    uploaded_at = Timestamp(required=True)
    uploaded_by = fields.Nested(UploadedBySchema, required=True)
    obligation_id = fields.String(required=True, allow_none=True)
    round_ids = fields.List(fields.String(), required=True)
    used_on = fields.List(fields.String(), required=True)


class EvidenceFacts(TypedDict):
    id: str
    organisation_id: str
    filename: str
    media_type: str
    size: int
    sha256: str
    state: str
    uploaded_at: str
    uploaded_by: UploadedByFacts
    obligation_id: str | None
    round_ids: list[str]
    used_on: list[str]


class EvidenceUploadFacts(TypedDict):
    """An upload that has begun; its chunks are sent under the id."""

    upload_id: str


class KeptEvidenceFacts(TypedDict):
    """What an upload has become, and whether the organisation did not have it already."""

    evidence: EvidenceFacts
    is_new: bool


class UnknownEvidenceFacts(TypedDict):
    """Of the evidence that a filing names, what is none of the organisation."""

    unknown: list[str]


# -- refusals -------------------------------------------------------------------------------


class UploadNotFound(ServiceError):
    """No such upload, a part of it is missing, or it was not finished within its hour."""

    code = "reports.upload_not_found"
    kind = Kind.NOT_FOUND
    message = (
        "The upload {upload_id} is not whole or was not finished in time. Send the file again."
    )
    message_th = "การอัปโหลด {upload_id} ไม่ครบถ้วนหรือไม่เสร็จในเวลาที่กำหนด โปรดส่งไฟล์ใหม่"


class EvidenceNotFound(ServiceError):
    """No such evidence, or its existence is not the caller's to know."""

    code = "reports.evidence_not_found"
    kind = Kind.NOT_FOUND
    message = "There is no evidence {evidence_id}."
    message_th = "ไม่พบไฟล์หลักฐาน {evidence_id}"


class EvidenceInUse(ServiceError):
    """Evidence that a filing names is kept."""

    code = "reports.evidence_in_use"
    kind = Kind.CONFLICT
    message = "The evidence {evidence_id} is named in a filing and cannot be deleted."
    message_th = "ไฟล์หลักฐาน {evidence_id} ถูกอ้างถึงในรายงานที่ยื่นแล้ว จึงลบไม่ได้"


class EvidenceTypeRefused(ServiceError):
    """What the bytes are decides; what the client calls them does not. `found` is what it is."""

    code = "reports.evidence_type_refused"
    kind = Kind.INVALID
    message = (
        "Evidence is a PDF, JPEG, PNG, XLSX or DOCX file without macros; this is {found}. {advice}"
    )
    message_th = (
        "ไฟล์หลักฐานต้องเป็น PDF, JPEG, PNG, XLSX หรือ DOCX ที่ไม่มีแมโคร ไฟล์นี้เป็น{found_th} {advice_th}"
    )


class MalwareFound(ServiceError):
    """The scanner knows it as harmful."""

    code = "reports.malware_found"
    kind = Kind.INVALID
    message = "The scanner refuses this file: {signature}. Nothing of it was kept."
    message_th = "ระบบตรวจไวรัสไม่รับไฟล์นี้: {signature} และไม่ได้เก็บไฟล์ไว้"


class ScannerUnavailable(ServiceError):
    """No file is kept that was not looked at."""

    code = "reports.scanner_unavailable"
    kind = Kind.UNAVAILABLE
    message = "Files cannot be scanned now. Nothing was kept; send the file again in a minute."
    message_th = "ขณะนี้ยังตรวจไวรัสไม่ได้ ระบบไม่ได้เก็บไฟล์ โปรดส่งใหม่ในอีกหนึ่งนาที"
