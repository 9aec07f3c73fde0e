"""Rounds: how they are proposed, changed and told, and how that is refused."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from marshmallow import Schema, fields, validate

from contracts.collecting.amendment_classes import AMENDMENT_CLASSES
from contracts.collecting.forms import FormRefFacts, FormRefSchema
from contracts.errors import Kind, ServiceError
from contracts.fields import Closed, Exactly, Text, Timestamp, WholeNumber
from contracts.reference.years import YearBasis

_CLASS = validate.OneOf([known.id for known in AMENDMENT_CLASSES])
MOST_TRIALS_TOLD = 20
"""Of the trials before a live round, those that are told one by one: the last ones."""
ROUND_STATES = ["draft", "opening", "open", "closed", "purging"]
SIGN_OFFS = ["none", "declaration", "two_persons"]
MOST_DUE_EXCEPTIONS = 200
ABOUT_SIGN_OFF = {
    "description": "What is asked for beside the filing: nothing; that the slot that files declares"
    " who prepared the report and which head stands by it (`declaration`: nobody else signs in);"
    " or that two persons sign, each signed in with a slot of the organisation (`two_persons`)."
}


class ScopeSchema(Closed):
    """Part of the country; with nothing given, all of it."""

    province = fields.String(allow_none=True, validate=Exactly(r"^[0-9]{2}$"))
    district = fields.String(allow_none=True, validate=Exactly(r"^[0-9]{4}$"))
    organisation = fields.String(allow_none=True, validate=validate.Length(1, 64))


class ScopeFacts(TypedDict, total=False):
    province: str | None
    district: str | None
    organisation: str | None


class DueExceptionSchema(Closed):
    """Another due date for part of the country, and the order it rests on."""

    scope = fields.Nested(ScopeSchema, required=True)
    lao_due_at = Timestamp(required=True)
    order_no = Text(most=100)
    reason = Text(most=500)


class DueExceptionFacts(TypedDict):
    scope: ScopeFacts
    lao_due_at: str
    order_no: str
    reason: str


class RoundChangeSchema(Closed):
    """What may be changed while a round is a draft."""

    opens_at = Timestamp()
    lao_due_at = Timestamp()
    closes_at = Timestamp()
    central_due_at = Timestamp(allow_none=True)
    corrections_close_at = Timestamp(allow_none=True)
    late_if_amended_as = fields.List(
        fields.String(validate=_CLASS), validate=validate.Length(max=len(AMENDMENT_CLASSES))
    )
    sign_off = fields.String(validate=validate.OneOf(SIGN_OFFS), metadata=ABOUT_SIGN_OFF)
    due_exceptions = fields.List(
        fields.Nested(DueExceptionSchema), validate=validate.Length(max=MOST_DUE_EXCEPTIONS)
    )


class RoundChangeFacts(TypedDict, total=False):
    opens_at: str
    lao_due_at: str
    closes_at: str
    central_due_at: str | None
    corrections_close_at: str | None
    late_if_amended_as: list[str]
    sign_off: str
    due_exceptions: list[DueExceptionFacts]


class RoundProposalSchema(Closed):
    """A round to be drafted, less its kind. Give `scope` to collect from a part of the country."""

    year_be = WholeNumber(
        2500,
        2699,
        metadata={"description": "The year reported on, of the Buddhist Era: required."},
    )
    fiscal_year_be = WholeNumber(
        2500,
        2699,
        metadata={"description": "Another name of `year_be`; given both, they are the same."},
    )
    year_basis = fields.String(
        validate=validate.OneOf([*YearBasis]),
        metadata={"description": "That of the form, whether it is given or not."},
    )
    no = WholeNumber(1, 99, required=True)
    form = fields.Nested(FormRefSchema, required=True)
    mode = fields.String(required=True, validate=validate.OneOf(["trial", "live"]))
    opens_at = Timestamp(required=True)
    lao_due_at = Timestamp(required=True)
    closes_at = Timestamp(required=True)
    central_due_at = Timestamp(allow_none=True)
    corrections_close_at = Timestamp(
        allow_none=True,
        metadata={
            "description": "When amending ends. Without it: at `central_due_at`, or at `closes_at`."
        },
    )
    late_if_amended_as = fields.List(
        fields.String(validate=_CLASS),
        validate=validate.Length(max=len(AMENDMENT_CLASSES)),
        metadata={
            "description": "Amendments of these classes are judged by their own time: amending so"
            " after the due date makes a filing late."
        },
    )
    sign_off = fields.String(validate=validate.OneOf(SIGN_OFFS), metadata=ABOUT_SIGN_OFF)
    scope = fields.Nested(ScopeSchema)
    due_exceptions = fields.List(
        fields.Nested(DueExceptionSchema), validate=validate.Length(max=MOST_DUE_EXCEPTIONS)
    )


class RoundProposalFacts(TypedDict):
    year_be: NotRequired[int]
    fiscal_year_be: NotRequired[int]
    year_basis: NotRequired[str]
    no: int
    form: FormRefFacts
    mode: str
    opens_at: str
    lao_due_at: str
    closes_at: str
    central_due_at: NotRequired[str | None]
    corrections_close_at: NotRequired[str | None]
    late_if_amended_as: NotRequired[list[str]]
    sign_off: NotRequired[str]
    scope: NotRequired[ScopeFacts]
    due_exceptions: NotRequired[list[DueExceptionFacts]]


class ProposedRoundFacts(RoundProposalFacts):
    """A round as it is proposed to a collection, which has the kind."""

    kind: str


class RoundWarningSchema(Schema):
    """What is probably not meant in a draft of a round; it can be opened all the same."""

    pointer = fields.String(required=True)
    code = fields.String(required=True, validate=validate.Equal("in_the_past"))
    message = fields.String(required=True)
    message_th = fields.String(required=True)


class RoundWarningFacts(TypedDict):
    pointer: str
    code: str
    message: str
    message_th: str


class PurgedTrialSchema(Schema):
    """A trial that a live round came after, and where the signed statement of its purge is."""

    round_id = fields.String(required=True)
    purge_statement_url = fields.String(required=True)


class PurgedTrialFacts(TypedDict):
    round_id: str
    purge_statement_url: str


class PurgeStatementSchema(Schema):
    """What a trial was, and that all of it is gone; `statement` says so signed (compact JWS)."""

    round_id = fields.String(required=True)
    obligations = fields.Integer()
    filings = fields.Integer()
    drafts = fields.Integer()
    deleted = fields.Dict(
        fields.String(), fields.Integer(), metadata={"description": "How many of each there were."}
    )
    purged_at = Timestamp()
    purged_by = fields.String()
    statement = fields.String(required=True)


class PurgeStatementFacts(TypedDict):
    round_id: str
    obligations: NotRequired[int]
    filings: NotRequired[int]
    drafts: NotRequired[int]
    deleted: NotRequired[dict[str, int]]
    purged_at: NotRequired[str]
    purged_by: NotRequired[str]
    statement: str


class RoundSchema(Schema):
    """One collection: which form, when, from whom."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    year_be = fields.Integer(required=True)
    year_basis = fields.String(
        required=True,
        validate=validate.OneOf([*YearBasis]),
        metadata={
            "description": "`calendar`: January to December. `fiscal`: October to September, named"
            " by the year it ends in; rounds from before forms had a basis are `fiscal`."
        },
    )
    fiscal_year_be = fields.Integer(
        required=True, metadata={"description": "Another name of `year_be`, whatever its basis."}
    )
    no = fields.Integer(required=True)
    form = fields.Nested(FormRefSchema, required=True)
    mode = fields.String(required=True, validate=validate.OneOf(["trial", "live"]))
    opens_at = Timestamp(required=True)
    lao_due_at = Timestamp(required=True)
    closes_at = Timestamp(required=True)
    central_due_at = Timestamp(required=True, allow_none=True)
    corrections_close_at = Timestamp(required=True)
    late_if_amended_as = fields.List(fields.String(validate=_CLASS), required=True)
    sign_off = fields.String(
        required=True, validate=validate.OneOf(SIGN_OFFS), metadata=ABOUT_SIGN_OFF
    )
    state = fields.String(required=True, validate=validate.OneOf(ROUND_STATES))
    scope = fields.Nested(ScopeSchema, required=True)
    due_exceptions = fields.List(fields.Nested(DueExceptionSchema), required=True)
    obligations = fields.Integer(required=True)
    expected_obligations = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "While a draft: how many obligations opening it would create."},
    )
    warnings = fields.List(
        fields.Nested(RoundWarningSchema),
        required=True,
        metadata={"description": "While a draft: look at these before opening it."},
    )
    purged_trials = fields.List(
        fields.Nested(PurgedTrialSchema),
        required=True,
        metadata={
            "description": "Of a live round: the trials of its form and year, purged before it was"
            f" opened; the last first, at most {MOST_TRIALS_TOLD}."
        },
    )
    version = fields.Integer(required=True)


