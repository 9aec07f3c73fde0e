"""Slots and their holders, as they are told and changed, and how that is refused."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from marshmallow import Schema, fields, validate

from contracts.errors import Kind, ServiceError
from contracts.fields import Closed, Email, Phone, Text, Timestamp
from contracts.principal import Role
from contracts.reference.code_groups import CodeGroup

SLOT_STATES = (
    *("not_issued", "issued", "read", "activated"),
    *("handing_over", "locked", "closed"),
)
STANDINGS = ("incumbent", "acting", "vacant")
_ID = validate.Length(1, 64)


class SlotHolder(Schema):
    """Who holds the slot now; no name when the position is vacant."""

    name = fields.String(required=True, allow_none=True)
    position = fields.String(required=True)
    standing = fields.String(
        required=True,
        validate=validate.OneOf(STANDINGS),
        metadata={"description": "ดำรงตำแหน่ง รักษาการ หรือตำแหน่งว่าง"},
    )
    since = Timestamp(required=True)


class SlotHolderFacts(TypedDict):
    name: str | None
    position: str
    standing: str
    since: str


class PastHolder(SlotHolder):
    """Who held the slot before; how to reach them is not kept."""

    until = Timestamp(required=True)


class PastHolderFacts(SlotHolderFacts):
    until: str


class SlotDeed(Schema):
    """Since when something is so with a slot, and why."""

    since = Timestamp(required=True)
    reason = fields.String(required=True, allow_none=True)


class SlotDeedFacts(TypedDict):
    since: str
    reason: str | None


class Slot(Schema):
    """One credential of one organisation."""

    slot_id = fields.String(required=True)
    username = fields.String(required=True)
    label = fields.String(
        required=True, allow_none=True, metadata={"description": "ชื่อเรียกบัญชีที่เพิ่มภายหลัง"}
    )
    organisation_id = fields.String(required=True, allow_none=True)
    organisation = fields.String(
        required=True, allow_none=True, metadata={"description": "ชื่อเต็มของหน่วยงาน"}
    )
    role = fields.String(required=True, validate=validate.OneOf(list(Role)))
    code_group = fields.String(
        required=True, allow_none=True, validate=validate.OneOf([*CodeGroup, None])
    )
    state = fields.String(required=True, validate=validate.OneOf(SLOT_STATES))
    holder = fields.Nested(SlotHolder, required=True, allow_none=True)
    activated_at = Timestamp(required=True, allow_none=True)
    handover = fields.Nested(SlotDeed, required=True, allow_none=True)
    lock = fields.Nested(SlotDeed, required=True, allow_none=True)
    closure = fields.Nested(SlotDeed, required=True, allow_none=True)


class SlotFacts(TypedDict):
    slot_id: str
    username: str
    label: str | None
    organisation_id: str | None
    organisation: str | None
    role: str
    code_group: str | None
    state: str
    holder: SlotHolderFacts | None
    activated_at: str | None
    handover: SlotDeedFacts | None
    lock: SlotDeedFacts | None
    closure: SlotDeedFacts | None


class Contact(Schema):
    """How to reach the holder."""

    phone = fields.String(required=True, allow_none=True)
    email = fields.String(required=True, allow_none=True)


class ContactFacts(TypedDict):
    phone: str | None
    email: str | None


class NewHolder(Closed):
    """Who is to come next, as far as it is known."""

    name = Text(most=200)
    position = Text(most=200, load_default=None, allow_none=True)


class NewHolderFacts(TypedDict):
    name: str
    position: NotRequired[str | None]


class SlotDetail(Slot):
    """One slot; the last three are null to whoever neither holds it nor stands above it."""

    version = fields.Integer(required=True)
    contact = fields.Nested(Contact, required=True, allow_none=True)
    past_holders = fields.List(
        fields.Nested(PastHolder),
        required=True,
        allow_none=True,
        metadata={"description": "ผู้ถือบัญชีคนก่อน เรียงจากเก่าไปใหม่"},
    )
    new_holder = fields.Nested(NewHolder, required=True, allow_none=True)


class SlotDetailFacts(SlotFacts):
    version: int
    contact: ContactFacts | None
    past_holders: list[PastHolderFacts] | None
    new_holder: NewHolderFacts | None


class AddedSlotFacts(SlotDetailFacts):
    """A slot as added; `replayed` says if the Idempotency-Key has had this answer before."""

    replayed: NotRequired[bool]


class SlotFilters(Closed):
    """Which slots to list, beside the page."""

    organisation_id = fields.String(validate=_ID)
    state = fields.String(validate=validate.OneOf(SLOT_STATES))


class SlotRequest(Closed):
    """A further credential of an office or an agency."""

    organisation_id = fields.String(required=True, validate=_ID)
    role = fields.String(
        validate=validate.OneOf(list(Role)),
        metadata={"description": "ต้องระบุสำหรับหน่วยงานกลาง"},
    )
    label = Text(most=100)


class HolderChange(Closed):
    """What is to be said of the holder from now on; what is left out stays as it is."""

    name = Text(most=200, required=False)
    position = Text(most=200, required=False)
    phone = Phone(allow_none=True)
    email = Email(allow_none=True)
    standing = fields.String(
        validate=validate.OneOf(STANDINGS),
        metadata={"description": "vacant ลบชื่อ โทรศัพท์ และอีเมลของผู้ถือบัญชี"},
    )


class HolderChangeFacts(TypedDict, total=False):
    name: str
    position: str
    phone: str | None
    email: str | None
    standing: str


class HandoverRequest(Closed):
    """That the holder goes."""

    reason = Text(most=500, required=False)
    new_holder = fields.Nested(NewHolder)


class Handover(Schema):
    """A hand-over as begun: nobody can sign in until the new holder has activated the slot."""

    slot_id = fields.String(required=True)
    username = fields.String(required=True)
    begun_at = Timestamp(required=True)
    issuance_id = fields.String(
        required=True, metadata={"description": "ใบรหัสของผู้ถือบัญชีคนใหม่อ่านได้จากการออกรหัสนี้"}
    )
    handed_out_by = fields.String(
        required=True,
        validate=validate.OneOf(("operator", "province", "district")),
        metadata={"description": "หน่วยงานที่อ่านและจ่ายใบรหัส"},
    )
    expires_at = Timestamp(required=True)


class HandoverFacts(TypedDict):
    slot_id: str
    username: str
    begun_at: str
    issuance_id: str
    handed_out_by: str
    expires_at: str


class DeedRequest(Closed):
    """Why; shown to the other slots of the organisation and to the office above."""

    reason = Text(most=500)


# -- refusals -------------------------------------------------------------------------------


class SlotNotFound(ServiceError):
    """No such slot, or not the caller's to know of."""

    code = "accounts.slot_not_found"
    kind = Kind.NOT_FOUND
    message = "There is no slot {slot_id}."
    message_th = "ไม่พบบัญชีผู้ใช้ {slot_id}"


