"""Proves who put a message into an intake: somebody with the key that fillers and taker share.

A seal is over the name of the queue and the whole body, so over who hands in, what and when. It
has no age: a message that waited for days, or was parked and is replayed, is as good as before.
"""

from __future__ import annotations

import hmac

SEAL_HEADER = "seal"


class Seals:
    """Makes seals with one key, and knows those made with older ones too."""

    def __init__(self, newest: bytes, *older: bytes) -> None:
        self._keys = (newest, *older)

    def make(self, queue: str, body: bytes) -> str:
        """Return the seal of a body on its way into a queue."""
        return _mac(self._keys[0], queue, body)

    def holds(self, queue: str, body: bytes, seal: object) -> bool:
        """Whether a body found in a queue was sealed for it with one of the keys."""
        return isinstance(seal, str) and any(
            hmac.compare_digest(_mac(key, queue, body).encode(), seal.encode())
            for key in self._keys
        )


def _mac(key: bytes, queue: str, body: bytes) -> str:
    return hmac.digest(key, b"\0".join((b"intake", queue.encode(), body)), "sha256").hex()