class RoundFacts(TypedDict):
    id: str
    kind: str
    year_be: int
    year_basis: str
    fiscal_year_be: int
    no: int
    form: FormRefFacts
    mode: str
    opens_at: str
    lao_due_at: str
    closes_at: str
    central_due_at: str | None
    corrections_close_at: str
    late_if_amended_as: list[str]
    sign_off: str
    state: str
    scope: ScopeFacts
    due_exceptions: list[DueExceptionFacts]
    obligations: int
    expected_obligations: int | None
    warnings: list[RoundWarningFacts]
    purged_trials: list[PurgedTrialFacts]
    version: int


# -- refusals -------------------------------------------------------------------------------


class RoundNotFound(ServiceError):
    """No such round, or it was a trial that is purged."""

    code = "reports.round_not_found"
    kind = Kind.NOT_FOUND
    message = "There is no round {round_id}."
    message_th = "ไม่พบรอบการรายงาน {round_id}"


class RoundPurged(ServiceError):
    """The trial round existed and was purged; only the statement of it remains."""

    code = "reports.round_purged"
    kind = Kind.GONE
    message = "The trial round {round_id} was purged at {purged_at}."
    message_th = "รอบทดลอง {round_id} ถูกลบข้อมูลแล้วเมื่อ {purged_at}"


