"""Signing in through the government's OpenID provider (ThaID).

The state stands in a cookie of the browser that began, so that nobody can have another finish.
"""

from __future__ import annotations

import re

from contracts.accounts import errors
from contracts.accounts import schemas as accounts_shapes
from contracts.accounts import sign_in_schemas as shapes
from gateway.ask import Ask
from gateway.http import Answer, Request, route

COOKIE = "sucharit_openid"
_COOKIE = re.compile(rf"(?:^|[;,]) *{COOKIE}=([A-Za-z0-9_-]{{1,128}})(?=[ ;,]|$)")
_COOKIE_LIFE = "Path=/v1/oidc; HttpOnly; Secure; SameSite=Lax"


@route(
    "GET",
    "/v1/oidc/authorizations",
    summary="ลงชื่อเข้าใช้ด้วย ThaID",
    query=shapes.OpenIdSignInQuery,
    answers={303: None},
    refuses=(errors.OpenIdNotOffered, errors.OpenIdUnavailable),
    public=True,
    changes=True,
)
def begin_sign_in(ask: Ask, request: Request) -> Answer:
    """Send the browser to the provider, which sends it back to the callback."""
    begun = ask.accounts.begin_openid_sign_in(**request.query)
    return Answer(303, None, {"Location": begun["authorization_url"], **_bound(begun["state"])})


@route(
    "POST",
    "/v1/oidc/links",
    summary="ผูกบัญชีกับ ThaID",
    answers={201: shapes.OpenIdLink},
    refuses=(errors.OpenIdNotOffered, errors.OpenIdUnavailable),
)
def begin_link(ask: Ask, request: Request) -> Answer:
    """Say where to send the browser so that the person it proves may sign in to this slot."""
    begun = ask.accounts.begin_openid_link(request.by)
    link = {"authorization_url": begun["authorization_url"]}
    return Answer(201, link, _bound(begun["state"]))


@route(
    "GET",
    "/v1/oidc/callback",
    summary="กลับจาก ThaID",
    query=shapes.OpenIdCallbackQuery,
    answers={200: accounts_shapes.OpenIdOutcome},
    refuses=(
        errors.OpenIdNotOffered,
        errors.OpenIdUnavailable,
        errors.OpenIdRefused,
        errors.OpenIdNotLinked,
        errors.SlotLocked,
        errors.SlotInUse,
    ),
    public=True,
    changes=True,
)
def finish(ask: Ask, request: Request) -> Answer:
    """Open the session, or link the slot, for which the browser was sent to the provider."""
    state, code = request.query["state"], request.query.get("code")
    is_own = code is not None and state == _state_of(request)
    # Accounts says first whether it offers this at all; "" is a state that it never gave.
    outcome = ask.accounts.finish_openid(state=state if is_own else "", code=code or "")
    return Answer(200, outcome, {"Set-Cookie": f"{COOKIE}=; Max-Age=0; {_COOKIE_LIFE}"})


def _bound(state: str) -> dict[str, str]:
    return {"Set-Cookie": f"{COOKIE}={state}; Max-Age=600; {_COOKIE_LIFE}"}


def _state_of(request: Request) -> str | None:
    found = _COOKIE.search(request.header("Cookie") or "")
    return found and found[1]
