"""The wire shapes of reports, in requests and answers; OpenAPI is made from them."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from contracts.fields import Closed, Exactly, Text, Timestamp, WholeNumber
from contracts.forms import ANY_YEAR
from contracts.reports.amendment_classes import AMENDMENT_CLASSES, DEFAULT_CLASS

STATES = [
    "open",
    "draft",
    "filed",
    "confirmed_nil",
    "returned",
    "amended",
    "exempt",
    "waived",
    "missed",
]
_CLASS = validate.OneOf([known.id for known in AMENDMENT_CLASSES])
ROUND_STATES = ["draft", "opening", "open", "closed", "purging"]
SIGN_OFFS = ["none", "declaration", "two_persons"]
MOST_DUE_EXCEPTIONS = 200
_SIGN_OFF = {
    "description": "What is asked for beside the filing: nothing; that the slot that files declares"
    " who prepared the report and which head stands by it (`declaration`: nobody else signs in);"
    " or that two persons sign, each signed in with a slot of the organisation (`two_persons`)."
}
_SHA256 = Exactly(r"^[0-9a-f]{64}$")


class FormRefSchema(Closed):
    """One version of one form."""

    id = fields.String(required=True, validate=Exactly(r"^[a-z0-9-]{1,60}$"))
    version = WholeNumber(1, 10_000, required=True)


class ScopeSchema(Closed):
    """Part of the country; with nothing given, all of it."""

    province = fields.String(allow_none=True, validate=Exactly(r"^[0-9]{2}$"))
    district = fields.String(allow_none=True, validate=Exactly(r"^[0-9]{4}$"))
    organisation = fields.String(allow_none=True, validate=validate.Length(1, 64))


class DueExceptionSchema(Closed):
    """Another due date for part of the country, and the order it rests on."""

    scope = fields.Nested(ScopeSchema, required=True)
    lao_due_at = Timestamp(required=True)
    order_no = Text(most=100)
    reason = Text(most=500)


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
    sign_off = fields.String(validate=validate.OneOf(SIGN_OFFS), metadata=_SIGN_OFF)
    due_exceptions = fields.List(
        fields.Nested(DueExceptionSchema), validate=validate.Length(max=MOST_DUE_EXCEPTIONS)
    )


class RoundProposalSchema(Closed):
    """A round to be drafted. Give `scope` to collect from part of the country only."""

    kind = fields.String(required=True, validate=validate.OneOf(["ethics"]))
    fiscal_year_be = WholeNumber(2500, 2699, required=True)
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
    sign_off = fields.String(validate=validate.OneOf(SIGN_OFFS), metadata=_SIGN_OFF)
    scope = fields.Nested(ScopeSchema)
    due_exceptions = fields.List(
        fields.Nested(DueExceptionSchema), validate=validate.Length(max=MOST_DUE_EXCEPTIONS)
    )


class RoundWarningSchema(Schema):
    """What is probably not meant in a draft of a round; it can be opened all the same."""

    pointer = fields.String(required=True)
    code = fields.String(required=True, validate=validate.Equal("in_the_past"))
    message = fields.String(required=True)
    message_th = fields.String(required=True)


class RoundSchema(Schema):
    """One collection: which form, when, from whom."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    fiscal_year_be = fields.Integer(required=True)
    no = fields.Integer(required=True)
    form = fields.Nested(FormRefSchema, required=True)
    mode = fields.String(required=True, validate=validate.OneOf(["trial", "live"]))
    opens_at = Timestamp(required=True)
    lao_due_at = Timestamp(required=True)
    closes_at = Timestamp(required=True)
    central_due_at = Timestamp(required=True, allow_none=True)
    corrections_close_at = Timestamp(required=True)
    late_if_amended_as = fields.List(fields.String(validate=_CLASS), required=True)
    sign_off = fields.String(required=True, validate=validate.OneOf(SIGN_OFFS), metadata=_SIGN_OFF)
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
    version = fields.Integer(required=True)


