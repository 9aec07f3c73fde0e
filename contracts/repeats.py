"""Knows a request that comes again by its Idempotency-Key, which is its slot's own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import rfc8785


def request_id(slot_id: str, key: str | None, *what: str) -> str:
    """Return the id of what a slot asks for under a key: the same for every repeat.

    Where `what` is named, the slot may use the key for something else, too.
    """
    named = "\n".join((*what, slot_id, key or ""))
    return hashlib.blake2b(named.encode(), digest_size=16).hexdigest()


def digest_of(asked: Mapping[str, Any]) -> str:
    """Return the hash by which a repeat is told from something else under the same key."""
    return hashlib.sha256(rfc8785.dumps(dict(asked))).hexdigest()
