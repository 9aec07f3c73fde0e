"""Publishes messages with pipelined confirms and hears their answers, on one connection.

Many messages are in flight at once and each waiter owns its own timeout, so a frozen broker
holds nobody longer than that waiter said. One green thread reads, one writes, one watches the
heartbeat; when any of them fails, everything unconfirmed fails with it and the wire reconnects.
"""

from __future__ import annotations

import struct
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import eventlet
import orjson
import structlog
from amqp import FrameSyntaxError, Message, spec
from eventlet.event import Event as Signal
from eventlet.queue import LightQueue

from chassis import metrics, topology
from chassis.amqp_insides import Gathered
from chassis.connection import (
    CONNECTION_ERRORS,
    DECLARE_TIMEOUT_SECONDS,
    heartbeats,
    in_time,
    open_connection,
    or_break,
)

log = structlog.get_logger(__name__)

CAPACITY_MESSAGES = 10_000
RECONNECT_SECONDS = (0.2, 0.5, 1.0, 2.0)
# What a message raises that AMQP cannot express, such as a routing key of 256 bytes.
UNWRITABLE = (struct.error, FrameSyntaxError)


class NotDelivered(Exception):
    """The broker did not take the message, or did not say so in time. The caller may repeat it."""


class WireDown(NotDelivered):
    """There is no usable connection, or too much is waiting for one."""


class Unroutable(NotDelivered):
    """No queue is bound where the message was sent."""


class Sent:
    """One message on its way: wait for the broker's confirm, then for the answer."""

    __slots__ = (
        "_answer",
        "_confirm",
        "_failure",
        "abandoned",
        "key",
        "message",
        "since",
        "target",
    )

    def __init__(self, message: Message, target: tuple[str, str], key: str | None) -> None:
        self.message = message
        self.target = target
        self.key = key
        self.since = time.monotonic()
        self.abandoned = False
        self._failure: NotDelivered | None = None
        self._confirm = Signal()
        self._answer = Signal() if key else None

    @property
    def is_open(self) -> bool:
        """Whether the broker has said neither yes nor no so far."""
        return not self._confirm.ready()

    def confirmed(self, seconds: float) -> None:
        """Return once the broker has the message safe. Raises NotDelivered after `seconds`."""
        if not self._confirm.wait(seconds):
            self.abandoned = True
            raise self._failure or NotDelivered("the broker did not confirm in time")

    def answer(self, seconds: float) -> Any:
        """Return the answer, or None after `seconds`. Raises NotDelivered if it cannot come."""
        if self._answer is None:
            raise TypeError("sent without asking for an answer")
        arrived = self._answer.wait(max(0.0, seconds))
        if arrived:
            return arrived[0]
        if self._failure is not None:
            raise self._failure
        return None

    def _settle(self, failure: NotDelivered | None = None) -> None:
        if self.is_open:
            self._failure = failure
            self._confirm.send(failure is None)
        if failure is not None and self._answer is not None and not self._answer.ready():
            self._failure = failure
            self._answer.send(())

    def _deliver(self, answer: Any) -> None:
        if self._answer is not None and not self._answer.ready():
            self._answer.send((answer,))


