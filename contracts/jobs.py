"""How long work looks on the wire."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from marshmallow import Schema, fields, validate

from contracts.fields import JsonObject, Timestamp


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


class JobFacts(TypedDict):
    id: str
    kind: str
    state: str
    done: int
    total: int
    errors: list[JsonObject]
    result: JsonObject | None
    created_at: str
    finished_at: str | None


class StartedJobFacts(JobFacts):
    """A job as whoever starts it is told; `replayed` says if its Idempotency-Key had it before."""

    replayed: NotRequired[bool]
