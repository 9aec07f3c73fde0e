"""Hands an uploaded file on to a service, in numbered chunks."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable

from gateway.streaming import Upload


def hand_on(upload: Upload, add: Callable[[int, str], object]) -> None:
    """Call `add` with 0, 1, 2 … and the chunk of that number in base64, until the file ends."""
    for number, chunk in enumerate(upload.chunks()):
        add(number, b64encode(chunk).decode())
