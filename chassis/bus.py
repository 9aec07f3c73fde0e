"""Where does a message go? The one place that names and declares exchanges, queues and streams."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import amqp
import eventlet
from kombu import Connection

EVENTS_EXCHANGE = "sucharit.events"
LOG_STREAM = "sucharit.log"
ANSWERS_EXCHANGE = "nameko-rpc"  # questions by `<service>.<method>`, answers by the asker's queue
DELIVERY_LIMIT = 5
# A queue that is full refuses the publisher; the outbox (or the filer's 503) holds what is refused.
EVENT_QUEUE_MAX_MESSAGES = 1_000_000
INTAKE_QUEUE_MAX_MESSAGES = 200_000
LOG_MAX_BYTES = 20_000_000_000
TRIAL_LOG_MAX_BYTES = 1_000_000_000
HEARTBEAT_SECONDS = 10
CONNECT_TIMEOUT_SECONDS = 4
DECLARE_TIMEOUT_SECONDS = 10
READ_AHEAD_BYTES = 16 << 10
GATHERED_BYTES = 64 << 10


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
    parts = Connection(amqp_uri)
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
        _read_ahead(connection.transport)
        yield connection
    finally:
        connection.collect()


def _read_ahead(transport: Any) -> None:
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


def parked(queue: str) -> str:
    """Return the name of the queue that keeps what `queue` could not handle."""
    return f"{queue}.parked"


def trial_log(round_id: str) -> str:
    """Return the name of the stream that holds a trial round's events until it is purged."""
    return f"{LOG_STREAM}.trial.{round_id}"


def declare_exchange(channel: Any) -> None:
    """Declare where events are sent, so that sending one never breaks the sender's channel."""
    channel.exchange_declare(EVENTS_EXCHANGE, "topic", durable=True, auto_delete=False)


def declare_events(channel: Any) -> None:
    """Declare the event exchange and the log; the log hears every live event (three words)."""
    declare_exchange(channel)
    _declare_stream(channel, LOG_STREAM, LOG_MAX_BYTES)
    channel.queue_bind(LOG_STREAM, EVENTS_EXCHANGE, "*.*.*")


def declare_trial_log(channel: Any, round_id: str) -> None:
    """Declare the stream of one trial round; its events carry `….trial.<round>` in their key."""
    declare_events(channel)
    _declare_stream(channel, trial_log(round_id), TRIAL_LOG_MAX_BYTES)
    channel.queue_bind(trial_log(round_id), EVENTS_EXCHANGE, f"*.*.*.trial.{round_id}")


def delete_trial_log(channel: Any, round_id: str) -> None:
    """Delete the stream of a purged trial round with all it holds."""
    channel.queue_delete(trial_log(round_id))


def declare_listener(channel: Any, queue: str, event_key: str) -> None:
    """Declare a listener's queue, bound to one event both live and of trial rounds."""
    declare_events(channel)
    declare_work_queue(channel, queue, max_messages=EVENT_QUEUE_MAX_MESSAGES)
    channel.queue_bind(queue, EVENTS_EXCHANGE, f"{event_key}.#")


def declare_work_queue(channel: Any, queue: str, *, max_messages: int) -> None:
    """Declare a quorum queue that parks a message after DELIVERY_LIMIT failed deliveries."""
    channel.queue_declare(
        parked(queue), durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"}
    )
    channel.queue_declare(
        queue,
        durable=True,
        auto_delete=False,
        arguments={
            "x-queue-type": "quorum",
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": parked(queue),
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
            "x-max-length": max_messages,
        },
    )


def declare_questions(channel: Any, queue: str, service: str) -> None:
    """Declare the queue of what a service is asked; a question that waits there has a deadline."""
    channel.exchange_declare(ANSWERS_EXCHANGE, "topic", durable=True, auto_delete=False)
    channel.queue_declare(queue, durable=True, auto_delete=False)
    channel.queue_bind(queue, ANSWERS_EXCHANGE, f"{service}.*")


def declare_broadcast(channel: Any, event_key: str) -> str:
    """Declare a queue of this connection's own, bound to one live event; return its name."""
    declare_events(channel)
    name = channel.queue_declare("", exclusive=True, auto_delete=True, durable=False).queue
    channel.queue_bind(name, EVENTS_EXCHANGE, event_key)
    return str(name)


def _declare_stream(channel: Any, name: str, max_bytes: int) -> None:
    channel.queue_declare(
        name,
        durable=True,
        auto_delete=False,
        arguments={"x-queue-type": "stream", "x-max-length-bytes": max_bytes},
    )
