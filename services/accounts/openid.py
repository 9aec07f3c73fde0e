"""Asking an OpenID provider (ThaID) who somebody is: authorization-code flow with PKCE.

Off unless ACCOUNTS_OPENID_ISSUER is set. Nonce and code verifier follow from the state and the
key, so nothing secret is kept between the two halves of the flow.
"""

from __future__ import annotations

import hashlib
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from nameko.extensions import DependencyProvider

from chassis.keys import read_key
from chassis.settings import SettingsIncomplete
from contracts.accounts.errors import OpenIdNotOffered, OpenIdRefused, OpenIdUnavailable
from services.accounts.sealing import Sealer
from services.accounts.settings import Settings

TIMEOUT_SECONDS = 4.0
KNOWN_SECONDS = 3600.0
LEEWAY_SECONDS = 60
ALGORITHMS = ["RS256", "ES256"]


@dataclass(frozen=True, slots=True)
class Person:
    """Who the provider says it is; the number on the identity card only as a keyed hash."""

    pid_hash: str
    name: str
    ial: str


class OpenIdProvider:
    """One provider, as one client of it."""

    def __init__(
        self,
        *,
        issuer: str,
        client_id: str,
        client_secret: str,
        redirect_uri: str,
        sealer: Sealer,
    ) -> None:
        self._issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret
        self._redirect_uri = redirect_uri
        self._sealer = sealer
        self._http = httpx.Client(timeout=TIMEOUT_SECONDS)
        self._known: dict[str, Any] = {}
        self._known_until = 0.0

    def authorization_url(self, state: str) -> str:
        """Return where the person is to be sent. Raises OpenIdUnavailable."""
        verifier = self._sealer.hash("openid verifier", state)
        challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._redirect_uri,
            "scope": "openid pid name ial",
            "state": state,
            "nonce": self._sealer.hash("openid nonce", state),
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
        }
        return f"{self._discovered()['authorization_endpoint']}?{urlencode(asked)}"

    def identify(self, code: str, state: str) -> Person:
        """Return who signed in at the provider. Raises OpenIdRefused, OpenIdUnavailable."""
        answer = self._fetch(
            "POST",
            self._discovered()["token_endpoint"],
            auth=(self._client_id, self._client_secret),
            data={
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self._redirect_uri,
                "code_verifier": self._sealer.hash("openid verifier", state),
            },
        )
        try:
            claims = self._claims(answer["id_token"], self._sealer.hash("openid nonce", state))
            return Person(
                self._sealer.hash("pid", str(claims["pid"])),
                str(claims["name"]),
                str(claims["ial"]),
            )
        except (JoseError, KeyError, ValueError) as problem:
            raise OpenIdRefused from problem

    def _claims(self, id_token: str, nonce: str) -> dict[str, Any]:
        """Return what a token says that this provider signed, for us, now, for this flow."""
        try:
            token = jwt.decode(id_token, self._keys(), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            # It may be signed with a key the provider has had only since we asked.
            self._known_until = 0.0
            token = jwt.decode(id_token, self._keys(), algorithms=ALGORITHMS)
        jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._client_id},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(token.claims)
        return token.claims

    def _keys(self) -> KeySet:
        return KeySet.import_key_set(self._discovered()["keys"])

    def _discovered(self) -> dict[str, Any]:
        """Return what the provider publishes about itself, with its keys."""
        if time.monotonic() > self._known_until:
            found = self._fetch("GET", f"{self._issuer}/.well-known/openid-configuration")
            if found.get("issuer") != self._issuer:
                raise OpenIdUnavailable
            self._known = found | {"keys": self._fetch("GET", found["jwks_uri"])}
            self._known_until = time.monotonic() + KNOWN_SECONDS
        return self._known

    def _fetch(self, method: str, url: str, **options: Any) -> dict[str, Any]:
        try:
            answer = self._http.request(method, url, **options)
            if method == "POST" and 400 <= answer.status_code < 500:
                raise OpenIdRefused
            answer.raise_for_status()
            return dict(answer.json())
        except (httpx.HTTPError, ValueError) as problem:
            raise OpenIdUnavailable from problem


class OpenId(DependencyProvider):
    """Hands a service its provider. Raises SettingsIncomplete when it is set up by half."""

    def __init__(self) -> None:
        self._provider: OpenIdProvider | None = None

    def setup(self) -> None:
        """Read who it is and who we are to it."""
        settings = Settings.read()
        if not settings.openid_issuer:
            return
        rest = ("openid_client_id", "openid_client_secret_file", "openid_redirect_uri")
        missing = [name for name in rest if not getattr(settings, name)]
        if missing:
            names = ", ".join(f"ACCOUNTS_{name.upper()}" for name in missing)
            raise SettingsIncomplete(f"cannot start: {names} is not set")
        self._provider = OpenIdProvider(
            issuer=settings.openid_issuer.rstrip("/"),
            client_id=settings.openid_client_id,
            client_secret=settings.openid_client_secret(),
            redirect_uri=settings.openid_redirect_uri,
            sealer=Sealer(read_key(settings.sign_in_key_file)),
        )

    def get_dependency(self, worker_ctx: Any) -> Callable[[], OpenIdProvider]:
        """Return what a service gets the provider from."""
        return self._offered

    def _offered(self) -> OpenIdProvider:
        """The provider. Raises OpenIdNotOffered when it is off."""
        if self._provider is None:
            raise OpenIdNotOffered
        return self._provider
