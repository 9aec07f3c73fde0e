"""What a filer can show: a number to read over the phone and a signature anyone can check.

A receipt is a compact JWS (RFC 7515, EdDSA of RFC 8037) over the canonical JSON (RFC 8785) of its
own fields, so a figure, a name or a time cannot be changed in it. Pure but for reading the key.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from joserfc.jwk import OKPKey

from contracts.check_characters import in_groups, weigh

_FIELDS = (
    "number",
    "filing_id",
    "obligation_id",
    "organisation_code",
    "round_id",
    "revision",
    "accepted_at",
    "on_time",
    "content_sha256",
)
# Without I, L, O, U and Z, which are misread or misheard; 31 is a prime.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXY"
_NUMBER_CHARACTERS = 11
_JWS = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
_EXACT = 2**53  # from here on a double is no longer exact


def fields_of(axis: str) -> tuple[str, ...]:
    """Return the fields of a receipt of a collection whose subjects are called that."""
    return (*_FIELDS[:4], axis, *_FIELDS[4:])


class PublicKey:
    """Checks what one Ed25519 key has signed."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._public = key
        public: dict[str, str | list[str]] = {
            "crv": "Ed25519",
            "kty": "OKP",
            "x": _b64(key.public_bytes_raw()),
        }
        self.kid = OKPKey.import_key(public).thumbprint()  # RFC 7638
        self.jwk = {**public, "kid": self.kid, "alg": "EdDSA", "use": "sig"}
        self._header = _b64(rfc8785.dumps({"alg": "EdDSA", "kid": self.kid}))

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, Any]) -> PublicKey:
        """Read a key as a JWK set shows it. Raises ValueError for another kind of key."""
        if (jwk.get("kty"), jwk.get("crv")) != ("OKP", "Ed25519"):
            raise ValueError(f"{jwk.get('kid')} is not an Ed25519 key")
        return cls(Ed25519PublicKey.from_public_bytes(_unb64(str(jwk.get("x")))))

    @classmethod
    def from_file(cls, path: Path) -> PublicKey:
        """Read a public key in PEM. Raises ValueError when it is another kind of key."""
        key = load_pem_public_key(path.read_bytes())
        if not isinstance(key, Ed25519PublicKey):
            raise ValueError(f"{path} is not an Ed25519 public key")
        return cls(key)

    def public_pem(self) -> bytes:
        """Return the key as `from_file` of PublicKey reads it."""
        return self._public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def read(self, jws: str) -> dict[str, Any] | None:
        """Return the facts of a JWS signed with this key, or None for anything else."""
        header, _, rest = jws.partition(".")
        payload, _, signature = rest.partition(".")
        if header != self._header:
            return None
        try:
            self._public.verify(_unb64(signature), f"{header}.{payload}".encode())
            facts = orjson.loads(_unb64(payload))
        except (InvalidSignature, ValueError):
            return None
        return facts if isinstance(facts, dict) else None


class Signer(PublicKey):
    """Signs with one Ed25519 key and checks what it signed."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        super().__init__(key.public_key())
        self._key = key

    @classmethod
    def from_file(cls, path: Path) -> Signer:
        """Read an Ed25519 key in PEM. Raises ValueError when it is another kind of key."""
        key = load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError(f"{path} is not an Ed25519 private key")
        return cls(key)

    def sign(self, facts: Mapping[str, Any]) -> str:
        """Return the facts as a compact JWS."""
        signed = f"{self._header}.{_b64(canonical(facts))}"
        return f"{signed}.{_b64(self._key.sign(signed.encode()))}"

    def seal(self, receipt: dict[str, Any]) -> dict[str, Any]:
        """Return the receipt with its signature in `jws`."""
        return {**receipt, "jws": self.sign(receipt)}


def jws_in(text: str) -> str | None:
    """Return the JWS that a text is, or ends in after a # (as in a QR code); None when it is none.

    White space and invisible characters, which copying brings in, are no part of it.
    """
    jws = "".join(one for one in text.rpartition("#")[2] if not _is_unseen(one))
    return jws if _JWS.fullmatch(jws) else None


def _is_unseen(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) == "Cf"


def kid_of(jws: str) -> str | None:
    """Return the name of the key a JWS says it is signed with, or None when it says none."""
    try:
        header = orjson.loads(_unb64(jws.partition(".")[0]))
    except ValueError:
        return None
    kid = header.get("kid") if isinstance(header, dict) else None
    return kid if isinstance(kid, str) else None


def receipt_number(filing_id: str) -> str:
    """Return the number of a filing's receipt, e.g. K7QM-2F9D-XW4T: eleven characters that follow
    from the filing's id, and one that catches a wrong or a swapped character.
    """
    digest = int.from_bytes(hashlib.sha256(filing_id.encode()).digest())
    text = "".join(_ALPHABET[digest // 31**place % 31] for place in range(_NUMBER_CHARACTERS))
    return in_groups(text + check_character(text))


def check_character(text: str) -> str:
    """Return the character that stands for what the text weighs."""
    return _ALPHABET[weigh(text, _ALPHABET)]


def content_sha256(answers: Mapping[str, Any]) -> str:
    """Return the hex SHA-256 of the answers' canonical JSON."""
    return sha256_hex(canonical(answers))


def canonical(facts: Mapping[str, Any]) -> bytes:
    """Return the canonical JSON (RFC 8785) of JSON-ready facts.

    A receipt hashes all that was answered, and orjson writes it ten times as fast; where the two
    could differ, in some numbers and in the order of names that are not ASCII, rfc8785 writes it.
    """
    facts = dict(facts)
    if _is_plain(facts):
        return orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)
    return rfc8785.dumps(facts)


def _is_plain(value: Any) -> bool:
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is int:
        return bool(-_EXACT < value < _EXACT)
    if kind is float:
        # Neither whole, which RFC 8785 writes without a point, nor with an exponent.
        return 1e-5 < abs(value) < 1e15 and not value.is_integer()
    if kind is list:
        return all(map(_is_plain, value))
    if kind is dict:
        return all(type(name) is str and name.isascii() for name in value) and all(
            map(_is_plain, value.values())
        )
    return False


def sha256_hex(octets: bytes) -> str:
    """Return the hex SHA-256 of the octets."""
    return hashlib.sha256(octets).hexdigest()


def _b64(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    octets = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _b64(octets) != text:
        raise ValueError(
            "not spelled as base64url is"
        )  # the standard library reads it all the same
    return octets
