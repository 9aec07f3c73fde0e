"""Consolidated reports: what is sent, what is told, and how one is refused."""

from __future__ import annotations

from typing import TypedDict

from marshmallow import Schema, fields, validate

from contracts.errors import Kind, ServiceError
from contracts.fields import Closed, Exactly, Timestamp
from contracts.reference.code_groups import CodeGroup

FILES = ["json", "xlsx", "pdf"]


class ConsolidationRequestSchema(Closed):
    """As of when, by default now, and of which code groups: by default of all that the caller
    supervises, of the ethics board all there are.
    """

    as_of = Timestamp()
    code_groups = fields.List(
        fields.String(validate=validate.OneOf(list(CodeGroup))),
        validate=validate.Length(1, len(CodeGroup)),
    )


class ConsolidatedFiguresSchema(Schema):
    """Counts of obligations; rates are of `expected − exempt`."""

    key = fields.String(required=True)
    name = fields.String(required=True)
    expected = fields.Integer(required=True)
    filed = fields.Integer(required=True)
    on_time = fields.Integer(required=True)
    late = fields.Integer(required=True)
    amended = fields.Integer(required=True)
    returned = fields.Integer(required=True)
    nil = fields.Integer(required=True)
    exempt = fields.Integer(required=True)
    missing = fields.Integer(required=True)
    rate = fields.Float(required=True, allow_none=True)
    on_time_rate = fields.Float(required=True, allow_none=True)


class ConsolidatedFiguresFacts(TypedDict):
    key: str
    name: str
    expected: int
    filed: int
    on_time: int
    late: int
    amended: int
    returned: int
    nil: int
    exempt: int
    missing: int
    rate: float | None
    on_time_rate: float | None


class ConsolidatedProblemsSchema(Schema):
    """How many problems were reported until then, and how many of them answered."""

    reported = fields.Integer(required=True)
    answered = fields.Integer(required=True)


class ConsolidatedProblemsFacts(TypedDict):
    reported: int
    answered: int


class ConsolidatedFileSchema(Schema):
    """One face of the report."""

    url = fields.String(required=True)
    content_type = fields.String(required=True)
    sha256 = fields.String(required=True, validate=Exactly(r"^[0-9a-f]{64}$"))
    size = fields.Integer(required=True)


class ConsolidatedFileFacts(TypedDict):
    url: str
    content_type: str
    sha256: str
    size: int


class ConsolidatedFilesSchema(Schema):
    """The faces of the report; `json` is the content itself, in canonical form (RFC 8785)."""

    json = fields.Nested(ConsolidatedFileSchema, required=True)
    xlsx = fields.Nested(ConsolidatedFileSchema, required=True)
    pdf = fields.Nested(ConsolidatedFileSchema, required=True)


class ConsolidatedFilesFacts(TypedDict):
    json: ConsolidatedFileFacts
    xlsx: ConsolidatedFileFacts
    pdf: ConsolidatedFileFacts


class ConsolidationSchema(Schema):
    """The report of a round, or of some code groups in it, as of a moment; `id` is the SHA-256 of
    its content.
    """

    id = fields.String(required=True)
    round_id = fields.String(required=True)
    mode = fields.String(required=True, validate=validate.OneOf(["trial", "live"]))
    code_groups = fields.List(
        fields.String(), required=True, metadata={"description": "Those that it is about."}
    )
    as_of = Timestamp(required=True)
    central_due_at = Timestamp(required=True, allow_none=True)
    is_closed = fields.Boolean(
        required=True, metadata={"description": "Whether filing had ended at that moment."}
    )
    closed_at = Timestamp(required=True, allow_none=True)
    content_sha256 = fields.String(required=True)
    total = fields.Nested(ConsolidatedFiguresSchema, required=True)
    problems = fields.Nested(ConsolidatedProblemsSchema, required=True)
    files = fields.Nested(ConsolidatedFilesSchema, required=True)
    made_at = Timestamp(required=True)
    made_by = fields.String(required=True)


class ConsolidationFacts(TypedDict):
    id: str
    round_id: str
    mode: str
    code_groups: list[str]
    as_of: str
    central_due_at: str | None
    is_closed: bool
    closed_at: str | None
    content_sha256: str
    total: ConsolidatedFiguresFacts
    problems: ConsolidatedProblemsFacts
    files: ConsolidatedFilesFacts
    made_at: str
    made_by: str


# -- refusals -------------------------------------------------------------------------------


class ConsolidationNotFound(ServiceError):
    """No such consolidated report of the round."""

    code = "reports.consolidation_not_found"
    kind = Kind.NOT_FOUND
    message = "There is no consolidated report {consolidation_id} of this round."
    message_th = "ไม่พบรายงานภาพรวม {consolidation_id} ของรอบนี้"
