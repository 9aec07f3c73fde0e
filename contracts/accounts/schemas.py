"""What accounts is asked and answers, as clients of the HTTP API see it."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from contracts.fields import Closed, Code, Email, Exactly, Phone, Text, Timestamp
from contracts.principal import Role
from contracts.reference.code_groups import CodeGroup
from contracts.reference.lao_types import LaoType

ORGANISATION_KINDS = ("lao", "district_office", "province_office", "agency")

_USERNAME = validate.Length(1, 64)
# Longer ones are not stronger, and hashing them costs.
_PASSWORD = validate.Length(1, 256)
_PROVINCE = Exactly(r"^[0-9]{2}$")
_DISTRICT = Exactly(r"^[0-9]{4}$")
_ID = validate.Length(1, 64)


# -- organisations --------------------------------------------------------------------------


class Organisation(Schema):
    """An LAO, an office above LAOs, or an agency."""

    id = fields.String(required=True, metadata={"description": "รหัสภายใน ไม่เปลี่ยนตลอดไป"})
    kind = fields.String(required=True, validate=validate.OneOf(ORGANISATION_KINDS))
    type = fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf([*LaoType, None]),
        metadata={"description": "ประเภท อปท. หน่วยงานอื่นเป็น null"},
    )
    code = fields.String(
        required=True, metadata={"description": "รหัส อปท. 7 หลัก หรือรหัสอำเภอ/จังหวัด"}
    )
    name = fields.String(required=True, metadata={"description": "ชื่อโดยไม่มีคำนำหน้าประเภท"})
    full_name = fields.String(required=True, metadata={"description": "ชื่อเต็มตามหนังสือราชการ"})
    abbreviation = fields.String(required=True, metadata={"description": "ชื่อย่อตามตาราง"})
    province_code = fields.String(required=True, validate=_PROVINCE)
    province = fields.String(required=True)
    district_code = fields.String(required=True, allow_none=True, validate=_DISTRICT)
    district = fields.String(required=True, allow_none=True)
    valid_from = fields.Date(required=True, metadata={"description": "ใช้ชื่อและรหัสนี้ตั้งแต่วันที่"})
    valid_to = fields.Date(required=True, allow_none=True)


class OrganisationDetails(Schema):
    """What the registry tells besides; null where it tells nothing usable."""

    address_no = fields.String(required=True, allow_none=True)
    moo = fields.String(required=True, allow_none=True)
    postcode = fields.String(required=True, allow_none=True)
    area_km2 = fields.Float(required=True, allow_none=True)
    latitude = fields.Float(required=True, allow_none=True)
    longitude = fields.Float(required=True, allow_none=True)
    website = fields.String(required=True, allow_none=True)


class DatedOrganisation(Organisation):
    """One organisation with what it was before."""

    version = fields.Integer(required=True)
    details = fields.Nested(OrganisationDetails, required=True, allow_none=True)
    history = fields.List(
        fields.Nested(Organisation),
        required=True,
        metadata={"description": "ชื่อ ประเภท และรหัสเดิม เรียงจากเก่าไปใหม่"},
    )


class OrganisationFilters(Closed):
    """Which organisations to list, beside the page."""

    q = fields.String(
        validate=[validate.Length(1, 100), Exactly(r"^[^\x00-\x1f]*$")],
        metadata={"description": "ส่วนหนึ่งของชื่อ (มีหรือไม่มีคำนำหน้า) หรือรหัส"},
    )
    type = fields.String(validate=validate.OneOf(list(LaoType)))
    province = fields.String(validate=_PROVINCE, metadata={"description": "รหัสจังหวัด 2 หลัก"})
    district = fields.String(validate=_DISTRICT, metadata={"description": "รหัสอำเภอ 4 หลัก"})


# -- sign-in --------------------------------------------------------------------------------


class CoveredArea(Schema):
    """The area a slot covers; `code` is "" for the whole country."""

    kind = fields.String(
        required=True,
        validate=validate.OneOf(("country", "province", "district", "organisation")),
    )
    code = fields.String(required=True)


class SignedInPrincipal(Schema):
    """Who is signed in."""

    slot_id = fields.String(required=True)
    username = fields.String(required=True)
    organisation = fields.Nested(Organisation, required=True, allow_none=True)
    role = fields.String(required=True, validate=validate.OneOf(list(Role)))
    code_group = fields.String(
        required=True, allow_none=True, validate=validate.OneOf([*CodeGroup, None])
    )
    scope = fields.Nested(CoveredArea, required=True)


class SessionRequest(Closed):
    """A sign-in."""

    username = fields.String(required=True, validate=_USERNAME)
    password = fields.String(required=True, validate=_PASSWORD)
    takeover = fields.Boolean(
        load_default=False,
        metadata={"description": "ยืนยันให้เครื่องอื่นที่ใช้บัญชีนี้อยู่ออกจากระบบ"},
    )
    otp = Code(metadata={"description": "รหัสยืนยันตัวตนขั้นที่สอง หรือรหัสสำรอง หากบัญชีตั้งค่าไว้"})


class Session(Schema):
    """A session; the token is told this once."""

    token = fields.String(required=True)
    expires_at = Timestamp(required=True)
    ended_session_since = Timestamp(
        required=True,
        allow_none=True,
        metadata={"description": "เครื่องที่ถูกให้ออกจากระบบลงชื่อเข้าใช้ตั้งแต่เมื่อใด"},
    )
    principal = fields.Nested(SignedInPrincipal, required=True)


class OpenIdOutcome(Schema):
    """What became of it: a session, or null where the slot was linked."""

    session = fields.Nested(Session, required=True, allow_none=True)


# -- slots and activation -------------------------------------------------------------------


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


# -- import ---------------------------------------------------------------------------------


class ImportQuery(Closed):
    """How to import."""

    dry_run = fields.Boolean(load_default=False, metadata={"description": "เปรียบเทียบเท่านั้น ไม่บันทึก"})


# -- issuance -------------------------------------------------------------------------------


class IssuanceScope(Closed):
    """Whose codes; all that is given must hold, nothing given is the whole country."""

    province = fields.String(validate=_PROVINCE, metadata={"description": "รหัสจังหวัด 2 หลัก"})
    district = fields.String(validate=_DISTRICT, metadata={"description": "รหัสอำเภอ 4 หลัก"})
    organisation = fields.String(validate=_ID, metadata={"description": "id ของหน่วยงาน"})


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


class SlipList(Schema):
    """The slips one office hands out."""

    items = fields.List(fields.Nested(Slip), required=True)


class CoverageQuery(Closed):
    """By which areas."""

    by = fields.String(load_default="province", validate=validate.OneOf(("province", "district")))
