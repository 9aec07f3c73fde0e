"""Passwords and second factors, as clients of the HTTP API see them."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate

from contracts.fields import Closed, Code, Timestamp

# Longer ones are not stronger, and hashing them costs.
_PASSWORD = validate.Length(1, 256)


class PasswordChangeRequest(Closed):
    """Another password."""

    current_password = fields.String(required=True, validate=_PASSWORD)
    new_password = fields.String(required=True, validate=_PASSWORD)


class SecondFactorRequest(Closed):
    """The password again, since the secret is the way in."""

    password = fields.String(required=True, validate=_PASSWORD)


class SecondFactorSecret(Schema):
    """What an authenticator app needs; told this once."""

    secret = fields.String(required=True)
    otpauth_uri = fields.String(required=True, metadata={"description": "แสดงเป็น QR ให้แอปอ่าน"})


class SecondFactorConfirmation(Closed):
    """A code the app shows."""

    code = Code(required=True)


class RecoveryCodes(Schema):
    """Each opens the slot once in place of the app; told this once."""

    recovery_codes = fields.List(fields.String(), required=True)


class SecondFactorRemoval(Closed):
    """The password and a code of the app, or a recovery code."""

    password = fields.String(required=True, validate=_PASSWORD)
    code = Code(required=True)


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


class OpenIdLink(Schema):
    """The person who may sign in to the slot through the provider."""

    name = fields.String(required=True)
    level = fields.String(
        required=True, metadata={"description": "ระดับความน่าเชื่อถือของการพิสูจน์ตัวตน (IAL) เมื่อผูก"}
    )
    linked_at = Timestamp(required=True)


class OpenIdLinkRemoval(Closed):
    """The password again."""

    password = fields.String(required=True, validate=_PASSWORD)
