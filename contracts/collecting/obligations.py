"""Obligations as they are told, and how one is refused."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from marshmallow import Schema, fields, validate

from contracts.collecting.forms import FormRefFacts, FormRefSchema
from contracts.collecting.rounds import ABOUT_SIGN_OFF, SIGN_OFFS
from contracts.errors import Kind, ServiceError
from contracts.fields import Timestamp

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


class ObligedSchema(Schema):
    """The organisation whose duty it is, as it was when the round opened."""

    id = fields.String(required=True)
    code = fields.String(required=True)
    type = fields.String(required=True)
    full_name = fields.String(required=True)
    province_code = fields.String(required=True)
    district_code = fields.String(required=True)


class ObligedFacts(TypedDict):
    id: str
    code: str
    type: str
    full_name: str
    province_code: str
    district_code: str


class DoneBySchema(Schema):
    """The office that did something, and the holder of its slot at that time."""

    role = fields.String(required=True)
    username = fields.String(required=True)
    holder_name = fields.String(required=True, allow_none=True)


class DoneByFacts(TypedDict):
    role: str
    username: str
    holder_name: str | None


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


class ActFacts(TypedDict):
    no: int
    kind: str
    revision: int
    at: str
    by: DoneByFacts
    reason: str | None
    order_no: str | None
    due_at: str | None


class SignedBySchema(Schema):
    """The slot in which it was signed, and its holder at that time."""

    username = fields.String(required=True)
    holder_name = fields.String(required=True, allow_none=True)


class SignedByFacts(TypedDict):
    username: str
    holder_name: str | None


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


class SignatureFacts(TypedDict):
    part: str
    of: str
    name: str
    position: str
    acting: bool
    draft_version: int
    content_sha256: str
    signed_at: str
    signed_by: SignedByFacts


class ObligationSchema(Schema):
    """One organisation's duty in one round, less what it is about."""

    id = fields.String(required=True)
    round_id = fields.String(required=True)
    mode = fields.String(required=True)
    form = fields.Nested(FormRefSchema, required=True)
    organisation = fields.Nested(ObligedSchema, required=True)
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
    sign_off = fields.String(
        required=True, validate=validate.OneOf(SIGN_OFFS), metadata=ABOUT_SIGN_OFF
    )
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


class ObligationFacts(TypedDict):
    id: str
    round_id: str
    mode: str
    form: FormRefFacts
    organisation: ObligedFacts
    state: str
    revision: int
    opens_at: str
    due_at: str
    due_because: str | None
    closes_at: str
    correction_ends_at: str
    correct_until: str | None
    sign_off: str
    signatures: list[SignatureFacts]
    days_left: int
    first_accepted_at: str | None
    judged_at: str | None
    on_time: bool | None
    accepted_revision: int | None
    last_filing_id: str | None
    acts: NotRequired[list[ActFacts]]


# -- refusals -------------------------------------------------------------------------------


class ObligationNotFound(ServiceError):
    """No such obligation, or its existence is not the caller's to know."""

    code = "reports.obligation_not_found"
    kind = Kind.NOT_FOUND
    message = "There is no obligation {obligation_id}."
    message_th = "ไม่พบภาระการรายงาน {obligation_id}"


class SupervisedByAnother(ServiceError):
    """The act is for the body that supervises the subject, and the caller is another."""

    code = "reports.supervised_by_another"
    kind = Kind.FORBIDDEN
    message = "{subject} is supervised by {body}, which alone may do that. Ask it to."
    message_th = "{subject_th} อยู่ในการกำกับของ{body_th} โปรดประสาน{body_th}ให้เป็นผู้ดำเนินการ"
