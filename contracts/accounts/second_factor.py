"""Second factors: what is sent and told of them, and how they are refused."""

from __future__ import annotations

from typing import TypedDict

from marshmallow import Schema, fields

from contracts.accounts.sign_in import _PASSWORD
from contracts.errors import Kind, ServiceError
from contracts.fields import Closed, Code


class SecondFactorRequest(Closed):
    """The password again, since the secret is the way in."""

    password = fields.String(required=True, validate=_PASSWORD)


class SecondFactorSecret(Schema):
    """What an authenticator app needs; told this once."""

    secret = fields.String(required=True)
    otpauth_uri = fields.String(required=True, metadata={"description": "แสดงเป็น QR ให้แอปอ่าน"})


class SecondFactorSecretFacts(TypedDict):
    secret: str
    otpauth_uri: str


class SecondFactorConfirmation(Closed):
    """A code the app shows."""

    code = Code(required=True)


class RecoveryCodes(Schema):
    """Each opens the slot once in place of the app; told this once."""

    recovery_codes = fields.List(fields.String(), required=True)


class RecoveryCodesFacts(TypedDict):
    recovery_codes: list[str]


class SecondFactorRemoval(Closed):
    """The password and a code of the app, or a recovery code."""

    password = fields.String(required=True, validate=_PASSWORD)
    code = Code(required=True)


# -- refusals -------------------------------------------------------------------------------


class SecondFactorRequired(ServiceError):
    """Name and password are right; the slot asks for a code as well."""

    code = "accounts.second_factor_required"
    kind = Kind.UNAUTHENTICATED
    message = "This slot needs a second factor. Repeat with the code of your authenticator as otp."
    message_th = "บัญชีนี้ต้องยืนยันตัวตนขั้นที่สอง โปรดกรอกรหัส 6 หลักจากแอปยืนยันตัวตน"


class WrongSecondFactor(ServiceError):
    """The code is wrong, out of its time, or was used before."""

    code = "accounts.wrong_second_factor"
    kind = Kind.UNAUTHENTICATED
    message = "The code is wrong or was used already. Wait for the next one."
    message_th = "รหัสยืนยันตัวตนไม่ถูกต้องหรือถูกใช้ไปแล้ว โปรดรอรหัสถัดไปแล้วลองใหม่"


class SecondFactorStopped(ServiceError):
    """So many wrong codes came in a row that none of the app is looked at any more."""

    code = "accounts.second_factor_stopped"
    kind = Kind.UNAUTHENTICATED
    message = (
        "Too many wrong codes in a row: codes of the authenticator are no longer taken. Give a "
        "recovery code, or ask the office above for a new activation code."
    )
    message_th = (
        "กรอกรหัสยืนยันตัวตนผิดติดต่อกันหลายครั้ง ระบบจึงไม่รับรหัสจากแอปอีก "
        "โปรดใช้รหัสสำรอง หรือขอรหัสเปิดใช้งานใหม่จากหน่วยงานที่จ่ายรหัสให้ท่าน"
    )


class SecondFactorExists(ServiceError):
    """The slot has one that counts."""

    code = "accounts.second_factor_exists"
    kind = Kind.CONFLICT
    message = "This slot has a second factor already. Remove it before you set up another."
    message_th = "บัญชีนี้ตั้งค่าการยืนยันตัวตนขั้นที่สองไว้แล้ว โปรดยกเลิกของเดิมก่อนตั้งใหม่"


class NoSecondFactor(ServiceError):
    """The slot has none."""

    code = "accounts.no_second_factor"
    kind = Kind.NOT_FOUND
    message = "This slot has no second factor. Set one up first."
    message_th = "บัญชีนี้ยังไม่ได้ตั้งค่าการยืนยันตัวตนขั้นที่สอง โปรดตั้งค่าก่อน"
