"""Works off a queue in order, alone or in batches, losing nothing and burning nothing.

An outage (the handler cannot reach its store) is waited out with the messages held, so it costs
no delivery. A message that cannot be read or makes the handler fail is parked at once; one that
kills the process is parked by the broker after its delivery limit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import eventlet
import structlog
from eventlet.queue import Empty, LightQueue
from nameko.extensions import Entrypoint

from chassis import critical_threads, metrics
from chassis.connection import (
    CONNECTION_ERRORS,
    DECLARE_TIMEOUT_SECONDS,
    heartbeats,
    in_time,
    open_connection,
)
from chassis.outages import is_outage

log = structlog.get_logger(__name__)

OUTAGE_PAUSE_SECONDS = (0.1, 0.25, 0.5, 1.0)
RECONNECT_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Batch:
    """How many messages one call of the handler takes, and how many the broker sends ahead.

    The first of a batch waits `linger_seconds` for others: few large batches cost less than many
    small ones, where nobody waits for the answer.
    """

    size: int = 1
    prefetch: int = 10
    linger_seconds: float = 0.0


class Unreadable(Exception):
    """The message is not what its queue promises; it is parked."""


class Passed(Exception):
    """The message was for nobody but the inbox; it is done with."""


class HandedBack(ConnectionError):
    """Told to stop while waiting out an outage, or disconnected: the queue has it again."""


class Consumer(Entrypoint):
    """An entrypoint that works off a queue; `setup` makes its inbox."""

    owns_queue = True
    inbox: Inbox
    empty_at: datetime | None = None
    """When the queue was last seen with nothing in it, nor in hand here."""

    def start(self) -> None:
        """Begin to take."""
        self.inbox.start(critical_threads.spawner(self.container))

    def stop(self) -> None:
        """Finish what is in hand, then stop."""
        self.inbox.stop()

    def kill(self) -> None:
        """Stop at once."""
        self.inbox.kill()

    def note_empty(self, at: datetime) -> None:
        """Note that the broker had nothing in the queue at that time."""
        if self.inbox.is_idle():
            self.empty_at = at

    def check(self) -> str | None:
        """Raise unless the queue is being consumed; return what else there is to say."""
        if not self.inbox.is_connected:
            raise ConnectionError(f"{self.inbox.name} is not being consumed")
        return None


class Inbox:
    """One queue, one connection, one call of the handler at a time.

    `declare(channel)` returns the queue's name; `read(message)` the item, or raises Unreadable;
    `handle(items)` returns when all is done for good, or raises. Messages are acknowledged then.
    """

    def __init__(
        self,
        amqp_uri: str,
        *,
        name: str,
        declare: Callable[[Any], str],
        read: Callable[[Any], Any],
        handle: Callable[[list[Any]], None],
        batch: Batch = Batch(),
        on_connected: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = name
        self._amqp_uri = amqp_uri
        self._declare = declare
        self._read = read
        self._handle = handle
        self._batch = batch
        self._on_connected = on_connected
        self._thread: Any = None
        self._stopping = False
        self._broken: Exception | None = None
        self._in_hand = False
        self._arrived: LightQueue = LightQueue()
        self.is_connected = False

    def reconnect(self) -> None:
        """Give back what is in hand, and declare and consume anew."""
        self._break(ConnectionResetError("to begin anew"))

    def start(self, spawn: Callable[..., Any] = eventlet.spawn) -> None:
        """Connect in the background and work until stopped; `spawn` learns of a bug in it."""
        self._thread = spawn(self._stay_connected)

    def stop(self) -> None:
        """Finish the batch in hand, then hang up; what was not begun goes back to the queue."""
        self._stopping = True
        self._arrived.put(None)
        if self._thread is not None:
            self._thread.wait()

    def kill(self) -> None:
        """Hang up at once; whatever is in hand goes back to the queue."""
        if self._thread is not None:
            self._thread.kill()

    def _stay_connected(self) -> None:
        while not self._stopping:
            try:
                with open_connection(self._amqp_uri) as connection:
                    self._live(connection)
            except CONNECTION_ERRORS as problem:
                log.warning("inbox_lost", queue=self.name, problem=repr(problem))
            finally:
                self.is_connected = False
            if not self._stopping:
                eventlet.sleep(RECONNECT_SECONDS)

    def _live(self, connection: Any) -> None:
        with in_time(DECLARE_TIMEOUT_SECONDS):
            channel = connection.channel()
            queue = self._declare(channel)
        self._on_connected()
        # A fresh queue for each connection: what an old connection brought is no longer ours.
        arrived = self._arrived = LightQueue()
        self._broken = None
        with in_time(DECLARE_TIMEOUT_SECONDS):
            channel.basic_qos(0, self._batch.prefetch, False)
            channel.basic_consume(queue, callback=arrived.put)
        self.is_connected = True
        readers = [
            eventlet.spawn(self._or_break, self._drain, connection),
            eventlet.spawn(self._or_break, self._watch, connection),
        ]
        try:
            while not self._stopping and self._broken is None:
                self._work(arrived, channel)
        finally:
            for reader in readers:
                reader.kill()
        if self._broken is not None:
            raise self._broken

    def _or_break(self, work: Callable[[Any], None], connection: Any) -> None:
        """A handler is not interrupted: two calls at once would break what the Inbox promises."""
        try:
            work(connection)
        except Exception as problem:  # noqa: BLE001 (it goes on where batches are worked off)
            self._break(problem)

    def _break(self, problem: Exception) -> None:
        self._broken, self.is_connected = problem, False
        self._arrived.put(None)

    def _drain(self, connection: Any) -> None:
        while True:
            connection.drain_events()

    def _watch(self, connection: Any) -> None:
        for _ in heartbeats(connection):
            connection.send_heartbeat()

    # -- one batch ------------------------------------------------------------------------

    def _work(self, arrived: LightQueue, channel: Any) -> None:
        first = arrived.get()
        self._in_hand = True
        try:
            self._take(channel, _gather(first, arrived, self._batch))
        finally:
            self._in_hand = False

    def is_idle(self) -> bool:
        """Whether nothing that the broker has handed over waits here."""
        return self.is_connected and not self._in_hand and self._arrived.empty()

    def _take(self, channel: Any, messages: list[Any]) -> None:
        items = []
        for message in messages:
            try:
                items.append((message, self._read(message)))
            except Passed:
                channel.basic_ack(message.delivery_tag)
            except Unreadable as problem:
                self._park(channel, message, problem)
        if items:
            metrics.record_batch(self.name, len(items))
            self._handle_or_park(channel, items)

    def _handle_or_park(self, channel: Any, items: list[tuple[Any, Any]]) -> None:
        problem = self._wait_out_outages([item for _, item in items])
        if problem is None:
            channel.basic_ack(items[-1][0].delivery_tag, multiple=True)
            metrics.record_messages(self.name, "done", len(items))
        elif len(items) > 1:
            # One of them is bad: find it by taking them one at a time.
            for item in items:
                self._handle_or_park(channel, [item])
        else:
            self._park(channel, items[0][0], problem)

    def _wait_out_outages(self, items: list[Any]) -> Exception | None:
        pauses = iter(OUTAGE_PAUSE_SECONDS)
        try:
            while self._broken is None:
                try:
                    self._handle(items)
                    return None
                except Exception as problem:
                    if not is_outage(problem):
                        return problem
                    if self._stopping:
                        raise HandedBack from problem
                    log.warning("inbox_waits_out_outage", queue=self.name, problem=repr(problem))
                metrics.show_waiting_out(self.name, True)
                eventlet.sleep(next(pauses, OUTAGE_PAUSE_SECONDS[-1]))
        finally:
            metrics.show_waiting_out(self.name, False)
        raise HandedBack("the connection was lost")

    def _park(self, channel: Any, message: Any, problem: Exception) -> None:
        log.error("message_parked", queue=self.name, problem=repr(problem), exc_info=problem)
        channel.basic_reject(message.delivery_tag, requeue=False)
        metrics.record_messages(self.name, "parked")


def _gather(first: Any, arrived: LightQueue, batch: Batch) -> list[Any]:
    """Wait for what comes soon after a message, then take what is here."""
    messages = [first]
    if arrived.qsize() < batch.size - 1:
        eventlet.sleep(batch.linger_seconds)
    while len(messages) < batch.size:
        try:
            messages.append(arrived.get_nowait())
        except Empty:
            break
    return [message for message in messages if message is not None]
