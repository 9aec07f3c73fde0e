"""How a slot is signed in to: what is sent and told, and how it is refused."""

from __future__ import annotations

from typing import TypedDict, final

from marshmallow import Schema, fields, validate

from contracts.accounts.organisations import Organisation, OrganisationFacts
from contracts.errors import Kind, ServiceError
from contracts.fields import Closed, Code, Timestamp
from contracts.principal import PrincipalFacts, Role
from contracts.reference.code_groups import CodeGroup

_USERNAME = validate.Length(1, 64)
# Longer ones are not stronger, and hashing them costs.
_PASSWORD = validate.Length(1, 256)


class CoveredArea(Schema):
    """The area a slot covers; `code` is "" for the whole country."""

    kind = fields.String(
        required=True,
        validate=validate.OneOf(("country", "province", "district", "organisation")),
    )
    code = fields.String(required=True)


class CoveredAreaFacts(TypedDict):
    kind: str
    code: str


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


class SignedInPrincipalFacts(TypedDict):
    slot_id: str
    username: str
    organisation: OrganisationFacts | None
    role: str
    code_group: str | None
    scope: CoveredAreaFacts


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


class SessionFacts(TypedDict):
    token: str
    expires_at: str
    ended_session_since: str | None
    principal: SignedInPrincipalFacts


@final
class LiveSessionFacts(TypedDict):
    """Whose a token is. A `limited` session may set up its second factor and nothing else."""

    session_id: str
    expires_at: str
    principal: PrincipalFacts
    limited: bool


@final
class EndedSessionFacts(TypedDict):
    """That a token's session was taken over, and when."""

    ended: str
    since: str


class PasswordChangeRequest(Closed):
    """Another password."""

    current_password = fields.String(required=True, validate=_PASSWORD)
    new_password = fields.String(required=True, validate=_PASSWORD)


# -- refusals -------------------------------------------------------------------------------


class WrongCredentials(ServiceError):
    """The username or the password is wrong; which one is not said."""

    code = "accounts.wrong_credentials"
    kind = Kind.UNAUTHENTICATED
    message = "The username or the password is wrong."
    message_th = "ชื่อผู้ใช้หรือรหัสผ่านไม่ถูกต้อง"


class SessionEnded(ServiceError):
    """The token is unknown, expired or signed out."""

    code = "accounts.session_ended"
    kind = Kind.UNAUTHENTICATED
    message = "You are not signed in, or the sign-in has ended. Sign in again."
    message_th = "ท่านยังไม่ได้เข้าสู่ระบบหรือการเข้าสู่ระบบสิ้นสุดแล้ว โปรดเข้าสู่ระบบใหม่"


class SessionEndedElsewhere(ServiceError):
    """Another sign-in took over the slot."""

    code = "accounts.session_ended_elsewhere"
    kind = Kind.UNAUTHENTICATED
    message = "The slot was signed in on another computer at {since}, which ended this sign-in."
    message_th = "บัญชีนี้เข้าสู่ระบบจากเครื่องอื่นเมื่อ {since} การเข้าสู่ระบบบนเครื่องนี้จึงสิ้นสุดลง"


class SlotInUse(ServiceError):
    """One slot works on one computer at a time."""

    code = "accounts.slot_in_use"
    kind = Kind.CONFLICT
    message = "The slot is signed in since {since}. Repeat with takeover to end that sign-in."
    message_th = "บัญชีนี้เข้าสู่ระบบอยู่ตั้งแต่ {since} หากต้องการใช้เครื่องนี้แทนให้ยืนยันการเข้าใช้แทน"


class TooManyAttempts(ServiceError):
    """Too many wrong attempts on this slot from this address."""

    code = "accounts.too_many_attempts"
    kind = Kind.TOO_MANY
    message = "Too many attempts. Try again in {retry_after_seconds} s."
    message_th = "พยายามเข้าสู่ระบบหลายครั้งเกินไป โปรดลองใหม่ใน {retry_after_seconds} วินาที"


class WeakPassword(ServiceError):
    """The password is too short, too common or holds the username."""

    code = "accounts.weak_password"
    kind = Kind.INVALID
    message = "The password {reason}. Use at least 12 characters that are not easily guessed."
    message_th = "รหัสผ่าน{reason_th} โปรดใช้อย่างน้อย 12 ตัวอักษรที่คาดเดาได้ยาก"
