"""Dated changes of organisations and proposals to close some, and how they are refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NotRequired, TypedDict

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from contracts.accounts.organisations import Organisation, OrganisationFacts
from contracts.errors import Kind, ServiceError
from contracts.fields import Closed, Day, Exactly, Text, Timestamp, require_seen
from contracts.reference.lao_types import LaoType

CHANGE_KINDS = ("rename", "upgrade", "merge", "split", "close")
CHANGE_STATES = ("scheduled", "applied", "cancelled", "failed")
MOST_ORGANISATIONS_OF_A_CHANGE = 20
_NAME: list[Callable[[str], object]] = [
    validate.Length(1, 200),
    Exactly(r"^[^\x00-\x1f\ufffd]*[^\s\x00-\x1f\ufffd]$"),
    require_seen,
]
_LAO_CODE = Exactly(r"^[2-6][0-9]{6}$")
_DISTRICT = Exactly(r"^[0-9]{4}$")
_ID = Exactly(r"^[A-Za-z0-9-]{1,64}$")
_UP_TO_MANY = validate.Length(1, MOST_ORGANISATIONS_OF_A_CHANGE)
_ALLOWED = {
    "rename": {"name", "district_code"},
    "upgrade": {"type", "name", "district_code"},
    "merge": {"successor_ids", "slots_close_on"},
    "split": {"founds", "continues", "slots_close_on"},
    "close": {"successor_ids", "slots_close_on"},
}
_REQUIRED = {
    "rename": (),
    "upgrade": ("type",),
    "merge": ("successor_ids",),
    "split": ("founds",),
    "close": (),
}


class OrganisationRequest(Closed):
    """An organisation that is in no registry: Bangkok (`lao`, `special`), or an agency."""

    kind = fields.String(required=True, validate=validate.OneOf(("lao", "agency")))
    type = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf([LaoType.SPECIAL.value, None])
    )
    code = fields.String(
        required=True,
        validate=Exactly(r"^[A-Za-z0-9][A-Za-z0-9-]{1,19}$"),
        metadata={"description": "อปท. เป็นเลข 7 หลัก หน่วยงานกลางเป็นอักษรย่อโรมัน"},
    )
    name = fields.String(required=True, validate=_NAME)
    abbreviation = fields.String(validate=_NAME)
    province_code = fields.String(load_default="10", validate=Exactly(r"^[0-9]{2}$"))
    founded_on = Day(load_default=None, allow_none=True)

    @validates_schema
    def _sort_and_code_agree(self, given: dict[str, Any], **_: Any) -> None:
        if (given["kind"] == "lao") != (given["type"] is not None):
            raise ValidationError({"type": ["อปท. รูปแบบพิเศษต้องเป็น special หน่วยงานกลางเป็น null"]})
        if given["kind"] == "lao":
            try:
                _LAO_CODE(given["code"])
            except ValidationError as problem:
                raise ValidationError({"code": ["รหัส อปท. ต้องเป็นเลข 7 หลัก"]}) from problem
        elif not given["code"][:2].isalpha():  # or its usernames would look like an office's
            raise ValidationError({"code": ["อักษรย่อต้องขึ้นต้นด้วยอักษรโรมันอย่างน้อยสองตัว"]})


class OrganisationRequestFacts(TypedDict):
    kind: str
    type: NotRequired[str | None]
    code: str
    name: str
    abbreviation: NotRequired[str]
    province_code: NotRequired[str]
    founded_on: NotRequired[str | None]


class FoundingRequest(Closed):
    """An LAO that a split brings about."""

    type = fields.String(required=True, validate=validate.OneOf(list(LaoType)))
    code = fields.String(required=True, validate=_LAO_CODE)
    name = fields.String(required=True, validate=_NAME)
    district_code = fields.String(
        validate=_DISTRICT, metadata={"description": "อำเภอเดียวกับหน่วยงานเดิมเมื่อไม่ระบุ"}
    )


class FoundingRequestFacts(TypedDict):
    type: str
    code: str
    name: str
    district_code: NotRequired[str]


class ChangeRequest(Closed):
    """What becomes of an organisation from a day on, and the order it rests on."""

    kind = fields.String(required=True, validate=validate.OneOf(CHANGE_KINDS))
    effective_on = Day(
        required=True,
        metadata={"description": "มีผลตั้งแต่วันนี้ ถ้าถึงวันแล้วมีผลทันที"},
    )
    order_no = Text(most=100)
    reason = Text(most=500)
    preview = fields.Boolean(
        load_default=False, metadata={"description": "แสดงผลที่จะเกิดขึ้นเท่านั้น ไม่บันทึก"}
    )
    name = fields.String(validate=_NAME, metadata={"description": "ชื่อใหม่ ไม่มีคำนำหน้าประเภท"})
    type = fields.String(
        validate=validate.OneOf(list(LaoType)), metadata={"description": "ฐานะใหม่ (upgrade)"}
    )
    district_code = fields.String(
        validate=_DISTRICT, metadata={"description": "อำเภอใหม่ เมื่อเขตการปกครองเปลี่ยน"}
    )
    successor_ids = fields.List(
        fields.String(validate=_ID),
        validate=_UP_TO_MANY,
        metadata={"description": "id ของหน่วยงานที่รับช่วง (merge, close)"},
    )
    founds = fields.List(
        fields.Nested(FoundingRequest),
        validate=_UP_TO_MANY,
        metadata={"description": "อปท. ที่ตั้งขึ้นใหม่ (split)"},
    )
    continues = fields.Boolean(
        metadata={"description": "หน่วยงานเดิมยังคงอยู่หลังแยก (split)"},
    )
    slots_close_on = Day(
        metadata={
            "description": "วันที่ปิดบัญชีผู้ใช้ของหน่วยงานที่เลิก (merge, split, close) "
            "ก่อนถึงวันนั้นยังยื่นรายงานที่ค้างได้ ไม่ระบุคือ 90 วันหลังวันมีผล"
        },
    )

    @validates_schema
    def _terms_fit_the_kind(self, given: dict[str, Any], **_: Any) -> None:
        kind = given["kind"]
        terms = given.keys() & set().union(*_ALLOWED.values())
        problems = {name: ["ไม่ใช้กับการเปลี่ยนแปลงแบบนี้"] for name in terms - _ALLOWED[kind]}
        problems |= {name: ["โปรดระบุ"] for name in _REQUIRED[kind] if name not in given}
        if given.get("continues") and "slots_close_on" in given:
            problems["slots_close_on"] = ["ไม่ใช้เมื่อหน่วยงานเดิมยังคงอยู่"]
        if kind == "rename" and not terms:
            problems["name"] = ["โปรดระบุชื่อใหม่หรืออำเภอใหม่"]
        codes = [each["code"][1:] for each in given.get("founds", ())]
        if len(set(codes)) < len(codes):
            problems["founds"] = ["รหัสซ้ำกัน"]
        if problems:
            raise ValidationError(problems)


class ChangeRequestFacts(TypedDict):
    kind: str
    effective_on: str
    order_no: str
    reason: str
    preview: NotRequired[bool]
    name: NotRequired[str]
    type: NotRequired[str]
    district_code: NotRequired[str]
    successor_ids: NotRequired[list[str]]
    founds: NotRequired[list[FoundingRequestFacts]]
    continues: NotRequired[bool]
    slots_close_on: NotRequired[str]


class OrganisationDifference(Schema):
    """One fact, as it was and as it is."""

    field = fields.String(required=True)
    before = fields.Raw(required=True, allow_none=True)
    after = fields.Raw(required=True, allow_none=True)


class OrganisationDifferenceFacts(TypedDict):
    field: str
    before: object
    after: object


class OrganisationChange(Schema):
    """A change and what has become of it."""

    id = fields.String(required=True)
    kind = fields.String(
        required=True,
        validate=validate.OneOf((*CHANGE_KINDS, "correction")),
        metadata={"description": "correction คือข้อมูลที่ต่างเมื่อนำเข้าทะเบียน"},
    )
    state = fields.String(required=True, validate=validate.OneOf(CHANGE_STATES))
    effective_on = fields.Date(required=True)
    order_no = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True)
    requested_by = fields.String(required=True)
    requested_at = Timestamp(required=True)
    settled_at = Timestamp(required=True, allow_none=True)
    differences = fields.List(fields.Nested(OrganisationDifference), required=True)
    successor_ids = fields.List(fields.String(), required=True)
    slots_close_on = fields.Date(required=True, allow_none=True)
    problem = fields.String(
        required=True, allow_none=True, metadata={"description": "เหตุที่ดำเนินการไม่สำเร็จ"}
    )


class OrganisationChangeFacts(TypedDict):
    id: str
    kind: str
    state: str
    effective_on: str
    order_no: str | None
    reason: str
    requested_by: str
    requested_at: str
    settled_at: str | None
    differences: list[OrganisationDifferenceFacts]
    successor_ids: list[str]
    slots_close_on: str | None
    problem: str | None


class ScheduledChangeFacts(OrganisationChangeFacts):
    """A change as scheduled; `replayed` says if the Idempotency-Key has had this answer before."""

    replayed: NotRequired[bool]


class SlotAfterChange(Schema):
    """A slot and what a change does to it; its username never changes."""

    slot_id = fields.String(required=True)
    username = fields.String(required=True)
    becomes = fields.String(
        required=True, validate=validate.OneOf(("kept", "moved", "closed", "added"))
    )
    closes_on = fields.Date(required=True, allow_none=True)


class SlotAfterChangeFacts(TypedDict):
    slot_id: str
    username: str
    becomes: str
    closes_on: str | None


class ChangePreview(Schema):
    """What a change would do."""

    change = fields.Nested(OrganisationChange, required=True)
    before = fields.Nested(Organisation, required=True)
    after = fields.Nested(Organisation, required=True)
    founded = fields.List(fields.Nested(Organisation), required=True)
    slots = fields.List(fields.Nested(SlotAfterChange), required=True)


class ChangePreviewFacts(TypedDict):
    change: OrganisationChangeFacts
    before: OrganisationFacts
    after: OrganisationFacts
    founded: list[OrganisationFacts]
    slots: list[SlotAfterChangeFacts]


class DismissalRequest(Closed):
    """Why an organisation stays although the registry does not have it."""

    reason = Text(most=500)


class ProposalFilters(Closed):
    """Which proposals: those that wait, or those that were dismissed."""

    dismissed = fields.Boolean(load_default=False)


class Dismissal(Schema):
    """Who decided that an organisation stays, and why."""

    at = Timestamp(required=True)
    by = fields.String(required=True)
    reason = fields.String(required=True)


class DismissalFacts(TypedDict):
    at: str
    by: str
    reason: str


class ClosingProposal(Schema):
    """An LAO that was missing from an imported registry; nothing happens until it is closed."""

    organisation = fields.Nested(Organisation, required=True)
    since = Timestamp(required=True, metadata={"description": "ไม่พบในทะเบียนตั้งแต่การนำเข้าเมื่อ"})
    import_id = fields.String(required=True)
    dismissal = fields.Nested(Dismissal, required=True, allow_none=True)


class ClosingProposalFacts(TypedDict):
    organisation: OrganisationFacts
    since: str
    import_id: str
    dismissal: DismissalFacts | None


# -- refusals -------------------------------------------------------------------------------


class OrganisationCodeTaken(ServiceError):
    """The part of a code that stays an organisation's own belongs to another."""

    code = "accounts.organisation_code_taken"
    kind = Kind.CONFLICT
    message = "The code {organisation_code} belongs to another organisation."
    message_th = "รหัส {organisation_code} เป็นของหน่วยงานอื่น"


