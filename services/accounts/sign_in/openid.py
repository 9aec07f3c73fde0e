"""Asking an OpenID provider (ThaID) who somebody is: authorization-code flow with PKCE.

Off unless ACCOUNTS_OPENID_ISSUER is set. Nonce and code verifier follow from the state and the
key, so nothing secret is kept between the two halves of the flow. Whatever the provider answers
instead of what it should is OpenIdUnavailable, and the log says what it was.
"""

from __future__ import annotations

import hashlib
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode

import eventlet
import httpx
import orjson
import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey
from nameko.extensions import DependencyProvider

from chassis.keys import read_key
from chassis.settings import PATIENCE, SettingsIncomplete
from contracts.accounts.openid import OpenIdNotOffered, OpenIdRefused, OpenIdUnavailable
from services.accounts.settings import Settings
from services.accounts.sign_in.rules.openid import (
    Endpoints,
    Level,
    ProviderFault,
    read_claims,
    read_endpoints,
)
from services.accounts.sign_in.seal import Sealer

log = structlog.get_logger(__name__)

KNOWN_SECONDS = 3600.0
LEEWAY_SECONDS = 60
MOST_BYTES = 64 << 10
ALGORITHMS = ["RS256", "ES256"]
_KEYS: dict[str, type[RSAKey] | type[ECKey]] = {"RSA": RSAKey, "EC": ECKey}
# What joserfc raises at a key or a token that makes no sense.
_NO_SENSE = (JoseError, ValueError, TypeError, LookupError, RecursionError)


@dataclass(frozen=True, slots=True)
class Person:
    """Who the provider says it is; the number on the identity card only as a keyed hash."""

    pid_hash: str
    name: str
    ial: str


class _Known(NamedTuple):
    """What a provider has published about itself, good until a time of the steady clock."""

    endpoints: Endpoints
    keys: KeySet
    until: float


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
        least_level: Level,
        seconds: float,
    ) -> None:
        self._issuer = issuer
        self._about = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        self._client_id = client_id
        self._client_secret = client_secret
        self._redirect_uri = redirect_uri
        self._sealer = sealer
        self._least_level = least_level
        self._seconds = seconds
        # Read as they come, so that an answer is as large as it looks.
        self._http = httpx.Client(timeout=seconds, headers={"Accept-Encoding": "identity"})
        self._known: _Known | None = None

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
        with self._asking():
            address = self._discovered().endpoints.authorization
        return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"

    def identify(self, code: str, state: str) -> Person:
        """Return who signed in at the provider.

        Raises OpenIdRefused, OpenIdUnavailable, OpenIdLevelTooLow.
        """
        with self._asking():
            answer = self._fetch(
                "POST",
                self._discovered().endpoints.token,
                auth=(self._client_id, self._client_secret),
                data={
                    "grant_type": "authorization_code",
                    "code": code,
                    "redirect_uri": self._redirect_uri,
                    "code_verifier": self._sealer.hash("openid verifier", state),
                },
            )
            nonce = self._sealer.hash("openid nonce", state)
            claimed = read_claims(
                self._claims(answer.get("id_token"), nonce), least=self._least_level
            )
        return Person(self._sealer.hash("pid", claimed.card_number), claimed.name, claimed.level)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Let all that is asked inside take no longer together than one request may.

        Raises OpenIdUnavailable for whatever is wrong with the provider.
        """
        limit = eventlet.Timeout(self._seconds)
        try:
            yield
        except (eventlet.Timeout, httpx.HTTPError, httpx.InvalidURL, ProviderFault) as problem:
            if isinstance(problem, eventlet.Timeout) and problem is not limit:
                raise
            log.warning("openid_unavailable", problem=repr(problem))
            raise OpenIdUnavailable from problem
        finally:
            limit.cancel()

    def _claims(self, id_token: object, nonce: str) -> dict[str, Any]:
        """Return what a token says that this provider signed, for us, now, for this flow."""
        if not isinstance(id_token, str):
            raise ProviderFault("no id_token")
        try:
            token = self._verified(id_token)
            jwt.JWTClaimsRegistry(
                leeway=LEEWAY_SECONDS,
                iss={"essential": True, "value": self._issuer},
                aud={"essential": True, "value": self._client_id},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": nonce},
            ).validate(token.claims)
        except _NO_SENSE as problem:
            raise OpenIdRefused from problem
        return token.claims

    def _verified(self, id_token: str) -> jwt.Token:
        try:
            return jwt.decode(id_token, self._discovered().keys, algorithms=ALGORITHMS)
        except _NO_SENSE:
            # It may be signed with a key the provider has had only since we asked.
            self._known = None
            return jwt.decode(id_token, self._discovered().keys, algorithms=ALGORITHMS)

    def _discovered(self) -> _Known:
        """Return what the provider publishes about itself, with its keys."""
        known = self._known
        if known is None or time.monotonic() > known.until:
            document = self._fetch("GET", self._about)
            endpoints = read_endpoints(document, self._issuer)
            keys = _read_keys(self._fetch("GET", endpoints.keys))
            known = self._known = _Known(endpoints, keys, time.monotonic() + KNOWN_SECONDS)
        return known

    def _fetch(self, method: str, url: str, **options: Any) -> dict[str, Any]:
        """Return the JSON object that an address answers: no redirect, and not without end.

        Raises OpenIdRefused where a code is not taken.
        """
        body = b""
        try:
            with self._http.stream(method, url, **options) as answer:
                for piece in answer.iter_raw():
                    body += piece
                    if len(body) > MOST_BYTES:
                        raise ProviderFault(f"more than {MOST_BYTES} bytes from {url}")
            told = orjson.loads(body) if answer.status_code in (200, 400) else {}
        except (ValueError, OverflowError) as problem:
            raise ProviderFault(f"{problem!r} from {url}") from problem
        if method == "POST" and isinstance(told, dict) and told.get("error") == "invalid_grant":
            raise OpenIdRefused
        answer.raise_for_status()
        if not isinstance(told, dict):
            raise ProviderFault(f"no JSON object from {url}")
        return told


def _read_keys(document: dict[str, Any]) -> KeySet:
    """Return the keys for signatures that make sense. Raises ProviderFault when none does."""
    keys: list[Any] = []
    listed = document.get("keys")
    for each in listed if isinstance(listed, list) else ():
        kind = _KEYS.get(str(each.get("kty"))) if isinstance(each, dict) else None
        if kind is None or each.get("use", "sig") != "sig":
            continue
        try:
            keys.append(kind.import_key(each))
        except _NO_SENSE as problem:
            log.warning("openid_key_left_out", problem=repr(problem))
    if not keys:
        raise ProviderFault("no key that makes sense")
    return KeySet(keys)


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
            issuer=settings.openid_issuer,
            client_id=settings.openid_client_id,
            client_secret=settings.openid_client_secret(),
            redirect_uri=settings.openid_redirect_uri,
            sealer=Sealer(read_key(settings.sign_in_key_file)),
            least_level=settings.openid_least_level,
            seconds=settings.openid_seconds * PATIENCE,
        )

    def get_dependency(self, worker_ctx: Any) -> Callable[[], OpenIdProvider]:
        """Return what a service gets the provider from."""
        return self._offered

    def _offered(self) -> OpenIdProvider:
        """The provider. Raises OpenIdNotOffered when it is off."""
        if self._provider is None:
            raise OpenIdNotOffered
        return self._provider