class Wire:
    """One connection to the broker that publishes pipelined and hears answers.

    `send` queues and returns at once; what is not confirmed when the connection breaks fails. That
    of a service takes the service's own ways out.
    """

    def __init__(self, amqp_uri: str, name: str, service: str | None = None) -> None:
        self.name = name
        self._service = service
        self._amqp_uri = amqp_uri
        self._threads: list[Any] = []
        self._outgoing: LightQueue = LightQueue()
        self._unconfirmed: OrderedDict[int, Sent] = OrderedDict()
        self._asked: dict[str, Sent] = {}
        self._channel: Any = None
        self._answers_to = ""
        self._blocked = False
        self._up = Signal()
        self.answered_at = 0.0
        """When anything was last answered, on the monotonic clock; also what nobody waits for."""

    @property
    def is_up(self) -> bool:
        """Whether a message sent now has a chance."""
        return self._channel is not None and not self._blocked

    def start(self, spawn: Callable[..., Any] = eventlet.spawn) -> None:
        """Connect in the background and stay connected; `spawn` learns of a bug that ends it."""
        self._threads = [spawn(self._stay_connected)]

    def stop(self) -> None:
        """Hang up; whatever is unconfirmed fails."""
        for thread in self._threads:
            thread.kill()
        self._threads = []

    def wait_until_up(self, seconds: float) -> bool:
        """Wait for the first connection. Returns whether it came."""
        return bool(self._up.wait(seconds))

    def send(
        self,
        body: bytes,
        *,
        exchange: str,
        routing_key: str,
        headers: Mapping[str, str] | None = None,
        message_id: str | None = None,
        persistent: bool = True,
        expires_seconds: float | None = None,
        ask: bool = False,
        answering: str | None = None,
    ) -> Sent:
        """Queue a JSON message: with `ask` it carries where to answer, with `answering` it is
        the answer to the message of that correlation id.

        Raises WireDown at once without a usable connection or with CAPACITY_MESSAGES waiting.
        """
        if not self.is_up:
            raise WireDown("the broker cannot be reached")
        if len(self._unconfirmed) + self._outgoing.qsize() >= CAPACITY_MESSAGES:
            raise WireDown("too many messages wait for the broker")
        key = uuid.uuid4().hex if ask else None
        message = Message(
            body,
            content_type="application/json",
            content_encoding="utf-8",
            delivery_mode=2 if persistent else 1,
            application_headers=dict(headers or {}),
            **({"message_id": message_id} if message_id else {}),
            **({"correlation_id": answering} if answering else {}),
            **({"correlation_id": key, "reply_to": self._answers_to} if key else {}),
            **({"expiration": str(int(expires_seconds * 1000))} if expires_seconds else {}),
        )
        if self._service is not None and exchange in topology.SHARED_EXCHANGES:
            exchange = topology.way_out(self._service, exchange)
        sent = Sent(message, (exchange, routing_key), key)
        if key:
            self._asked[key] = sent
        self._outgoing.put(sent)
        return sent

    def answer_all(self, reply_to: str, answers: Mapping[str, Any]) -> None:
        """Queue the answers to several messages of one asker, each by its correlation id, as one.

        Raises WireDown as `send` does.
        """
        self.send(
            orjson.dumps(answers),
            exchange=topology.ANSWERS_EXCHANGE,
            routing_key=reply_to,
            persistent=False,
        )

    def forget(self, sent: Sent) -> None:
        """Say that nobody waits any more; a message not yet written is not written."""
        sent.abandoned = True
        if sent.key:
            self._asked.pop(sent.key, None)

    # -- one connection's life ------------------------------------------------------------

    def _stay_connected(self) -> None:
        failures = 0
        while True:
            try:
                self._live()
            except CONNECTION_ERRORS as problem:
                if self._channel is not None:
                    failures = 0
                log.warning("wire_lost", wire=self.name, problem=repr(problem))
            finally:
                self._drop_everything()
            eventlet.sleep(RECONNECT_SECONDS[min(failures, len(RECONNECT_SECONDS) - 1)])
            failures += 1

    def _live(self) -> None:
        with open_connection(self._amqp_uri) as connection:
            with in_time(DECLARE_TIMEOUT_SECONDS):
                channel = connection.channel()
                self._answers_to = self._open_answers(channel)
                channel.confirm_select()
            channel.events["basic_ack"].add(self._on_ack)
            channel.events["basic_nack"].add(self._on_nack)
            channel.events["basic_return"].add(self._on_return)
            connection.on_blocked = self._on_blocked
            connection.on_unblocked = self._on_unblocked
            self._channel, self._blocked = channel, False
            reader = eventlet.getcurrent()
            helpers = [
                eventlet.spawn(or_break, reader, self._write, channel),
                eventlet.spawn(or_break, reader, self._watch, connection),
            ]
            log.info("wire_connected", wire=self.name)
            if not self._up.ready():
                self._up.send(True)
            try:
                while True:
                    connection.drain_events()
            finally:
                for helper in helpers:
                    helper.kill()

    def _open_answers(self, channel: Any) -> str:
        if self._service is None:
            topology.declare_shared(channel)
        else:
            topology.declare_ways_out(channel, self._service)
        name = topology.declare_replies(channel, self._service or self.name)
        channel.basic_consume(name, no_ack=True, callback=self._on_answer)
        return name

    def _drop_everything(self) -> None:
        self._channel = None
        lost = WireDown("the connection to the broker was lost")
        waiting = [*self._unconfirmed.values(), *self._asked.values()]
        while not self._outgoing.empty():
            waiting.append(self._outgoing.get_nowait())
        self._unconfirmed.clear()
        self._asked.clear()
        for sent in waiting:
            if sent is not None:
                sent._settle(lost)
        self._show()

    def _write(self, channel: Any) -> None:
        tag = 0
        gathered = Gathered(channel.connection)
        while True:
            if gathered.is_full or self._outgoing.empty():
                gathered.flush()
            sent = self._outgoing.get()
            if sent is None:
                channel.connection.send_heartbeat()
                topology.bind_asking(channel, self._answers_to, self._answers_to, nowait=True)
                continue
            if sent.abandoned:
                continue
            tag += 1
            self._unconfirmed[tag] = sent
            try:
                # Not channel.basic_publish: that one reads from the socket, the reader's.
                channel.send_method(
                    spec.Basic.Publish, "Bssbb", (0, *sent.target, True, False), sent.message
                )
            except UNWRITABLE as problem:  # found out before a byte was written
                tag -= 1
                self._refuse(self._unconfirmed.pop(tag + 1), NotDelivered(repr(problem)))

    def _watch(self, connection: Any) -> None:
        for _ in heartbeats(connection):
            self._outgoing.put(None)
            self._show()

    # -- what the broker says -------------------------------------------------------------

    def _settled(self, tag: int, multiple: bool) -> list[Sent]:
        if not multiple:
            return [self._unconfirmed.pop(tag)]
        tags = []
        for waiting in self._unconfirmed:
            if waiting > tag:
                break
            tags.append(waiting)
        return [self._unconfirmed.pop(settled) for settled in tags]

    def _on_ack(self, tag: int, multiple: bool) -> None:
        now = time.monotonic()
        for sent in self._settled(tag, multiple):
            metrics.record_confirm(self.name, now - sent.since)
            sent._settle()

    def _on_nack(self, tag: int, multiple: bool) -> None:
        for sent in self._settled(tag, multiple):
            self._refuse(sent, NotDelivered("the broker refused the message: a queue is full"))

    def _refuse(self, sent: Sent, failure: NotDelivered) -> None:
        self._asked.pop(sent.key or "", None)
        sent._settle(failure)

    def _on_return(self, _refusal: Exception, exchange: str, key: str, message: Any) -> None:
        names = ("correlation_id", "message_id")
        returned = {message.properties.get(name) for name in names} - {None}
        for sent in self._unconfirmed.values():
            if sent.is_open and returned & {sent.message.properties.get(name) for name in names}:
                self._refuse(sent, Unroutable(f"nothing is bound at {exchange or 'queue'} {key}"))
                return

    def _on_answer(self, message: Any) -> None:
        self.answered_at = time.monotonic()
        key = message.properties.get("correlation_id")
        try:
            read = orjson.loads(message.body)
        except orjson.JSONDecodeError:
            log.error("answer_unreadable", wire=self.name, key=key)
            return
        for asked, answer in ({key: read} if key else read).items():
            if sent := self._asked.pop(asked, None):
                sent._deliver(answer)

    def _on_blocked(self, reason: str) -> None:
        log.error("wire_blocked", wire=self.name, reason=reason)
        self._blocked = True
        self._show()

    def _on_unblocked(self) -> None:
        log.info("wire_unblocked", wire=self.name)
        self._blocked = False
        self._show()

    def _show(self) -> None:
        metrics.show_wire(self.name, in_flight=len(self._unconfirmed), up=self.is_up)
