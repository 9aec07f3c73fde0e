"""Checking receipts as anybody could: with the published key, without asking anyone."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tools.journey.answers import Answers
from tools.journey.client import Api, Facts, JourneyFailed

ASKED = 3


class NotGenuine(JourneyFailed):
    """The receipt was not signed with the published key, or says something else than was signed."""


class Checker:
    """Checks receipts with a JWK set."""

    def __init__(self, jwks: Facts) -> None:
        self._keys = {
            key["kid"]: Ed25519PublicKey.from_public_bytes(_unb64(key["x"]))
            for key in jwks["keys"]
            if (key["kty"], key["crv"]) == ("OKP", "Ed25519")
        }

    def check(self, receipt: Facts, answers: Answers) -> None:
        """Return when the receipt is genuine and is for these answers. Raises NotGenuine."""
        header, payload, signature = receipt["jws"].split(".")
        head = json.loads(_unb64(header))
        if head["alg"] != "EdDSA" or head["kid"] not in self._keys:
            raise NotGenuine(f"receipt {receipt['number']} is signed with an unknown key")
        try:
            self._keys[head["kid"]].verify(_unb64(signature), f"{header}.{payload}".encode())
        except InvalidSignature as forged:
            raise NotGenuine(f"receipt {receipt['number']} has a wrong signature") from forged
        shown = {name: value for name, value in receipt.items() if name != "jws"}
        if json.loads(_unb64(payload)) != shown:
            raise NotGenuine(f"receipt {receipt['number']} shows something else than was signed")
        if shown["content_sha256"] != hashlib.sha256(rfc8785.dumps(answers)).hexdigest():
            raise NotGenuine(f"receipt {receipt['number']} is for other answers")


def check_all(anyone: Api, filed: Sequence[tuple[Facts, Answers]]) -> str:
    """Check every receipt offline, some by asking, and forgeries both ways; say what was done.

    Raises NotGenuine, and JourneyFailed when a forgery passes.
    """
    checker = Checker(anyone.get("/.well-known/jwks.json"))
    for receipt, answers in filed:
        checker.check(receipt, answers)
    for receipt, _ in filed[:ASKED]:
        if not _ask(anyone, receipt):
            raise NotGenuine(f"receipt {receipt['number']} is not known to who signed it")
    forgeries = forge(filed[0][0])
    for forgery in forgeries:
        _require_refused(checker, forgery, filed[0][1])
        if _ask(anyone, forgery):
            raise JourneyFailed("a forged receipt was called valid")
    return (
        f"{len(filed)} receipts checked offline with the published key, {min(ASKED, len(filed))} "
        f"by asking; {len(forgeries)} forgeries refused both ways"
    )


def forge(receipt: Facts) -> list[Facts]:
    """Return the receipt with another time: beside the signature, and inside it."""
    later = {**receipt, "accepted_at": "2000-01-01T00:00:00.000+07:00"}
    header, _, signature = receipt["jws"].split(".")
    payload = rfc8785.dumps({name: value for name, value in later.items() if name != "jws"})
    return [later, {**later, "jws": f"{header}.{_b64(payload)}.{signature}"}]


def _require_refused(checker: Checker, forgery: Facts, answers: Answers) -> None:
    try:
        checker.check(forgery, answers)
    except NotGenuine:
        return
    raise JourneyFailed("a forged receipt passed the check")


def _ask(anyone: Api, receipt: Facts) -> bool:
    return anyone.post("/v1/receipts/verify", json=receipt).json()["valid"]


def _unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _b64(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()
