"""Signatures on a draft: what is sent, and why they are refused."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from marshmallow import fields, validate

from contracts.errors import Kind, ServiceError
from contracts.fields import Closed, Text


class SignatureBodySchema(Closed):
    """The person who signs, or is declared; `acting` when standing in for the holder of the
    position.
    """

    name = Text(most=200)
    position = Text(most=200)
    acting = fields.Boolean(load_default=False)
    of = fields.String(
        load_default="draft",
        validate=validate.OneOf(["draft", "withdrawal"]),
        metadata={"description": "What is signed: what is to be filed, or that it is taken back."},
    )


class SignatureBodyFacts(TypedDict):
    name: str
    position: str
    acting: NotRequired[bool]
    of: NotRequired[str]


# -- refusals -------------------------------------------------------------------------------


class NothingToSign(ServiceError):
    """Only a saved draft, or the withdrawal of what is in force, can be signed."""

    code = "reports.nothing_to_sign"
    kind = Kind.CONFLICT
    message = "There is no saved draft, or nothing in force to take back, on {obligation_id}."
    message_th = "ยังไม่มีร่างที่บันทึกไว้ หรือไม่มีรายงานที่มีผลให้ถอน ของ {obligation_id} จึงยังลงนามไม่ได้"


class SignOffNotAsked(ServiceError):
    """What is filed is signed, or declared, only where the round asks for it."""

    code = "reports.sign_off_not_asked"
    kind = Kind.CONFLICT
    message = "The round {round_id} does not ask for signatures. File without them."
    message_th = "รอบ {round_id} ไม่ต้องลงนามหรือรับรอง ยื่นได้เลย"


class SamePerson(ServiceError):
    """The preparer and the head are two persons."""

    code = "reports.same_person"
    kind = Kind.CONFLICT
    message = "The same person signed as {part} already. Another one has to sign."
    message_th = "บุคคลเดียวกันลงนามในฐานะ {part} แล้ว ต้องเป็นบุคคลอื่นลงนาม"


class SameSlot(ServiceError):
    """Where two persons sign, each signs in a slot of their own."""

    code = "reports.same_slot"
    kind = Kind.CONFLICT
    message = (
        "This slot, or another of the same holder, signed as {part} already. The other person has"
        " to sign in with another slot of the organisation."
    )
    message_th = (
        "บัญชีนี้หรือบัญชีอื่นของผู้ถือคนเดียวกันลงนามในฐานะ {part} แล้ว อีกคนหนึ่งต้องเข้าสู่ระบบด้วยบัญชีอื่นของหน่วยงาน"
    )
