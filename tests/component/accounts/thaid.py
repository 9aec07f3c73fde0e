"""A provider like ThaID in this process, clients of it, and people who go there and come back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from urllib.parse import parse_qs, urlsplit

import eventlet
import httpx

from services.accounts.sign_in.openid import OpenIdProvider
from services.accounts.sign_in.rules.openid import LEAST_LEVEL
from services.accounts.sign_in.seal import Sealer
from tests.builders.openid_provider import CLIENT_ID, CLIENT_SECRET, Provider
from tests.builders.waiting import HANG_SECONDS

PID = "1100000000008"


@contextmanager
def serving() -> Iterator[Provider]:
    provider = Provider(0)
    thread = eventlet.spawn(provider.serve_forever)
    yield provider
    thread.kill()
    provider.server_close()


def client_of(
    provider: Provider, seconds: float = HANG_SECONDS, *, issuer: str | None = None
) -> OpenIdProvider:
    return OpenIdProvider(
        issuer=issuer or provider.issuer,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        redirect_uri="https://sucharit.example/v1/oidc/callback",
        sealer=Sealer(bytes(32)),
        least_level=LEAST_LEVEL,
        seconds=seconds,
    )


def go_there(authorization_url: str, **typed: str) -> str:
    """Return the code that a person comes back with."""
    url = httpx.URL(authorization_url).copy_merge_params({"pid": PID, **typed})
    back = _browser().get(url).headers["Location"]
    return parse_qs(urlsplit(back).query)["code"][0]


@cache
def _browser() -> httpx.Client:
    return httpx.Client(trust_env=False)