class RoundNotInState(ServiceError):
    """The act is not possible in the round's present state."""

    code = "reports.round_not_in_state"
    kind = Kind.CONFLICT
    message = "The round is {state}; this needs it to be {needed}."
    message_th = "รอบการรายงานอยู่ในสถานะ {state} การทำรายการนี้ต้องอยู่ในสถานะ {needed}"


class RoundNotTrial(ServiceError):
    """Only a trial round can be purged."""

    code = "reports.round_not_trial"
    kind = Kind.CONFLICT
    message = "The round {round_id} is live. Only a trial round can be purged."
    message_th = "รอบ {round_id} เป็นรอบจริง ลบได้เฉพาะรอบทดลองเท่านั้น"


class TrialNotPurged(ServiceError):
    """A live round is opened only when every trial of its form and year is purged."""

    code = "reports.trial_not_purged"
    kind = Kind.CONFLICT
    message = (
        "{count} trial rounds of this form and year are not purged: {trial_round_ids}."
        " Purge each of them with POST …/rounds/(its id)/purge, then open the live round."
    )
    message_th = (
        "ยังมีรอบทดลองของแบบและปีเดียวกันที่ยังไม่ได้ลบข้อมูล {count} รอบ คือ {trial_round_ids}"
        " โปรดลบข้อมูลรอบทดลองเหล่านี้ก่อน แล้วจึงเปิดรอบจริง"
    )


class RoundAlreadyExists(ServiceError):
    """One live round per kind, year and number."""

    code = "reports.round_already_exists"
    kind = Kind.CONFLICT
    message = "There already is the round {round_id} for this kind, year, number and mode."
    message_th = "มีรอบ {round_id} สำหรับประเภท ปี ครั้งที่ และโหมดนี้อยู่แล้ว"