class SlotLocked(ServiceError):
    """The slot is locked; told only to whoever has its password or its code, or is above it."""

    code = "accounts.slot_locked"
    kind = Kind.CONFLICT
    message = "The slot is locked since {since}. Ask the office above to unlock it."
    message_th = "บัญชีนี้ถูกระงับตั้งแต่ {since} โปรดติดต่อหน่วยงานที่จ่ายรหัสให้ท่านเพื่อปลดระงับ"


class SlotClosed(ServiceError):
    """The slot is closed for ever."""

    code = "accounts.slot_closed"
    kind = Kind.CONFLICT
    message = "The slot was closed for good at {since}."
    message_th = "บัญชีนี้ถูกปิดถาวรเมื่อ {since}"


class SlotNotActivated(ServiceError):
    """Nobody has activated the slot, so that nobody holds it."""

    code = "accounts.slot_not_activated"
    kind = Kind.CONFLICT
    message = "Nobody holds the slot {username}: it is not activated."
    message_th = "บัญชี {username} ยังไม่ได้เปิดใช้งาน จึงยังไม่มีผู้ถือบัญชี"


class SlotNotAddable(ServiceError):
    """The organisation takes no further slot of this sort."""

    code = "accounts.slot_not_addable"
    kind = Kind.INVALID
    message = "No such slot can be added: {reason}."
    message_th = "เพิ่มบัญชีนี้ไม่ได้: {reason_th}"


class SlotAlreadyExists(ServiceError):
    """The organisation has a slot with this label."""

    code = "accounts.slot_already_exists"
    kind = Kind.CONFLICT
    message = "The organisation has a slot with this label already: {username}."
    message_th = "หน่วยงานนี้มีบัญชีที่ใช้ชื่อเรียกนี้อยู่แล้ว: {username}"


class HolderIncomplete(ServiceError):
    """What is said of a holder does not fit together."""

    code = "accounts.holder_incomplete"
    kind = Kind.INVALID
    message = "The holder {reason}."
    message_th = "ข้อมูลผู้ถือบัญชียังไม่ถูกต้อง: {reason_th}"
