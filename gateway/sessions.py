"""Signs in and out, and activates slots."""

from __future__ import annotations

from contracts.accounts.issuance import (
    Activation,
    ActivationCodeSpent,
    ActivationRequest,
    WrongActivationCode,
)
from contracts.accounts.second_factor import (
    SecondFactorRequired,
    SecondFactorStopped,
    WrongSecondFactor,
)
from contracts.accounts.sign_in import (
    PasswordChangeRequest,
    Session,
    SessionEnded,
    SessionRequest,
    SignedInPrincipal,
    SlotInUse,
    TooManyAttempts,
    WeakPassword,
    WrongCredentials,
)
from contracts.accounts.slots import SlotLocked
from gateway.ask import Ask
from gateway.http import Answer, Request, route


@route(
    "POST",
    "/v1/sessions",
    summary="ลงชื่อเข้าใช้",
    body=SessionRequest,
    answers={201: Session},
    refuses=(
        WrongCredentials,
        SlotInUse,
        SecondFactorRequired,
        WrongSecondFactor,
        SecondFactorStopped,
        SlotLocked,
        TooManyAttempts,
    ),
    public=True,
)
def sign_in(ask: Ask, request: Request) -> Answer:
    """Open the slot's one session; with `takeover` the earlier one ends at once."""
    session = ask.accounts.open_session(
        username=request.body["username"],
        password=request.body["password"],
        takeover=request.body["takeover"],
        otp=request.body.get("otp"),
        address=request.address,
    )
    return Answer(201, session, {"Location": "/v1/sessions/current"})


@route(
    "GET",
    "/v1/sessions/current",
    summary="บัญชีที่ใช้อยู่",
    answers={200: SignedInPrincipal},
    refuses=(SessionEnded,),
    before_second_factor=True,
)
def show_session(ask: Ask, request: Request) -> Answer:
    """Say which slot is signed in, for which organisation and with what scope."""
    return Answer(200, ask.accounts.describe_session(request.by))


@route(
    "DELETE",
    "/v1/sessions/current",
    summary="ออกจากระบบ",
    answers={204: None},
    before_second_factor=True,
)
def sign_out(ask: Ask, request: Request) -> Answer:
    """End the session everywhere."""
    ask.accounts.close_session(
        session_id=str(request.session_id), slot_id=request.signed_in.slot_id
    )
    return Answer(204)


@route(
    "POST",
    "/v1/activations",
    summary="เปิดใช้งานบัญชีด้วยรหัสเปิดใช้งาน",
    body=ActivationRequest,
    answers={201: Activation},
    refuses=(
        WrongActivationCode,
        ActivationCodeSpent,
        SlotLocked,
        WeakPassword,
        TooManyAttempts,
    ),
    public=True,
)
def activate_slot(ask: Ask, request: Request) -> Answer:
    """Set the slot's password and holder with a one-time activation code; the code dies."""
    activation = ask.accounts.activate_slot(
        username=request.body["username"],
        activation_code=request.body["activation_code"],
        password=request.body["password"],
        holder=request.body["holder"],
        address=request.address,
    )
    return Answer(201, activation)


@route(
    "POST",
    "/v1/password-changes",
    summary="เปลี่ยนรหัสผ่าน",
    body=PasswordChangeRequest,
    answers={204: None},
    refuses=(WrongCredentials, WeakPassword, TooManyAttempts),
)
def change_password(ask: Ask, request: Request) -> Answer:
    """Replace the caller's own password; this sign-in stays, any other ends."""
    ask.accounts.change_password(
        request.by,
        session_id=str(request.session_id),
        current_password=request.body["current_password"],
        new_password=request.body["new_password"],
    )
    return Answer(204)
