"""Filings and withdrawals: what is sent, what is told, and why one is refused."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from marshmallow import Schema, fields, validate

from contracts.collecting.amendment_classes import AMENDMENT_CLASSES, DEFAULT_CLASS
from contracts.collecting.forms import ANSWERS_OF_A_FORM, FormRefFacts, FormRefSchema
from contracts.collecting.receipts import ReceiptFacts
from contracts.errors import Kind, ServiceError
from contracts.fields import Closed, Exactly, JsonObject, Text, Timestamp, WholeNumber
from contracts.principal import PrincipalFacts

_CLASS = validate.OneOf([known.id for known in AMENDMENT_CLASSES])
_SHA256 = Exactly(r"^[0-9a-f]{64}$")
MOST_REVISIONS = 10_000


class WithdrawalBodySchema(Closed):
    """Taking back what is in force."""

    base_revision = WholeNumber(1, MOST_REVISIONS, required=True)
    reason = Text(most=1000)


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


class FiledByFacts(TypedDict):
    username: str
    holder_name: str | None


class ProblemOfFilingSchema(Schema):
    """Why a submission was refused after it had been taken in."""

    code = fields.String(required=True)
    details = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class ProblemOfFilingFacts(TypedDict):
    code: str
    details: dict[str, str]


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


class FilingFacts(TypedDict):
    id: str
    obligation_id: str
    revision: NotRequired[int]
    kind: NotRequired[str]
    form: NotRequired[FormRefFacts]
    accepted_at: str
    on_time: NotRequired[bool]
    state: str
    content_sha256: NotRequired[str]
    base_revision: NotRequired[int | None]
    reason: NotRequired[str | None]
    reason_class: NotRequired[str | None]
    channel: NotRequired[str]
    judged_at: NotRequired[str]
    notes: NotRequired[dict[str, str]]
    organisation_name: NotRequired[str]
    filed_by: NotRequired[FiledByFacts]
    receipt_number: NotRequired[str]
    answers: NotRequired[JsonObject]
    changed: NotRequired[list[str]]
    problem: NotRequired[ProblemOfFilingFacts]


class TakenInSchema(Schema):
    """The answer to a filing that is durable but not yet recorded; look at `status_url`."""

    filing_id = fields.String(required=True)
    accepted_at = Timestamp(required=True)
    status_url = fields.String(required=True)


class SubmittedFacts(TypedDict):
    """What a filing or a withdrawal says."""

    kind: str
    answers: JsonObject
    form_version: int
    base_revision: int | None
    reason: str | None
    reason_class: NotRequired[str]
    notes: NotRequired[dict[str, str]]
    channel: NotRequired[str]
    correlation_id: NotRequired[str]


class SubmissionFacts(SubmittedFacts):
    """The same as it is put into the intake; `accepted_at` is its time."""

    filing_id: str
    obligation_id: str
    accepted_at: str
    by: PrincipalFacts


class AnsweredFilingFacts(TypedDict):
    """What became of a submission: it is recorded, or repeats one that is."""

    outcome: Literal["recorded", "repeated"]
    filing: FilingFacts
    receipt: ReceiptFacts


class RefusedFilingFacts(TypedDict):
    """What became of a submission: the refusal of this code."""

    outcome: Literal["refused"]
    code: str
    details: dict[str, str]


FilingAnswer = AnsweredFilingFacts | RefusedFilingFacts


# -- refusals -------------------------------------------------------------------------------


class NothingToWithdraw(ServiceError):
    """Nothing filed is in force."""

    code = "reports.nothing_to_withdraw"
    kind = Kind.CONFLICT
    message = "Nothing is in force on {obligation_id} that could be withdrawn."
    message_th = "ภาระการรายงาน {obligation_id} ไม่มีรายงานที่มีผลอยู่ให้ถอน"


class NotOwed(ServiceError):
    """What is exempt or waived is not filed on until that is lifted."""

    code = "reports.not_owed"
    kind = Kind.CONFLICT
    message = "This need not be reported ({state}). Ask the office above to lift that first."
    message_th = (
        "ภาระการรายงานนี้ได้รับยกเว้น ({state}) หากต้องการรายงาน โปรดให้หน่วยงานเหนือขึ้นไปยกเลิกการยกเว้นก่อน"
    )


class NotAmendedAs(ServiceError):
    """The class of the amendment is not in use on that day."""

    code = "reports.not_amended_as"
    kind = Kind.INVALID
    message = "Amendments are not of the class {reason_class} at this time."
    message_th = "ขณะนี้ไม่ใช้ประเภทการแก้ไข {reason_class}"


class NotSigned(ServiceError):
    """The round asks for both signatures over exactly what is filed, or taken back."""

    code = "reports.not_signed"
    kind = Kind.CONFLICT
    message = "This content is not signed by: {missing}. Unlock the draft if it changed, then sign."
    message_th = "เนื้อหานี้ยังไม่ได้ลงนามโดย: {missing} หากร่างเปลี่ยนไปโปรดปลดล็อกแล้วลงนามใหม่"


class FilingNotFound(ServiceError):
    """No such filing, not recorded yet, or not the caller's to know."""

    code = "reports.filing_not_found"
    kind = Kind.NOT_FOUND
    message = "There is no recorded filing {filing_id}. If it was accepted a moment ago, ask again."
    message_th = "ยังไม่พบการยื่น {filing_id} ในทะเบียน หากเพิ่งยื่นเมื่อสักครู่โปรดตรวจสอบอีกครั้ง"


class StaleRevision(ServiceError):
    """Somebody filed in between."""

    code = "reports.stale_revision"
    kind = Kind.CONFLICT
    message = "The obligation is at revision {revision}; this was made from {base_revision}."
    message_th = (
        "ภาระการรายงานนี้อยู่ที่ฉบับที่ {revision} แล้ว แต่ท่านแก้ไขจากฉบับที่ {base_revision} "
        "โปรดเปิดดูฉบับล่าสุดก่อนยื่นใหม่"
    )


class WindowClosed(ServiceError):
    """Filing is not open at the moment the filing was accepted."""

    code = "reports.window_closed"
    kind = Kind.CONFLICT
    message = "Filing is open from {opens_at} to {closes_at}; yours came at {accepted_at}."
    message_th = "เปิดรับการยื่นตั้งแต่ {opens_at} ถึง {closes_at} ท่านยื่นเมื่อ {accepted_at}"


class AlreadyFiled(ServiceError):
    """There is a first filing; a change is an amendment."""

    code = "reports.already_filed"
    kind = Kind.CONFLICT
    message = "Filed as revision {revision} at {accepted_at}. To change it, file an amendment."
    message_th = "ยื่นแล้วเป็นฉบับที่ {revision} เมื่อ {accepted_at} หากต้องการแก้ไขให้ยื่นแบบแก้ไขเพิ่มเติม"


class NothingToAmend(ServiceError):
    """An amendment needs a filing to amend."""

    code = "reports.nothing_to_amend"
    kind = Kind.CONFLICT
    message = "Nothing has been filed yet. File the original first."
    message_th = "ยังไม่มีการยื่น โปรดยื่นฉบับแรกก่อน"


class NothingChanged(ServiceError):
    """An amendment with the same content is refused."""

    code = "reports.nothing_changed"
    kind = Kind.CONFLICT
    message = "The content is the same as revision {revision}."
    message_th = "เนื้อหาเหมือนกับฉบับที่ {revision} ทุกประการ"
