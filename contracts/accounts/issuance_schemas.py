"""Handing slips out, and how far codes have come, as clients of the HTTP API see it."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from contracts.fields import Closed, Text, Timestamp

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
