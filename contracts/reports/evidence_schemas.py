"""Evidence on the wire."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

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
