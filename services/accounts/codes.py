"""Activation codes: derived from a key outside the database, readable aloud, checked when typed.

The same key, issuance and slot always give the same code, so none is kept: whoever steals the
database has hashes that say nothing without the key.
"""

from __future__ import annotations

import hmac
from pathlib import Path
from typing import Any

from nameko.extensions import DependencyProvider

from services.accounts.settings import Settings

# No 0 O 1 I L. There are 31, a prime, so that the check character misses no slip of one key.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 12
KEY_BYTES = 32

_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_BETWEEN_GROUPS = str.maketrans("", "", " -\u00a0\u2010\u2011\u2012\u2013")


class KeyUnusable(SystemExit):
    """The key file is not there or is not a key; the process must not start."""


class ActivationCodes:
    """Makes codes, and the keyed hashes that are kept of them."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def make(self, issuance_id: str, slot_id: str) -> str:
        """Return the code of a slot in an issuance: twelve characters and a check character."""
        number = int.from_bytes(self._mac("code", issuance_id, slot_id))
        characters = []
        for _ in range(LENGTH):
            number, value = divmod(number, len(ALPHABET))
            characters.append(ALPHABET[value])
        body = "".join(characters)
        return body + check_character(body)

    def hash(self, slot_id: str, code: str) -> str:
        """Return what is kept of a slot's code."""
        return self._mac("kept", slot_id, code).hex()

    def _mac(self, purpose: str, *parts: str) -> bytes:
        return hmac.digest(self._key, "\0".join((purpose, *parts)).encode(), "sha256")


def check_character(body: str) -> str:
    """Return the character that makes one wrong key or two swapped ones show."""
    # The code with its check character weighs 0 modulo 31 under the weights 1, 2, 3 …
    weighed = sum(weight * _VALUE[character] for weight, character in enumerate(body, start=2))
    return ALPHABET[-weighed % len(ALPHABET)]


def read_typed(text: str) -> str | None:
    """Return the code somebody typed, in one spelling, or None when it cannot be one."""
    code = text.translate(_BETWEEN_GROUPS).upper()
    if len(code) != LENGTH + 1 or not all(character in _VALUE for character in code):
        return None
    return code if check_character(code[:-1]) == code[-1] else None


def read_key(path: Path) -> bytes:
    """Return the key a file holds in hexadecimal digits. Raises KeyUnusable."""
    try:
        key = bytes.fromhex(path.read_text().strip())
    except (OSError, ValueError) as problem:
        raise KeyUnusable(f"cannot start: no key of activation codes: {problem}") from problem
    if len(key) != KEY_BYTES:
        raise KeyUnusable(f"cannot start: {path} holds {len(key)} bytes, not {KEY_BYTES}")
    return key


class Codes(DependencyProvider):
    """Hands a service its activation codes, with the key its settings name."""

    def __init__(self) -> None:
        self._codes: ActivationCodes | None = None

    def setup(self) -> None:
        """Read the key."""
        self._codes = ActivationCodes(read_key(Settings.read().code_key_file))

    def get_dependency(self, worker_ctx: Any) -> ActivationCodes | None:
        """Return the codes."""
        return self._codes
