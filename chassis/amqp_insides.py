"""What py-amqp keeps to itself and we use: no other module touches a private part of it.

`tests/unit/chassis/test_insides.py` fails when another version of it has changed them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import amqp

READ_AHEAD_BYTES = 16 << 10
GATHERED_BYTES = 64 << 10


def read_ahead(transport: Any) -> None:
    """py-amqp asks the kernel three times for each frame: have it take what is there at once."""
    receive = transport._quick_recv
    transport._quick_recv = lambda size: receive(max(size, READ_AHEAD_BYTES))


class Gathered:
    """From now on what is written to a connection leaves when it is flushed, in one piece.

    For a connection with one writer, who flushes whenever nothing more is to be written.
    """

    def __init__(self, connection: amqp.Connection) -> None:
        self._frames = bytearray()
        self._send = connection.transport._write
        connection.transport._write = self._frames.extend

    @property
    def is_full(self) -> bool:
        """Whether it is time to flush though there is more to write."""
        return len(self._frames) >= GATHERED_BYTES

    def flush(self) -> None:
        """Write what has been gathered. Raises one of CONNECTION_ERRORS."""
        if self._frames:
            self._send(bytes(self._frames))
            self._frames.clear()


def hear(channel: amqp.Channel, method: tuple[int, int], callback: Callable[..., None]) -> None:
    """Have the callback told of each such method that arrives, also when nobody waits for it."""
    channel._callbacks[method] = callback
