"""Signing in through the OpenID provider (ThaID): shapes and refusals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from marshmallow import EXCLUDE, Schema, fields, validate

from contracts.accounts.sign_in import _PASSWORD, Session, SessionFacts
from contracts.errors import Kind, ServiceError
from contracts.fields import Closed, Code, Timestamp


class OpenIdOutcome(Schema):
    """What became of it: a session, or null where the slot was linked."""

    session = fields.Nested(Session, required=True, allow_none=True)


class OpenIdOutcomeFacts(TypedDict):
    session: SessionFacts | None


class OpenIdSignInQuery(Closed):
    """Which slot to sign in to."""

    username = fields.String(required=True, validate=validate.Length(1, 64))
    takeover = fields.Boolean(load_default=False)


class OpenIdCallbackQuery(Schema):
    """What the provider sends the browser back with; an `error` has no code."""

    class Meta:
        unknown = EXCLUDE

    state = fields.String(required=True, validate=validate.Length(1, 256))
    code = fields.String(validate=validate.Length(1, 2048))


class OpenIdLinkRequest(Closed):
    """The password again, and a code where the slot has a second factor."""

    password = fields.String(required=True, validate=_PASSWORD)
    otp = Code()


class OpenIdAddress(Schema):
    """Where to send the browser."""

    authorization_url = fields.String(required=True)


class OpenIdAddressFacts(TypedDict):
    authorization_url: str


class BegunOpenIdFacts(OpenIdAddressFacts):
    """Where to send the browser, and the `state` it must bring back."""

    state: str


class OpenIdLink(Schema):
    """The person who may sign in to the slot through the provider."""

    name = fields.String(required=True)
    level = fields.String(
        required=True, metadata={"description": "ระดับความน่าเชื่อถือของการพิสูจน์ตัวตน (IAL) เมื่อผูก"}
    )
    linked_at = Timestamp(required=True)


class OpenIdLinkFacts(TypedDict):
    name: str
    level: str
    linked_at: str


class OpenIdLinkRemoval(Closed):
    """The password again."""

    password = fields.String(required=True, validate=_PASSWORD)


# -- refusals -------------------------------------------------------------------------------


class OpenIdNotOffered(ServiceError):
    """Signing in through an OpenID provider is not set up here."""

    code = "accounts.openid_not_offered"
    kind = Kind.NOT_FOUND
    message = "Signing in through ThaID is not offered here. Sign in with your password."
    message_th = "ระบบนี้ยังไม่เปิดให้เข้าสู่ระบบด้วย ThaID โปรดใช้รหัสผ่าน"


class OpenIdUnavailable(ServiceError):
    """The OpenID provider does not answer, or not as it should."""

    code = "accounts.openid_unavailable"
    kind = Kind.UNAVAILABLE
    message = "ThaID cannot be reached now. Sign in with your password, or try again later."
    message_th = "ขณะนี้ติดต่อ ThaID ไม่ได้ โปรดใช้รหัสผ่านหรือลองใหม่ภายหลัง"

    def __init__(self, details: Mapping[str, str] | None = None, /, **facts: object) -> None:
        super().__init__({"retry_after_seconds": "30"} | dict(details or {}), **facts)


class OpenIdRefused(ServiceError):
    """What came back from the provider proves nothing: forged, too late, or for somebody else."""

    code = "accounts.openid_refused"
    kind = Kind.UNAUTHENTICATED
    message = "ThaID did not confirm who you are. Begin again."
    message_th = "การยืนยันตัวตนด้วย ThaID ไม่สำเร็จ โปรดเริ่มใหม่อีกครั้ง"


class OpenIdNotLinked(ServiceError):
    """The person is not the one this slot is linked to."""

    code = "accounts.openid_not_linked"
    kind = Kind.UNAUTHENTICATED
    message = "This slot is not linked to your ThaID. Sign in with your password and link it."
    message_th = "บัญชีนี้ไม่ได้ผูกกับ ThaID ของท่าน โปรดเข้าสู่ระบบด้วยรหัสผ่านแล้วผูกบัญชีก่อน"


class OpenIdLevelTooLow(ServiceError):
    """The provider has not proved well enough who the person is."""

    code = "accounts.openid_level_too_low"
    kind = Kind.FORBIDDEN
    message = (
        "Your identity is proved at ThaID at {level}; level {least} or more is needed here. Have "
        "it proved again at a district or municipal registration office, or sign in with your "
        "password."
    )
    message_th = (
        "ตัวตนของท่านใน ThaID ได้รับการพิสูจน์ที่{level_th} แต่ระบบนี้ต้องใช้ระดับ {least} ขึ้นไป "
        "โปรดพิสูจน์ตัวตนใหม่ที่สำนักทะเบียนอำเภอหรือเทศบาล หรือเข้าสู่ระบบด้วยรหัสผ่าน"
    )


class OpenIdAlreadyLinked(ServiceError):
    """A slot has one link, and it is not replaced in silence."""

    code = "accounts.openid_already_linked"
    kind = Kind.CONFLICT
    message = "This slot is linked to a ThaID already. End that link before you make another."
    message_th = "บัญชีนี้ผูกกับ ThaID ไว้แล้ว โปรดยกเลิกการผูกเดิมก่อนผูกใหม่"


class NoOpenIdLink(ServiceError):
    """The slot has none."""

    code = "accounts.no_openid_link"
    kind = Kind.NOT_FOUND
    message = "This slot is not linked to a ThaID."
    message_th = "บัญชีนี้ยังไม่ได้ผูกกับ ThaID"
