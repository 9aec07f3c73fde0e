"""Reads the log of all that was announced, from its beginning to where it ends now."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

import amqp

from chassis import topology
from chassis.clock import now
from chassis.connection import open_connection
from contracts.events import Envelope

PREFETCH = 500
QUIET_SECONDS = 1.0

Logged = tuple[Envelope, str]


def logged_events(amqp_uri: str, stream: str) -> Iterator[Logged]:
    """Yield all that a stream holds now, in its order; nothing when there is no such stream."""
    began_at = now()
    with open_connection(amqp_uri) as connection:
        try:
            newest, _ = next(_read(connection, stream, "last"))
        except amqp.NotFound:
            return
        # "last" begins with the newest chunk: it ends where the stream falls quiet, or where an
        # event is younger than this reading.
        for offset, logged in _read(connection, stream, "first"):
            if offset >= newest and (logged is None or logged[0].time > began_at):
                return
            if logged is not None:
                yield logged


def _read(connection: Any, stream: str, start: str) -> Iterator[tuple[int, Logged | None]]:
    """Yield offsets and events for ever; while it is quiet the last offset and None."""
    arrived: deque[Any] = deque()
    channel = connection.channel()
    channel.basic_qos(0, PREFETCH, False)
    channel.basic_consume(stream, callback=arrived.append, arguments={"x-stream-offset": start})
    offset = -1
    while True:
        try:
            connection.drain_events(timeout=QUIET_SECONDS)
        except TimeoutError:
            yield offset, None
        while arrived:
            message = arrived.popleft()
            channel.basic_ack(message.delivery_tag)
            offset = message.headers["x-stream-offset"]
            if not topology.is_probe(message.delivery_info["routing_key"]):
                yield offset, (Envelope.read(message.headers), message.body)
