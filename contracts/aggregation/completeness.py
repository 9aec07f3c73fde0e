"""Completeness: what is asked, what is told, and how it is refused."""

from __future__ import annotations

from typing import TypedDict

from marshmallow import Schema, fields, validate

from contracts.aggregation.axis import Axis
from contracts.errors import Kind, ServiceError
from contracts.fields import Closed, Exactly, Timestamp


def _count(description: str) -> fields.Integer:
    return fields.Integer(
        required=True, validate=validate.Range(min=0), metadata={"description": description}
    )


def _percent(description: str) -> fields.Float:
    return fields.Float(
        required=True,
        allow_none=True,
        validate=validate.Range(0, 100),
        metadata={"description": description},
    )


class CompletenessQuery(Closed):
    """Which figures: of which round, by what, and of which area within the caller's own."""

    round_id = fields.String(required=True, data_key="round", validate=validate.Length(1, 64))
    axis = fields.String(required=True, data_key="by", validate=validate.OneOf(list(Axis)))
    province = fields.String(validate=Exactly(r"^[0-9]{2}$"))
    district = fields.String(validate=Exactly(r"^[0-9]{4}$"))


class CompletenessItem(Schema):
    """How complete one area, type or code group is; counts are of obligations."""

    key = fields.String(required=True, metadata={"description": "รหัสของแถว"})
    name = fields.String(required=True, metadata={"description": "ชื่อที่แสดง"})
    expected = _count("ต้องรายงานทั้งหมด")
    filed = _count("ยื่นแล้ว รวมที่ยืนยันว่าไม่มีข้อมูล")
    on_time = _count("ฉบับแรกยื่นภายในกำหนด")
    late = _count("ฉบับแรกยื่นหลังกำหนด (filed − on_time)")
    amended = _count("ยื่นแก้ไขเพิ่มเติมอย่างน้อยหนึ่งครั้ง")
    returned = _count("ถูกส่งคืนให้แก้ไข")
    nil = _count("ฉบับล่าสุดยืนยันว่าไม่มีข้อมูลต้องรายงาน")
    exempt = _count("ได้รับยกเว้น")
    missing = _count("ยังไม่ยื่น (expected − filed − exempt)")
    rate = _percent("ร้อยละที่ยื่นแล้ว: filed ÷ (expected − exempt) เป็น null เมื่อตัวหารเป็น 0")
    on_time_rate = _percent("ร้อยละที่ยื่นทันกำหนด: on_time ÷ (expected − exempt) เป็น null เมื่อตัวหารเป็น 0")


class CompletenessItemFacts(TypedDict):
    key: str
    name: str
    expected: int
    filed: int
    on_time: int
    late: int
    amended: int
    returned: int
    nil: int
    exempt: int
    missing: int
    rate: float | None
    on_time_rate: float | None


class Completeness(Schema):
    """The figures of one round by one axis; `total` is the sum of the rows shown."""

    round_id = fields.String(required=True)
    by = fields.String(required=True, validate=validate.OneOf(list(Axis)))
    items = fields.List(fields.Nested(CompletenessItem), required=True)
    total = fields.Nested(CompletenessItem, required=True)
    as_of = Timestamp(
        required=True,
        metadata={"description": "เวลาที่อ่านตัวเลข รายการที่เพิ่งยื่นจะนับภายในไม่กี่วินาที"},
    )


class CompletenessFacts(TypedDict):
    round_id: str
    by: str
    items: list[CompletenessItemFacts]
    total: CompletenessItemFacts
    as_of: str


# -- refusals -------------------------------------------------------------------------------


class RoundNotCounted(ServiceError):
    """Nothing of such a round has been heard, or it was a trial that is purged."""

    code = "aggregation.round_not_counted"
    kind = Kind.NOT_FOUND
    message = "There are no figures of a round {round_id}."
    message_th = "ไม่มีตัวเลขของรอบการรายงาน {round_id}"


class AxisTooWide(ServiceError):
    """Rows of this kind reach beyond the province or district the figures are narrowed to."""

    code = "aggregation.axis_too_wide"
    kind = Kind.INVALID
    message = "Figures by {axis} cannot be narrowed to one {area}."
    message_th = "ตัวเลขแยกตาม {axis} ไม่สามารถจำกัดเฉพาะพื้นที่ ({area}) ได้"
