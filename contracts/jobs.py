"""How long work looks on the wire."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from contracts.fields import Timestamp


class JobSchema(Schema):
    """Long work: how far it is, and once done its result. Only whoever started it sees it."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    state = fields.String(
        required=True, validate=validate.OneOf(["queued", "running", "done", "failed"])
    )
    done = fields.Integer(required=True)
    total = fields.Integer(required=True)
    errors = fields.List(
        fields.Dict(),
        required=True,
        metadata={
            "description": "Of a job that failed the one refusal: `code`, `message` in English, "
            "`message_th` in Thai. Of one that is done, what it found amiss in what it was given."
        },
    )
    result = fields.Dict(required=True, allow_none=True)
    created_at = Timestamp(required=True)
    finished_at = Timestamp(required=True, allow_none=True)
