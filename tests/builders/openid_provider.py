"""An OpenID provider as ThaID is one, for tests: `python -m tests.builders.openid_provider PORT`.

Whoever is sent to `/authorize` is sent back at once as the person in `pid`, which a test adds to
the address as if it had been typed. `claims` (JSON) and `signed_by` make it issue wrong tokens.
A test that runs it in its own process may say in `instead` what a path answers another time.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

CLIENT_ID = "sucharit-test"
CLIENT_SECRET = "a secret of the test's own"


class Provider(ThreadingHTTPServer):
    """Its keys, and the codes it has given out."""

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), Answering)
        self.issuer = f"http://127.0.0.1:{self.server_port}"
        self.signers: dict[str, tuple[str, Any]] = {
            "rsa": ("RS256", RSAKey.generate_key(2048, {"kid": "rsa"})),
            "ec": ("ES256", ECKey.generate_key("P-256", {"kid": "ec"})),
            "stranger": ("RS256", RSAKey.generate_key(2048, {"kid": "rsa"})),
            "nobody": ("HS256", OctKey.generate_key(256, {"kid": "rsa"})),
        }
        published = [self.signers[name][1] for name in ("rsa", "ec")]
        self.published = KeySet(published).as_dict(private=False)
        self.about = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
        }
        self.codes: dict[str, dict[str, str]] = {}
        self.instead: dict[str, Callable[[Answering], None]] = {}
        self.asked: list[str] = []

    def id_token(self, asked: dict[str, str]) -> str:
        """Return the token of a code, right unless the address asked for another."""
        algorithm, key = self.signers[asked.get("signed_by", "rsa")]
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": asked["pid"],
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "pid": asked["pid"],
            "name": "ผู้ทดสอบ ไทยดี",
            "ial": "2.3",
        } | json.loads(asked.get("claims", "{}"))
        header = {"alg": algorithm, "kid": key.kid}
        return jwt.encode(header, claims, key, algorithms=[algorithm])


class Answering(BaseHTTPRequestHandler):
    """One request."""

    server: Provider

    def do_GET(self) -> None:
        self._answer(Answering._get)

    def do_POST(self) -> None:
        self._answer(Answering._post)

    def _answer(self, usual: Callable[[Answering], None]) -> None:
        """Answer as told in `instead`, if this path is, else as usual."""
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        path = urlsplit(self.path).path
        self.server.asked.append(path)
        with suppress(ConnectionError):  # who asked is gone
            self.server.instead.get(path, usual)(self)

    def _get(self) -> None:
        address = urlsplit(self.path)
        asked = dict(parse_qsl(address.query))
        if address.path == "/.well-known/openid-configuration":
            self.tell(self.server.about)
        elif address.path == "/jwks":
            self.tell(self.server.published)
        elif address.path == "/authorize" and asked["client_id"] == CLIENT_ID:
            code = secrets.token_urlsafe(16)
            self.server.codes[code] = asked
            back = urlencode({"code": code, "state": asked["state"]})
            self.send_response(302)
            self.send_header("Location", f"{asked['redirect_uri']}?{back}")
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self.tell({"error": "not_found"}, 404)

    def _post(self) -> None:
        given = {name: values[0] for name, values in parse_qs(self.body).items()}
        asked = self.server.codes.pop(given.get("code", ""), None)
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if self.headers["Authorization"] != f"Basic {basic}":
            self.tell({"error": "invalid_client"}, 401)
        elif asked is None or not _fits(asked, given):
            self.tell({"error": "invalid_grant"}, 400)
        else:
            self.tell({"token_type": "Bearer", "id_token": self.server.id_token(asked)})

    def tell(self, facts: Any, status: int = 200, **headers: str) -> None:
        """Answer with facts as JSON, or with bytes as they are."""
        body = facts if isinstance(facts, bytes) else json.dumps(facts).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def _fits(asked: dict[str, str], given: dict[str, str]) -> bool:
    """Whether the code is redeemed by who began, at the address it was sent to (RFC 7636)."""
    digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    same_place = given.get("redirect_uri") == asked["redirect_uri"]
    return (
        same_place
        and asked["code_challenge_method"] == "S256"
        and challenge == asked["code_challenge"]
    )


if __name__ == "__main__":
    Provider(int(sys.argv[1])).serve_forever()
