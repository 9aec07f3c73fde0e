"""Sets up and removes the second factor of offices and agencies."""

from __future__ import annotations

from contracts.accounts.second_factor import (
    NoSecondFactor,
    RecoveryCodes,
    SecondFactorConfirmation,
    SecondFactorExists,
    SecondFactorRemoval,
    SecondFactorRequest,
    SecondFactorSecret,
    SecondFactorStopped,
    WrongSecondFactor,
)
from contracts.accounts.sign_in import TooManyAttempts, WrongCredentials
from gateway.ask import Ask
from gateway.http import Answer, Request, route


@route(
    "POST",
    "/v1/second-factors",
    summary="ตั้งค่าการยืนยันตัวตนขั้นที่สอง",
    body=SecondFactorRequest,
    answers={201: SecondFactorSecret},
    before_second_factor=True,
    refuses=(WrongCredentials, SecondFactorExists, TooManyAttempts),
)
def begin_second_factor(ask: Ask, request: Request) -> Answer:
    """Make a secret for an authenticator app; it counts when a code of it has been given."""
    begun = ask.accounts.begin_second_factor(request.by, password=request.body["password"])
    return Answer(201, begun)


@route(
    "POST",
    "/v1/second-factors/confirmations",
    summary="ยืนยันการตั้งค่าด้วยรหัสจากแอป",
    body=SecondFactorConfirmation,
    answers={201: RecoveryCodes},
    before_second_factor=True,
    refuses=(
        WrongSecondFactor,
        SecondFactorStopped,
        NoSecondFactor,
        SecondFactorExists,
        TooManyAttempts,
    ),
)
def confirm_second_factor(ask: Ask, request: Request) -> Answer:
    """Ask for a code at every sign-in from now on; the recovery codes are told this once."""
    confirmed = ask.accounts.confirm_second_factor(request.by, code=request.body["code"])
    return Answer(201, confirmed)


@route(
    "POST",
    "/v1/second-factors/removals",
    summary="ยกเลิกการยืนยันตัวตนขั้นที่สอง",
    body=SecondFactorRemoval,
    answers={204: None},
    refuses=(
        WrongCredentials,
        WrongSecondFactor,
        SecondFactorStopped,
        NoSecondFactor,
        TooManyAttempts,
    ),
)
def remove_second_factor(ask: Ask, request: Request) -> Answer:
    """Ask for no code any more, for the password and a code or a recovery code."""
    ask.accounts.remove_second_factor(
        request.by,
        password=request.body["password"],
        code=request.body["code"],
    )
    return Answer(204)