class ObligedSchema(Schema):
    """The organisation whose duty it is, as it was when the round opened."""

    id = fields.String(required=True)
    code = fields.String(required=True)
    type = fields.String(required=True)
    full_name = fields.String(required=True)
    province_code = fields.String(required=True)
    district_code = fields.String(required=True)


class DoneBySchema(Schema):
    """The office that did something, and the holder of its slot at that time."""

    role = fields.String(required=True)
    username = fields.String(required=True)
    holder_name = fields.String(required=True, allow_none=True)


class ActSchema(Schema):
    """What an office did about an obligation; `revision` is the one in force then."""

    no = fields.Integer(required=True)
    kind = fields.String(required=True)
    revision = fields.Integer(required=True)
    at = Timestamp(required=True)
    by = fields.Nested(DoneBySchema, required=True)
    reason = fields.String(required=True, allow_none=True)
    order_no = fields.String(required=True, allow_none=True)
    due_at = Timestamp(required=True, allow_none=True)


class SignedBySchema(Schema):
    """The slot in which it was signed, and its holder at that time."""

    username = fields.String(required=True)
    holder_name = fields.String(required=True, allow_none=True)


class SignatureSchema(Schema):
    """That a person stands by one content, signed or declared by the slot that is named."""

    part = fields.String(required=True, validate=validate.OneOf(["preparer", "head"]))
    of = fields.String(required=True, validate=validate.OneOf(["draft", "withdrawal"]))
    name = fields.String(required=True)
    position = fields.String(required=True)
    acting = fields.Boolean(required=True)
    draft_version = fields.Integer(required=True)
    content_sha256 = fields.String(required=True)
    signed_at = Timestamp(required=True)
    signed_by = fields.Nested(SignedBySchema, required=True)


class ObligationSchema(Schema):
    """One organisation's duty in one round for one code group."""

    id = fields.String(required=True)
    round_id = fields.String(required=True)
    mode = fields.String(required=True)
    form = fields.Nested(FormRefSchema, required=True)
    organisation = fields.Nested(ObligedSchema, required=True)
    code_group = fields.String(required=True)
    state = fields.String(
        required=True,
        validate=validate.OneOf(["not_open", *STATES]),
        metadata={"description": "An open one is `not_open` until its round opens for filing."},
    )
    revision = fields.Integer(required=True)
    opens_at = Timestamp(required=True)
    due_at = Timestamp(required=True)
    due_because = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Why this due date is not the round's, with the order's number."},
    )
    closes_at = Timestamp(required=True, metadata={"description": "When filing ends."})
    correction_ends_at = Timestamp(required=True, metadata={"description": "When amending ends."})
    correct_until = Timestamp(
        required=True,
        allow_none=True,
        metadata={"description": "Until when a return may be answered, whatever else has ended."},
    )
    sign_off = fields.String(required=True, validate=validate.OneOf(SIGN_OFFS), metadata=_SIGN_OFF)
    signatures = fields.List(fields.Nested(SignatureSchema), required=True)
    days_left = fields.Integer(required=True)
    first_accepted_at = Timestamp(required=True, allow_none=True)
    judged_at = Timestamp(
        required=True,
        allow_none=True,
        metadata={"description": "The time by which `on_time` is judged."},
    )
    on_time = fields.Boolean(required=True, allow_none=True)
    accepted_revision = fields.Integer(required=True, allow_none=True)
    last_filing_id = fields.String(required=True, allow_none=True)
    acts = fields.List(
        fields.Nested(ActSchema), metadata={"description": "Not in lists of obligations."}
    )


ANSWERS_OF_A_FORM = {
    "description": "What the obligation's `form` asks, by question;"
    " `/v1/forms/{form_id}/versions/{version}` has the questions in words and"
    " `/v1/forms/{form_id}/versions/{version}/schema` the JSON Schema of this object.",
    "x-json-schema": "/v1/forms/{form_id}/versions/{version}/schema",
}


