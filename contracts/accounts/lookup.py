"""Looking up the code of an LAO without signing in: what is told, and how one is paced."""

from __future__ import annotations

from typing import TypedDict

from marshmallow import Schema, fields, validate

from contracts.errors import Kind, ServiceError
from contracts.fields import Closed, Exactly
from contracts.reference.lao_types import LaoType

MOST_FOUND = 20
LEAST_TYPED, MOST_TYPED = 2, 100


class LookupQuery(Closed):
    """What is looked for."""

    q = fields.String(
        required=True,
        validate=[validate.Length(LEAST_TYPED, MOST_TYPED), Exactly(r"^[^\x00-\x1f]*$")],
        metadata={"description": "ส่วนหนึ่งของชื่อ (มีหรือไม่มีคำนำหน้า) หรือรหัส อปท."},
    )


class FoundOrganisation(Schema):
    """An LAO as anybody may know it."""

    code = fields.String(required=True, metadata={"description": "รหัส อปท. 7 หลัก"})
    full_name = fields.String(required=True)
    type = fields.String(required=True, validate=validate.OneOf(list(LaoType)))
    district = fields.String(required=True, allow_none=True)
    province = fields.String(required=True)


class FoundOrganisationFacts(TypedDict):
    code: str
    full_name: str
    type: str
    district: str | None
    province: str


class FoundOrganisations(Schema):
    """The first that were found, as a Thai dictionary sorts; `more` when there are others."""

    items = fields.List(
        fields.Nested(FoundOrganisation), required=True, validate=validate.Length(max=MOST_FOUND)
    )
    more = fields.Boolean(
        required=True, metadata={"description": "มีมากกว่าที่แสดง โปรดพิมพ์ชื่อให้เจาะจงขึ้น"}
    )


class FoundOrganisationsFacts(TypedDict):
    items: list[FoundOrganisationFacts]
    more: bool


# -- refusals -------------------------------------------------------------------------------


class TooManyLookups(ServiceError):
    """From one address more was looked up than anybody types."""

    code = "accounts.too_many_lookups"
    kind = Kind.TOO_MANY
    message = "Too much was looked up from your address. Wait {retry_after_seconds} seconds."
    message_th = "มีการค้นหาจากที่อยู่เครือข่ายของท่านถี่เกินไป โปรดรอ {retry_after_seconds} วินาที"
