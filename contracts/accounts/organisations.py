"""Organisations as they are looked up and told, and how that is refused."""

from __future__ import annotations

from typing import TypedDict

from marshmallow import Schema, fields, validate

from contracts.errors import Kind, ServiceError
from contracts.fields import Closed, Day, Exactly
from contracts.reference.lao_types import LaoType

_PROVINCE = Exactly(r"^[0-9]{2}$")
_DISTRICT = Exactly(r"^[0-9]{4}$")
_AS_OF = {"description": "ตามข้อมูลที่ใช้ในวันนั้น ต้องไม่เกินวันนี้"}
ORGANISATION_KINDS = ("lao", "district_office", "province_office", "agency")


class AsOf(Closed):
    """On which day; today when left out."""

    as_of = Day(metadata=_AS_OF)


class OrganisationFilters(Closed):
    """Which organisations to list, beside the page."""

    q = fields.String(
        validate=[validate.Length(1, 100), Exactly(r"^[^\x00-\x1f]*$")],
        metadata={"description": "ส่วนหนึ่งของชื่อ (มีหรือไม่มีคำนำหน้า) หรือรหัส"},
    )
    type = fields.String(validate=validate.OneOf(list(LaoType)))
    province = fields.String(validate=_PROVINCE, metadata={"description": "รหัสจังหวัด 2 หลัก"})
    district = fields.String(validate=_DISTRICT, metadata={"description": "รหัสอำเภอ 4 หลัก"})


class OrganisationSearch(OrganisationFilters):
    """Which organisations, by what they were on a day."""

    as_of = Day(metadata=_AS_OF)


class OrganisationDetails(Schema):
    """What the registry tells besides; null where it tells nothing usable."""

    address_no = fields.String(required=True, allow_none=True)
    moo = fields.String(required=True, allow_none=True)
    postcode = fields.String(required=True, allow_none=True)
    area_km2 = fields.Float(required=True, allow_none=True)
    latitude = fields.Float(required=True, allow_none=True)
    longitude = fields.Float(required=True, allow_none=True)
    website = fields.String(required=True, allow_none=True)


class OrganisationDetailsFacts(TypedDict):
    address_no: str | None
    moo: str | None
    postcode: str | None
    area_km2: float | None
    latitude: float | None
    longitude: float | None
    website: str | None


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


class OrganisationFacts(TypedDict):
    id: str
    kind: str
    type: str | None
    code: str
    name: str
    full_name: str
    abbreviation: str
    province_code: str
    province: str
    district_code: str | None
    district: str | None
    valid_from: str
    valid_to: str | None


class DatedOrganisation(Organisation):
    """One organisation with what it was before."""

    version = fields.Integer(required=True)
    details = fields.Nested(OrganisationDetails, required=True, allow_none=True)
    history = fields.List(
        fields.Nested(Organisation),
        required=True,
        metadata={"description": "ชื่อ ประเภท และรหัสเดิม เรียงจากเก่าไปใหม่"},
    )


class DatedOrganisationFacts(OrganisationFacts):
    version: int
    details: OrganisationDetailsFacts | None
    history: list[OrganisationFacts]


class OrganisationRecord(DatedOrganisation):
    """One organisation with all that is on record of it; `as_of` moves only the first part."""

    successor_ids = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "id ของหน่วยงานที่รับช่วง เมื่อหน่วยงานนี้เลิกแล้ว"},
    )
    slots_close_on = fields.Date(
        required=True,
        allow_none=True,
        metadata={"description": "วันที่ปิดบัญชีผู้ใช้ ของหน่วยงานที่เลิกแล้ว"},
    )


class OrganisationRecordFacts(DatedOrganisationFacts):
    successor_ids: list[str]
    slots_close_on: str | None


# -- refusals -------------------------------------------------------------------------------


class OrganisationNotFound(ServiceError):
    """No such organisation, or not the caller's to know."""

    code = "accounts.organisation_not_found"
    kind = Kind.NOT_FOUND
    message = "There is no organisation {organisation_id}."
    message_th = "ไม่พบหน่วยงาน {organisation_id}"


class OrganisationNotOnRecord(ServiceError):
    """On that day there was no such organisation: not yet founded, or closed."""

    code = "accounts.organisation_not_on_record"
    kind = Kind.NOT_FOUND
    message = "There was no organisation {organisation_id} on {as_of}."
    message_th = "ไม่มีหน่วยงาน {organisation_id} ในวันที่ {as_of}"


class OrganisationClosed(ServiceError):
    """A closed organisation stays as it was."""

    code = "accounts.organisation_closed"
    kind = Kind.CONFLICT
    message = "The organisation is closed from {closed_on} on."
    message_th = "หน่วยงานนี้เลิกตั้งแต่วันที่ {closed_on}"