class FilingBodySchema(Closed):
    """A submission on an obligation."""

    answers = fields.Dict(required=True, metadata=ANSWERS_OF_A_FORM)
    form_version = WholeNumber(1, 10_000, required=True)
    kind = fields.String(required=True, validate=validate.OneOf(["original", "amendment", "nil"]))
    base_revision = WholeNumber(1, 10_000, allow_none=True, load_default=None)
    reason = Text(most=1000, allow_none=True, load_default=None)
    reason_class = fields.String(
        load_default=DEFAULT_CLASS,
        validate=_CLASS,
        metadata={"description": "What kind of change an amendment is; only for amendments."},
    )
    notes = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 100)),
        values=Text(most=1000),
        load_default=dict,
        validate=validate.Length(max=100),
        metadata={
            "description": "Why each warning may stand, by the id of its check. A filing with a"
            " warning that has no note is refused with the code `unconfirmed`."
        },
    )


class FiledBySchema(Schema):
    """The slot that filed, and its holder at that time."""

    username = fields.String(required=True)
    holder_name = fields.String(required=True, allow_none=True)


class ProblemOfFilingSchema(Schema):
    """Why a submission was refused after it had been taken in."""

    code = fields.String(required=True)
    details = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class FilingSchema(Schema):
    """One submission: `recorded` with a revision, `rejected` with a problem, or `accepted`:
    taken in durably, its time counts, and not yet recorded. `not_recorded` came to nothing: file it
    again with the same Idempotency-Key.
    """

    id = fields.String(required=True)
    obligation_id = fields.String(required=True)
    revision = fields.Integer()
    kind = fields.String()
    form = fields.Nested(FormRefSchema)
    accepted_at = Timestamp(required=True)
    on_time = fields.Boolean()
    state = fields.String(
        required=True, validate=validate.OneOf(["accepted", "recorded", "rejected", "not_recorded"])
    )
    content_sha256 = fields.String(validate=_SHA256)
    base_revision = fields.Integer(allow_none=True)
    reason = fields.String(allow_none=True)
    reason_class = fields.String(allow_none=True)
    channel = fields.String(validate=validate.OneOf(["form", "workbook"]))
    judged_at = Timestamp(
        metadata={"description": "By when being on time is judged, this revision counted."}
    )
    notes = fields.Dict(keys=fields.String(), values=fields.String())
    organisation_name = fields.String()
    filed_by = fields.Nested(FiledBySchema)
    receipt_number = fields.String()
    answers = fields.Dict(keys=fields.String())
    changed = fields.List(fields.String())
    problem = fields.Nested(ProblemOfFilingSchema)


class ReceiptSchema(Schema):
    """What the filer gets; `jws` signs the other fields and anyone can check it."""

    number = fields.String(required=True)
    filing_id = fields.String(required=True)
    obligation_id = fields.String(required=True)
    organisation_code = fields.String(required=True)
    code_group = fields.String(required=True)
    round_id = fields.String(required=True)
    revision = fields.Integer(required=True)
    accepted_at = fields.String(required=True)
    on_time = fields.Boolean(required=True)
    content_sha256 = fields.String(required=True)
    jws = fields.String(required=True)


class FiledSchema(Schema):
    """The answer to a filing that is recorded."""

    filing = fields.Nested(FilingSchema, required=True)
    receipt = fields.Nested(ReceiptSchema, required=True)


class TakenInSchema(Schema):
    """The answer to a filing that is durable but not yet recorded; look at `status_url`."""

    filing_id = fields.String(required=True)
    accepted_at = Timestamp(required=True)
    status_url = fields.String(required=True)


class FormSchema(Schema):
    """A form's definition, from which every face of it is made."""

    id = fields.String(required=True)
    version = fields.Integer(required=True)
    status = fields.String(required=True)
    fiscal_year_be = fields.Raw(
        required=True,
        metadata={
            "oneOf": [{"type": "integer"}, {"const": ANY_YEAR}],
            "description": "With `any` it serves rounds of any year: `{fiscal_year_be}` in its"
            " words, and the days that its checks speak of, are those of the round's year.",
        },
    )
    title = fields.Dict(required=True)
    nil = fields.List(fields.String(), required=True)
    sections = fields.List(fields.Dict(), required=True)
    checks = fields.List(
        fields.Dict(), metadata={"description": "What must be true of several answers together."}
    )
