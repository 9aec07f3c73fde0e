"""Signs people in through the government's OpenID provider (ThaID).

The state stands in a cookie of the browser that began, so that nobody can have another finish.
"""

from __future__ import annotations

import re

from contracts.accounts.openid import (
    NoOpenIdLink,
    OpenIdAddress,
    OpenIdAlreadyLinked,
    OpenIdCallbackQuery,
    OpenIdLevelTooLow,
    OpenIdLink,
    OpenIdLinkRemoval,
    OpenIdLinkRequest,
    OpenIdNotLinked,
    OpenIdNotOffered,
    OpenIdOutcome,
    OpenIdRefused,
    OpenIdSignInQuery,
    OpenIdUnavailable,
)
from contracts.accounts.second_factor import (
    SecondFactorRequired,
    SecondFactorStopped,
    WrongSecondFactor,
)
from contracts.accounts.sign_in import SlotInUse, TooManyAttempts, WrongCredentials
from contracts.accounts.slots import SlotLocked
from gateway.ask import Ask
from gateway.http import Answer, Request, route

COOKIE = "sucharit_openid"
_COOKIE = re.compile(rf"(?:^|[;,]) *{COOKIE}=([A-Za-z0-9_-]{{1,128}})(?=[ ;,]|\Z)")
_COOKIE_LIFE = "Path=/v1/oidc; HttpOnly; Secure; SameSite=Lax"


@route(
    "GET",
    "/v1/oidc/authorizations",
    summary="ลงชื่อเข้าใช้ด้วย ThaID",
    query=OpenIdSignInQuery,
    answers={303: None},
    refuses=(
        OpenIdNotOffered,
        OpenIdUnavailable,
        TooManyAttempts,
    ),
    public=True,
    changes=True,
)
def begin_openid_sign_in(ask: Ask, request: Request) -> Answer:
    """Send the browser to the provider, which sends it back to the callback."""
    begun = ask.accounts.begin_openid_sign_in(**request.query, address=request.address)
    return Answer(303, None, {"Location": begun["authorization_url"], **_bound(begun["state"])})


@route(
    "POST",
    "/v1/oidc/links",
    summary="ผูกบัญชีกับ ThaID",
    body=OpenIdLinkRequest,
    answers={201: OpenIdAddress},
    refuses=(
        OpenIdNotOffered,
        OpenIdUnavailable,
        OpenIdAlreadyLinked,
        WrongCredentials,
        SecondFactorRequired,
        WrongSecondFactor,
        SecondFactorStopped,
        TooManyAttempts,
    ),
)
def begin_openid_link(ask: Ask, request: Request) -> Answer:
    """Say where to send the browser so that the person it proves may sign in to this slot."""
    begun = ask.accounts.begin_openid_link(request.by, **request.body)
    there = {"authorization_url": begun["authorization_url"]}
    return Answer(201, there, _bound(begun["state"]))


@route(
    "GET",
    "/v1/oidc/links/current",
    summary="ThaID ที่ผูกกับบัญชีนี้",
    answers={200: OpenIdLink},
    refuses=(NoOpenIdLink,),
)
def show_openid_link(ask: Ask, request: Request) -> Answer:
    """Say who may sign in to the caller's slot through the provider."""
    return Answer(200, ask.accounts.get_openid_link(request.by))


@route(
    "POST",
    "/v1/oidc/links/removals",
    summary="ยกเลิกการผูกบัญชีกับ ThaID",
    body=OpenIdLinkRemoval,
    answers={204: None},
    refuses=(WrongCredentials, NoOpenIdLink, TooManyAttempts),
)
def remove_openid_link(ask: Ask, request: Request) -> Answer:
    """Let nobody sign in to the caller's slot through the provider any more."""
    ask.accounts.remove_openid_link(request.by, password=request.body["password"])
    return Answer(204)


@route(
    "GET",
    "/v1/oidc/callback",
    summary="กลับจาก ThaID",
    query=OpenIdCallbackQuery,
    answers={200: OpenIdOutcome},
    refuses=(
        OpenIdNotOffered,
        OpenIdUnavailable,
        OpenIdRefused,
        OpenIdLevelTooLow,
        OpenIdNotLinked,
        SlotLocked,
        SlotInUse,
    ),
    public=True,
    changes=True,
)
def finish_openid(ask: Ask, request: Request) -> Answer:
    """Open the session, or link the slot, for which the browser was sent to the provider."""
    state, code = request.query["state"], request.query.get("code")
    is_own = code is not None and state == state_in(request.header("Cookie"))
    # Accounts says first whether it offers this at all; "" is a state that it never gave.
    outcome = ask.accounts.finish_openid(state=state if is_own else "", code=code or "")
    return Answer(200, outcome, {"Set-Cookie": f"{COOKIE}=; Max-Age=0; {_COOKIE_LIFE}"})


def _bound(state: str) -> dict[str, str]:
    return {"Set-Cookie": f"{COOKIE}={state}; Max-Age=600; {_COOKIE_LIFE}"}


def state_in(cookies: str | None) -> str | None:
    """Return the state in a Cookie header, as it was given to this browser, or None."""
    found = _COOKIE.search(cookies or "")
    return found and found[1]
