"""Receipts, their check and their rolls, as they are told, and refusals."""

from __future__ import annotations

from typing import TypedDict

from marshmallow import Schema, fields, validate

from contracts.errors import Kind, ServiceError
from contracts.fields import Closed, Exactly, JsonObject, WholeNumber

_SHA256 = Exactly(r"^[0-9a-f]{64}$")


class ReceiptCheckBodySchema(Closed):
    """A receipt to be checked, less what its obligation is about."""

    jws = fields.String(
        required=True,
        validate=validate.Length(1, 4096),
        metadata={
            "description": "The signature, or the text of the QR code; white space is passed over."
        },
    )
    number = fields.String()
    filing_id = fields.String()
    obligation_id = fields.String()
    organisation_code = fields.String()
    round_id = fields.String()
    revision = WholeNumber(1, 10_000)
    accepted_at = fields.String()
    on_time = fields.Boolean()
    content_sha256 = fields.String()


class ReceiptCheckSchema(Schema):
    """Whether a receipt is ours and unchanged; `receipt` is what was really signed."""

    valid = fields.Boolean(required=True)
    reason = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "null when it is valid; `malformed`: `jws` is no signature at all, part"
            " of it may be missing; `signature`: not signed by us, or altered; `changed: …`: it is"
            " ours, and the fields named were given otherwise."
        },
    )
    receipt = fields.Dict(required=True, allow_none=True)
    superseded = fields.Boolean(
        required=True,
        allow_none=True,
        metadata={"description": "A later revision is in force; null where we know no more."},
    )
    last_revision = fields.Integer(required=True, allow_none=True)


class ReceiptCheckFacts(TypedDict):
    valid: bool
    reason: str | None
    receipt: JsonObject | None
    superseded: bool | None
    last_revision: int | None


class JwksSchema(Schema):
    """Every public key that signs or signed (RFC 7517), with `first_used_at` and `retired_at`."""

    keys = fields.List(fields.Dict(), required=True)


class JwksFacts(TypedDict):
    keys: list[JsonObject]


class RollSchema(Schema):
    """The roll of a day's receipts; `jws` signs all fields but itself and `sha256`.

    `root` is the root of the Merkle tree (RFC 6962) over the receipts' `jws`, in the order of their
    leaf hashes. `sha256` is over the canonical JSON (RFC 8785) of what is signed, and the next roll
    says it as `previous_sha256`. Days without a receipt have no roll.
    """

    roll = fields.String(required=True, validate=validate.Equal("receipts"))
    day = fields.String(required=True, metadata={"format": "date"})
    round_id = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "A trial round; null for the roll of all live rounds."},
    )
    count = fields.Integer(required=True)
    root = fields.String(required=True, validate=_SHA256)
    previous_day = fields.String(required=True, allow_none=True, metadata={"format": "date"})
    previous_root = fields.String(required=True, allow_none=True, validate=_SHA256)
    previous_sha256 = fields.String(required=True, allow_none=True, validate=_SHA256)
    closed_at = fields.String(required=True)
    sha256 = fields.String(required=True, validate=_SHA256)
    jws = fields.String(required=True)


class RollFacts(TypedDict):
    roll: str
    day: str
    round_id: str | None
    count: int
    root: str
    previous_day: str | None
    previous_root: str | None
    previous_sha256: str | None
    closed_at: str
    sha256: str
    jws: str


class RollProofSchema(Schema):
    """The way from a receipt to the root of its day: `path` as RFC 9162, section 2.1.3."""

    filing_id = fields.String(required=True)
    number = fields.String(required=True)
    day = fields.String(required=True, metadata={"format": "date"})
    round_id = fields.String(required=True, allow_none=True)
    index = fields.Integer(required=True)
    count = fields.Integer(required=True)
    path = fields.List(fields.String(validate=_SHA256), required=True)
    root = fields.String(required=True, validate=_SHA256)


class RollProofFacts(TypedDict):
    filing_id: str
    number: str
    day: str
    round_id: str | None
    index: int
    count: int
    path: list[str]
    root: str


class ReceiptSchema(Schema):
    """What the filer gets, less what its obligation is about."""

    number = fields.String(required=True)
    filing_id = fields.String(required=True)
    obligation_id = fields.String(required=True)
    organisation_code = fields.String(required=True)
    round_id = fields.String(required=True)
    revision = fields.Integer(required=True)
    accepted_at = fields.String(required=True)
    on_time = fields.Boolean(required=True)
    content_sha256 = fields.String(required=True)
    jws = fields.String(required=True)


class ReceiptFacts(TypedDict):
    number: str
    filing_id: str
    obligation_id: str
    organisation_code: str
    round_id: str
    revision: int
    accepted_at: str
    on_time: bool
    content_sha256: str
    jws: str


class PrintedReceiptFacts(TypedDict):
    """A receipt on paper."""

    number: str
    pdf_base64: str


class ReceiptCountFacts(TypedDict):
    """How many receipts a round has; those `settled` are old enough to have been heard of, and of
    those `unsent` the event is still to be sent.
    """

    round_id: str
    mode: str
    receipts: int
    settled: int
    unsent: int


# -- refusals -------------------------------------------------------------------------------


class RollNotFound(ServiceError):
    """No receipt was recorded on that day, or it is not over yet, or it was a purged trial's."""

    code = "reports.roll_not_found"
    kind = Kind.NOT_FOUND
    message = "There is no roll of receipts for {day}. A day is closed soon after midnight."
    message_th = "ไม่พบบัญชีใบรับของวันที่ {day} ระบบปิดบัญชีของแต่ละวันหลังเที่ยงคืนไม่นาน"


class ReceiptNotInRoll(ServiceError):
    """The day on which the filing was recorded is not closed yet."""

    code = "reports.receipt_not_in_roll"
    kind = Kind.CONFLICT
    message = "The receipt {number} is in no roll yet. A day is closed soon after midnight."
    message_th = "ใบรับ {number} ยังไม่อยู่ในบัญชีใบรับประจำวัน ระบบปิดบัญชีหลังเที่ยงคืนไม่นาน"
