"""Activation codes: derived from a key outside the database, readable aloud, checked when typed.

The same key, issuance and slot always give the same code, so none is kept: whoever steals the
database has hashes that say nothing without the key. The key can be changed: codes are made with
the newest, and those made with an older one hold until they expire as long as that key is known.
"""

from __future__ import annotations

import hashlib
import hmac

from chassis.keys import read_keys
from contracts.accounts.issuance import CodeKeyRetired
from contracts.check_characters import weigh
from contracts.reading import read_code
from services.accounts.settings import Settings

# No 0 O 1 I L. There are 31, a prime, so that the check character misses no slip of one key.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 12


class ActivationCodes:
    """Makes codes, and the keyed hashes that are kept of them."""

    def __init__(self, newest: bytes, *older: bytes) -> None:
        self._keys = {_id_of(key): key for key in (newest, *older)}
        self.key_id = _id_of(newest)

    def make(self, issuance_id: str, slot_id: str, key_id: str | None = None) -> str:
        """Return the code of a slot in an issuance: twelve characters and a check character.

        Raises CodeKeyRetired when the issuance's key is not among those known.
        """
        key = self.require_key(issuance_id, key_id)
        number = int.from_bytes(_mac(key, "code", issuance_id, slot_id))
        characters = []
        for _ in range(LENGTH):
            number, value = divmod(number, len(ALPHABET))
            characters.append(ALPHABET[value])
        body = "".join(characters)
        return body + check_character(body)

    def require_key(self, issuance_id: str, key_id: str | None) -> bytes:
        """Return the key an issuance is made with. Raises CodeKeyRetired."""
        key = self._keys.get(key_id or self.key_id)
        if key is None:
            raise CodeKeyRetired(issuance_id=issuance_id)
        return key

    def issue(self, issuance_id: str, slot_id: str, key_id: str | None) -> str:
        """Return what is kept of a slot's code in an issuance. Raises CodeKeyRetired."""
        code = self.make(issuance_id, slot_id, key_id)
        return _hash(self.require_key(issuance_id, key_id), slot_id, code)

    def hashes(self, slot_id: str, code: str) -> frozenset[str]:
        """Return what may be kept of a code somebody typed: one hash by each key known."""
        return frozenset(_hash(key, slot_id, code) for key in self._keys.values())


def _id_of(key: bytes) -> str:
    return hashlib.sha256(b"activation code key\0" + key).hexdigest()[:16]


def _hash(key: bytes, slot_id: str, code: str) -> str:
    return _mac(key, "kept", slot_id, code).hex()


def _mac(key: bytes, purpose: str, *parts: str) -> bytes:
    return hmac.digest(key, "\0".join((purpose, *parts)).encode(), "sha256")


def check_character(body: str) -> str:
    """Return the character that makes one wrong key or two swapped ones show."""
    # It is put first in weight, and the whole then weighs 0.
    return ALPHABET[-weigh(body, ALPHABET, first=2) % len(ALPHABET)]


def read_typed(text: str) -> str | None:
    """Return the code somebody typed, in one spelling, or None when it cannot be one."""
    code = read_code(text)
    if len(code) != LENGTH + 1 or not set(code) <= set(ALPHABET):
        return None
    return code if check_character(code[:-1]) == code[-1] else None


def read_codes() -> ActivationCodes:
    """Return the codes of this process, made with the keys its settings name."""
    settings = Settings.read()
    return ActivationCodes(*read_keys(settings.code_key_file, settings.code_old_keys))
