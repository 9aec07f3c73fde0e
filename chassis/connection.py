"""Opens connections to the broker, keeps them alive and gives them up, always in time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import amqp
import eventlet
from kombu.connection import Connection

from chassis.amqp_insides import read_ahead
from chassis.settings import PATIENCE

HEARTBEAT_SECONDS = 10
CONNECT_TIMEOUT_SECONDS = 4 * PATIENCE
DECLARE_TIMEOUT_SECONDS = 10 * PATIENCE

# What a broken, refused or silent connection raises, in this process or the broker's.
CONNECTION_ERRORS = (amqp.AMQPError, OSError, eventlet.Timeout, EOFError)


class BrokerSilent(ConnectionError):
    """The broker has said nothing for too long."""


def in_time(seconds: float) -> eventlet.Timeout:
    """Return a context that raises BrokerSilent inside when it takes longer than that."""
    return eventlet.Timeout(seconds, BrokerSilent(f"no answer within {seconds:g} s"))


@contextmanager
def open_connection(amqp_uri: str) -> Iterator[amqp.Connection]:
    """Open an AMQP connection for one owner; the socket is closed without ceremony at the end.

    Raises one of CONNECTION_ERRORS when the broker is not there within CONNECT_TIMEOUT_SECONDS,
    also when it accepts the connection and then says nothing.
    """
    parts = Connection(amqp_uri)  # type: ignore[no-untyped-call]  # kombu types a part of itself
    connection = amqp.Connection(
        host=f"{parts.hostname}:{parts.port}",
        userid=parts.userid,
        password=parts.password,
        virtual_host=parts.virtual_host or "/",
        heartbeat=HEARTBEAT_SECONDS,
    )
    try:
        with in_time(CONNECT_TIMEOUT_SECONDS):
            connection.connect()
        read_ahead(connection.transport)
        yield connection
    finally:
        connection.collect()


def heartbeats(connection: amqp.Connection) -> Iterator[None]:
    """Yield whenever a heartbeat is to be written. Raises BrokerSilent after two missed."""
    heard, heard_at = connection.bytes_recv, time.monotonic()
    while True:
        eventlet.sleep(HEARTBEAT_SECONDS / 4)
        if connection.bytes_recv != heard:
            heard, heard_at = connection.bytes_recv, time.monotonic()
        elif time.monotonic() - heard_at > 2 * HEARTBEAT_SECONDS:
            raise BrokerSilent("two heartbeats missed")
        yield


def or_break(reader: Any, work: Callable[..., None], *args: Any) -> None:
    """Run `work` beside a connection's reader; when it fails, the reader fails with it."""
    try:
        work(*args)
    except Exception as problem:  # noqa: BLE001 (it goes on in the reader)
        eventlet.kill(reader, problem)
