"""The audit chain as it is asked for and told."""

from __future__ import annotations

from typing import TypedDict

from marshmallow import Schema, fields, validate

from contracts.fields import Closed, Day, Exactly, JsonObject

_SHA256 = Exactly(r"^[0-9a-f]{64}$")


class AuditFilters(Closed):
    """Which entries to list, beside the page."""

    day = Day(metadata={"description": "วันตามเวลาประเทศไทย เช่น 2026-01-31"})
    act = fields.String(
        validate=Exactly(r"^[a-z_]{1,64}$"),
        metadata={"description": "การกระทำ เช่น sign_in"},
    )
    subject = fields.String(
        validate=Exactly(r"^[\x21-\x7e]{1,200}$"),
        metadata={"description": "สิ่งที่ถูกกระทำ เช่น slot:5b1f0c9e7a32-1"},
    )


class AuditActor(Schema):
    """Which slot acted."""

    slot_id = fields.String(required=True)
    username = fields.String(required=True)


class AuditActorFacts(TypedDict):
    slot_id: str
    username: str


class AuditEntry(Schema):
    """One act or refusal; `sha256` is over its own canonical JSON without that field."""

    day = fields.String(required=True)
    seq = fields.Integer(required=True, metadata={"description": "ลำดับในวัน เริ่มที่ 1"})
    act_id = fields.String(required=True)
    at = fields.String(required=True)
    act = fields.String(required=True)
    by = fields.Nested(
        AuditActor, required=True, allow_none=True, metadata={"description": "null ก่อนลงชื่อเข้าใช้"}
    )
    subject = fields.String(required=True)
    outcome = fields.String(
        required=True,
        validate=validate.OneOf(("done", "refused", "interrupted")),
        metadata={"description": "interrupted คือเริ่มแล้วแต่ระบบขัดข้อง ไม่ทราบว่าสำเร็จหรือไม่"},
    )
    organisation_ids = fields.List(fields.String(), required=True)
    facts = fields.Dict(keys=fields.String(), required=True)
    prev_sha256 = fields.String(required=True, validate=_SHA256)
    sha256 = fields.String(required=True, validate=_SHA256)


class AuditEntryFacts(TypedDict):
    day: str
    seq: int
    act_id: str
    at: str
    act: str
    by: AuditActorFacts | None
    subject: str
    outcome: str
    organisation_ids: list[str]
    facts: JsonObject
    prev_sha256: str
    sha256: str
