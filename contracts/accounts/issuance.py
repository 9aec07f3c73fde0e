"""Activation codes: issuances, slips, handing out, coverage, activation, and their refusals."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from contracts.accounts.organisations import Organisation, OrganisationFacts
from contracts.errors import Kind, ServiceError
from contracts.fields import Closed, Email, Exactly, Phone, Text, Timestamp
from contracts.principal import Role
from contracts.reference.code_groups import CodeGroup

# Longer ones are not stronger, and hashing them costs.
_PASSWORD = validate.Length(1, 256)
_USERNAME = validate.Length(1, 64)
_DISTRICT = Exactly(r"^[0-9]{4}$")
_PROVINCE = Exactly(r"^[0-9]{2}$")
_ID = validate.Length(1, 64)
MOST_SLIPS = 500


class Issuance(Schema):
    """What an office has to hand out of one issuance; the slips are read by a POST."""

    issuance_id = fields.String(required=True)
    issued_at = Timestamp(required=True)
    issued_by = fields.String(
        required=True, allow_none=True, metadata={"description": "ชื่อผู้ใช้ของผู้ออกรหัส"}
    )
    expires_at = Timestamp(required=True)
    slips = fields.Integer(required=True)
    read = fields.Integer(required=True, metadata={"description": "เปิดอ่านแล้ว"})
    handed_out = fields.Integer(required=True, metadata={"description": "จ่ายแล้ว"})
    used = fields.Integer(required=True, metadata={"description": "ใช้เปิดบัญชีแล้ว"})


class IssuanceFacts(TypedDict):
    issuance_id: str
    issued_at: str
    issued_by: str | None
    expires_at: str
    slips: int
    read: int
    handed_out: int
    used: int


class HandoutRequest(Closed):
    """Which of the slips an office has read it has handed out: `slot_ids`, or `all`."""

    slot_ids = fields.List(
        fields.String(validate=validate.Length(1, 64)), validate=validate.Length(1, MOST_SLIPS)
    )
    all = fields.Boolean(load_default=False)
    handed_to = Text(most=200, required=False, metadata={"description": "ผู้รับ ถ้ารับแทนกัน"})

    @validates_schema
    def _either(self, given: dict[str, Any], **_: Any) -> None:
        if given["all"] == ("slot_ids" in given):
            raise ValidationError("Give slot_ids, or all, and not both.", "slot_ids")


class Handout(Schema):
    """How many slips were handed out now, and how many of them had been before."""

    issuance_id = fields.String(required=True)
    handed_out = fields.Integer(required=True)
    already = fields.Integer(required=True)


class HandoutFacts(TypedDict):
    issuance_id: str
    handed_out: int
    already: int


class CoverageItem(Schema):
    """How far the codes of one area have come; of the first five each contains the next."""

    key = fields.String(required=True)
    name = fields.String(required=True)
    slots = fields.Integer(required=True)
    issued = fields.Integer(required=True)
    read = fields.Integer(required=True, metadata={"description": "หน่วยงานผู้จ่ายเปิดใบรหัสแล้ว"})
    handed_out = fields.Integer(required=True, metadata={"description": "จ่ายใบรหัสแล้ว"})
    activated = fields.Integer(required=True)
    locked = fields.Integer(required=True, metadata={"description": "ถูกระงับ"})


class CoverageItemFacts(TypedDict):
    key: str
    name: str
    slots: int
    issued: int
    read: int
    handed_out: int
    activated: int
    locked: int


class HolderRequest(Closed):
    """The person who takes the slot."""

    name = Text(most=200)
    position = Text(most=200)
    phone = Phone()
    email = Email()
    standing = fields.String(
        load_default="incumbent",
        validate=validate.OneOf(("incumbent", "acting")),
        metadata={"description": "ดำรงตำแหน่ง หรือรักษาการ"},
    )


class HolderRequestFacts(TypedDict):
    name: str
    position: str
    phone: NotRequired[str]
    email: NotRequired[str]
    standing: NotRequired[str]


class ActivationRequest(Closed):
    """A first password, or a new one, for an activation code."""

    username = fields.String(required=True, validate=_USERNAME)
    activation_code = fields.String(
        required=True,
        validate=validate.Length(1, 40),
        metadata={"description": "รหัสเปิดใช้งานตามใบรหัส พิมพ์เว้นวรรคหรือขีดคั่นได้"},
    )
    password = fields.String(required=True, validate=_PASSWORD)
    holder = fields.Nested(HolderRequest, required=True)


class Activation(Schema):
    """The slot as activated; sign in with the password from now on."""

    slot_id = fields.String(required=True)
    username = fields.String(required=True)
    organisation = fields.Nested(Organisation, required=True, allow_none=True)
    role = fields.String(required=True, validate=validate.OneOf(list(Role)))
    code_group = fields.String(
        required=True, allow_none=True, validate=validate.OneOf([*CodeGroup, None])
    )
    activated_at = Timestamp(required=True)


class ActivationFacts(TypedDict):
    slot_id: str
    username: str
    organisation: OrganisationFacts | None
    role: str
    code_group: str | None
    activated_at: str


class IssuanceScope(Closed):
    """Whose codes; all that is given must hold, nothing given is the whole country."""

    province = fields.String(validate=_PROVINCE, metadata={"description": "รหัสจังหวัด 2 หลัก"})
    district = fields.String(validate=_DISTRICT, metadata={"description": "รหัสอำเภอ 4 หลัก"})
    organisation = fields.String(validate=_ID, metadata={"description": "id ของหน่วยงาน"})


class IssuanceScopeFacts(TypedDict, total=False):
    province: str
    district: str
    organisation: str


class IssuanceRequest(Closed):
    """One activation code for every slot of a scope that is not yet activated."""

    scope = fields.Nested(IssuanceScope, load_default=dict)
    reissue = fields.Boolean(
        load_default=False, metadata={"description": "ออกให้บัญชีที่เปิดใช้งานแล้วด้วย"}
    )


class IssuanceResult(Schema):
    """The result of the job `issue_codes`."""

    issuance_id = fields.String(required=True)
    expires_at = Timestamp(required=True)
    slots = fields.Integer(required=True)
    by_tier = fields.Dict(
        keys=fields.String(validate=validate.OneOf(("operator", "province", "district"))),
        values=fields.Integer(),
        required=True,
        metadata={"description": "จำนวนรหัสตามหน่วยงานที่จ่ายใบรหัส"},
    )


class IssuanceResultFacts(TypedDict):
    issuance_id: str
    expires_at: str
    slots: int
    by_tier: dict[str, int]


class SlipReadingRequest(Closed):
    """Which of the caller's slips; of all districts when none is named."""

    district = fields.String(validate=_DISTRICT, metadata={"description": "รหัสอำเภอ 4 หลัก"})


