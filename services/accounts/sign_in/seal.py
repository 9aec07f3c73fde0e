"""What sign-in keeps that a stolen database must not tell: sealed, or kept as a keyed hash.

One key outside the database, from which each purpose has its own. Sealing is AES-256-GCM, bound
to whom it belongs to, so that it opens nowhere else.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import b64decode, b64encode

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.keys import read_key
from services.accounts.settings import Settings

_NONCE_BYTES = 12


class Sealer:
    """Seals, opens and hashes with keys made from one."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._cipher = AESGCM(self._derived("seal"))

    def seal(self, text: str, owner: str) -> str:
        """Return the text so that only this key and this owner open it."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, text.encode(), owner.encode())
        return b64encode(nonce + sealed).decode()

    def unseal(self, sealed: str, owner: str) -> str:
        """Return what was sealed. Raises InvalidTag when it is another's or was changed."""
        raw = b64decode(sealed)
        return self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], owner.encode()).decode()

    def hash(self, purpose: str, *parts: str) -> str:
        """Return a keyed hash, the same each time; purposes have nothing in common."""
        return hmac.digest(self._derived(purpose), "\0".join(parts).encode(), "sha256").hex()

    def _derived(self, purpose: str) -> bytes:
        return hmac.digest(self._key, b"sign-in\0" + purpose.encode(), "sha256")


def read_sealer() -> Sealer:
    """Return the sealer of this process, with the key its settings name."""
    return Sealer(read_key(Settings.read().sign_in_key_file))
