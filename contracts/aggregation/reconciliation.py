"""The comparison of the ledger with the figures, as it is told."""

from __future__ import annotations

from typing import TypedDict

from marshmallow import Schema, fields, validate

from contracts.aggregation.completeness import _count
from contracts.fields import Timestamp


class ReconciliationItem(Schema):
    """One round in the ledger and in the figures; counts are of filings, every revision one."""

    round_id = fields.String(required=True)
    mode = fields.String(required=True, validate=validate.OneOf(["trial", "live"]))
    receipts = _count("ใบรับที่ออกแล้วในทะเบียน")
    events = _count("เหตุการณ์ของใบรับที่ส่งออกแล้ว")
    counted = _count("การยื่นที่นับในตัวเลขแล้ว")
    difference = fields.Integer(
        required=True,
        metadata={
            "description": "0 when right. Above 0: receipts of over a minute ago, not counted;"
            " below 0: filings counted beyond the receipts."
        },
    )
    as_of = Timestamp(required=True, metadata={"description": "When it was compared."})


class ReconciliationItemFacts(TypedDict):
    round_id: str
    mode: str
    receipts: int
    events: int
    counted: int
    difference: int
    as_of: str
