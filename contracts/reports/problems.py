"""Problem reports: what is sent, what is told, and how they are refused."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from marshmallow import Schema, fields, validate

from contracts.errors import Kind, ServiceError
from contracts.fields import Closed, Text, Timestamp
from contracts.reports.problem_categories import PROBLEM_CATEGORIES

CATEGORY_IDS = [category.id for category in PROBLEM_CATEGORIES]
PROBLEM_STATES = ["open", "answered"]
AXES = ["category", "province"]
TEXT_MAX = 4_000
_CATEGORY = {"description": "; ".join(f"{each.id}: {each.label_th}" for each in PROBLEM_CATEGORIES)}


def _round_filter() -> fields.String:
    return fields.String(data_key="round", validate=validate.Length(1, 64))


class ProblemReportBodySchema(Closed):
    """A trouble met in a round; without `round_id`, in the latest live one."""

    category = fields.String(
        required=True, validate=validate.OneOf(CATEGORY_IDS), metadata=_CATEGORY
    )
    text = Text(most=TEXT_MAX)
    round_id = fields.String(validate=validate.Length(1, 64))


class ProblemReportBodyFacts(TypedDict):
    category: str
    text: str
    round_id: NotRequired[str]


class ProblemAnswerBodySchema(Closed):
    """An answer; one that is circulated can be read by every slot, the problem's text cannot."""

    text = Text(most=TEXT_MAX)
    circulate = fields.Boolean(required=True, truthy={True}, falsy={False})


class ProblemFiltersSchema(Closed):
    """Which problem reports to list, beside the page."""

    round_id = _round_filter()
    category = fields.String(validate=validate.OneOf(CATEGORY_IDS))
    state = fields.String(validate=validate.OneOf(PROBLEM_STATES))


class ProblemFiltersFacts(TypedDict, total=False):
    round_id: str
    category: str
    state: str


class CirculatedFiltersSchema(Closed):
    """Which circulated answers to list, beside the page."""

    category = fields.String(validate=validate.OneOf(CATEGORY_IDS))


class ProblemSummaryQuerySchema(Closed):
    """By what to count, and of which round; without it, of all live ones."""

    axis = fields.String(required=True, data_key="by", validate=validate.OneOf(AXES))
    round_id = _round_filter()


class ReportedBySchema(Schema):
    """The slot that reported, and its holder at that time."""

    username = fields.String(required=True)
    holder_name = fields.String(required=True, allow_none=True)


class ReportedByFacts(TypedDict):
    username: str
    holder_name: str | None


class AnsweredBySchema(Schema):
    """The slot that answered."""

    username = fields.String(required=True)
    role = fields.String(required=True)


class AnsweredByFacts(TypedDict):
    username: str
    role: str


class ProblemAnswerSchema(Schema):
    """One answer to a problem report."""

    text = fields.String(required=True)
    circulate = fields.Boolean(required=True)
    answered_at = Timestamp(required=True)
    answered_by = fields.Nested(AnsweredBySchema, required=True)


class ProblemAnswerFacts(TypedDict):
    text: str
    circulate: bool
    answered_at: str
    answered_by: AnsweredByFacts


class ProblemReportSchema(Schema):
    """A trouble somebody met, with every answer to it, the first one first."""

    id = fields.String(required=True)
    round_id = fields.String(required=True)
    mode = fields.String(required=True, validate=validate.OneOf(["trial", "live"]))
    category = fields.String(required=True)
    category_name = fields.String(required=True)
    text = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(PROBLEM_STATES))
    organisation_id = fields.String(required=True, allow_none=True)
    organisation_name = fields.String(required=True, allow_none=True)
    province_code = fields.String(required=True)
    district_code = fields.String(required=True)
    code_group = fields.String(required=True, allow_none=True)
    reported_at = Timestamp(required=True)
    reported_by = fields.Nested(ReportedBySchema, required=True)
    answers = fields.List(fields.Nested(ProblemAnswerSchema), required=True)
    version = fields.Integer(required=True)


class ProblemReportFacts(TypedDict):
    id: str
    round_id: str
    mode: str
    category: str
    category_name: str
    text: str
    state: str
    organisation_id: str | None
    organisation_name: str | None
    province_code: str
    district_code: str
    code_group: str | None
    reported_at: str
    reported_by: ReportedByFacts
    answers: list[ProblemAnswerFacts]
    version: int


class ToldProblemFacts(TypedDict):
    """A problem report as it stands, and whether the request has had this answer before."""

    report: ProblemReportFacts
    repeated: bool


class CirculatedAnswerSchema(Schema):
    """The latest answer to one problem report that was circulated to everybody."""

    id = fields.String(required=True, metadata={"description": "The problem report's id."})
    round_id = fields.String(required=True)
    mode = fields.String(required=True, validate=validate.OneOf(["trial", "live"]))
    category = fields.String(required=True)
    category_name = fields.String(required=True)
    text = fields.String(required=True)
    answered_at = Timestamp(required=True)
    answered_by = fields.Nested(AnsweredBySchema, required=True)


class CirculatedAnswerFacts(TypedDict):
    id: str
    round_id: str
    mode: str
    category: str
    category_name: str
    text: str
    answered_at: str
    answered_by: AnsweredByFacts


class ProblemCountsSchema(Schema):
    """How many problems were reported, and how many of them are answered or still open."""

    key = fields.String(required=True)
    name = fields.String(required=True)
    reported = fields.Integer(required=True)
    answered = fields.Integer(required=True)
    open = fields.Integer(required=True)


class ProblemCountsFacts(TypedDict):
    key: str
    name: str
    reported: int
    answered: int
    open: int


class ProblemSummarySchema(Schema):
    """Counts within the caller's area; `total` is the sum of the rows."""

    round_id = fields.String(required=True, allow_none=True)
    by = fields.String(required=True, validate=validate.OneOf(AXES))
    items = fields.List(fields.Nested(ProblemCountsSchema), required=True)
    total = fields.Nested(ProblemCountsSchema, required=True)
    as_of = Timestamp(required=True)


class ProblemSummaryFacts(TypedDict):
    round_id: str | None
    by: str
    items: list[ProblemCountsFacts]
    total: ProblemCountsFacts
    as_of: str


# -- refusals -------------------------------------------------------------------------------


class ProblemReportNotFound(ServiceError):
    """No such problem report, or not the caller's to know."""

    code = "reports.problem_report_not_found"
    kind = Kind.NOT_FOUND
    message = "There is no problem report {problem_id}."
    message_th = "ไม่พบรายงานปัญหา {problem_id}"


class TooManyAnswers(ServiceError):
    """A problem report takes a few answers, no conversation."""

    code = "reports.too_many_answers"
    kind = Kind.CONFLICT
    message = "It has {most} answers already, and no more are taken."
    message_th = "รายงานปัญหานี้มีคำตอบครบ {most} คำตอบแล้ว ตอบเพิ่มอีกไม่ได้"