class Slip(Schema):
    """One slip; told once."""

    slot_id = fields.String(required=True)
    username = fields.String(required=True)
    activation_code = fields.String(required=True)
    organisation = fields.String(required=True)
    organisation_code = fields.String(required=True)
    code_group = fields.String(
        required=True, allow_none=True, validate=validate.OneOf([*CodeGroup, None])
    )
    role = fields.String(required=True, validate=validate.OneOf(list(Role)))
    expires_at = Timestamp(required=True)


class SlipFacts(TypedDict):
    slot_id: str
    username: str
    activation_code: str
    organisation: str
    organisation_code: str
    code_group: str | None
    role: str
    expires_at: str


class SlipList(Schema):
    """The slips one office hands out."""

    items = fields.List(fields.Nested(Slip), required=True)


class SlipListFacts(TypedDict):
    items: list[SlipFacts]


class PrintedSlipsFacts(TypedDict):
    """Slips on paper: how many, a page each."""

    slips: int
    pdf_base64: str


class CoverageQuery(Closed):
    """By which areas."""

    by = fields.String(load_default="province", validate=validate.OneOf(("province", "district")))


# -- refusals -------------------------------------------------------------------------------


class WrongActivationCode(ServiceError):
    """The username or the code is wrong; which one is not said."""

    code = "accounts.wrong_activation_code"
    kind = Kind.UNAUTHENTICATED
    message = "The username or the activation code is wrong."
    message_th = "ชื่อผู้ใช้หรือรหัสเปิดใช้งานไม่ถูกต้อง"


class ActivationCodeSpent(ServiceError):
    """The code was right once: it is used, voided by a newer one, or expired."""

    code = "accounts.activation_code_spent"
    kind = Kind.GONE
    message = "This activation code is {state}. Ask the office above for a new one."
    message_th = "รหัสเปิดใช้งานนี้{state_th} โปรดขอรหัสใหม่จากหน่วยงานที่จ่ายรหัสให้ท่าน"


class IssuanceNotFound(ServiceError):
    """No such issuance, or nothing in it is the caller's to hand out."""

    code = "accounts.issuance_not_found"
    kind = Kind.NOT_FOUND
    message = "There is no issuance {issuance_id} with slips for you."
    message_th = "ไม่พบการออกรหัส {issuance_id} ที่มีใบรหัสสำหรับหน่วยงานของท่าน"


class SlipsNotRead(ServiceError):
    """Only slips that the caller's office has read can have been handed out by it."""

    code = "accounts.slips_not_read"
    kind = Kind.CONFLICT
    message = "Your office has not read these slips of issuance {issuance_id}: {slot_ids}."
    message_th = "หน่วยงานของท่านยังไม่ได้เปิดอ่านใบรหัสเหล่านี้ของการออกรหัส {issuance_id}: {slot_ids}"


class CodeKeyRetired(ServiceError):
    """The key an issuance was made with is no longer known, so its codes are lost."""

    code = "accounts.code_key_retired"
    kind = Kind.GONE
    message = "The key of issuance {issuance_id} has been retired. Issue again."
    message_th = "กุญแจของการออกรหัส {issuance_id} ถูกยกเลิกแล้ว โปรดออกรหัสใหม่"


class SlipsAlreadyRead(ServiceError):
    """Slips are read once, and that is on record."""

    code = "accounts.slips_already_read"
    kind = Kind.GONE
    message = "These slips were read by {read_by} at {read_at}. Issue again if they are lost."
    message_th = "ใบรหัสชุดนี้ถูกเปิดอ่านแล้วโดย {read_by} เมื่อ {read_at} หากสูญหายให้ออกรหัสใหม่"