class OrganisationChangeNotFound(ServiceError):
    """The organisation has no such change."""

    code = "accounts.organisation_change_not_found"
    kind = Kind.NOT_FOUND
    message = "There is no change {change_id} of this organisation."
    message_th = "ไม่พบการเปลี่ยนแปลง {change_id} ของหน่วยงานนี้"


class OrganisationChangeNeeded(ServiceError):
    """A change scheduled for later makes sense only after this one."""

    code = "accounts.organisation_change_needed"
    kind = Kind.CONFLICT
    message = "A change scheduled for later rests on this one. Cancel that first."
    message_th = "มีการเปลี่ยนแปลงที่กำหนดไว้ภายหลังซึ่งต้องอาศัยรายการนี้ โปรดยกเลิกรายการนั้นก่อน"


class OrganisationChangeSettled(ServiceError):
    """Only a change that is still scheduled can be cancelled."""

    code = "accounts.organisation_change_settled"
    kind = Kind.CONFLICT
    message = "The change can no longer be cancelled: it is {state}."
    message_th = "ยกเลิกการเปลี่ยนแปลงนี้ไม่ได้แล้ว: {state_th}"


class ClosingProposalNotFound(ServiceError):
    """Nobody proposes to close the organisation, or that is dismissed already."""

    code = "accounts.closing_proposal_not_found"
    kind = Kind.NOT_FOUND
    message = "There is no open proposal to close the organisation {organisation_id}."
    message_th = "ไม่มีข้อเสนอให้ยุบเลิกหน่วยงาน {organisation_id} ที่รอพิจารณา"
