"""Hears events in a queue of its own, which parks what it cannot handle."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import orjson
import structlog

from chassis import topology, worker
from chassis.bindings import Bindings, is_there
from chassis.inbox import Batch, Consumer, Inbox, Passed, Unreadable
from chassis.publisher import Wire
from chassis.settings import PATIENCE
from chassis.worker import Marking
from contracts.events import Envelope, Event, MalformedEvent

log = structlog.get_logger(__name__)

CONFIRM_SECONDS = 10.0 * PATIENCE


class Heard(NamedTuple):
    """An event as it arrived: its facts, and the envelope with its id and time."""

    event: Any
    envelope: Envelope


class _Listens(Consumer):
    """Calls the method with one Heard, or with a list of them when a batch is declared.

    Deliveries may repeat and come in any order. The queue is `<service>.<source>.<event>.v<N>`.
    """

    bindings = Bindings()

    def __init__(self, event: type[Event], *, batch: Batch | None = None, **options: Any) -> None:
        self.event = event
        self.batch = batch
        self._has_declared = False
        super().__init__(**options)

    @property
    def queue(self) -> str:
        """The name of the queue this listener owns."""
        return f"{self.container.service_name}.{self.event.key()}"

    def setup(self) -> None:
        """Make the inbox; it consumes from `start` on."""
        self.bindings.register(self)
        self.inbox = Inbox(
            self.container.config["AMQP_URI"],
            name=self.queue,
            declare=self._declare,
            read=self._read,
            handle=self._handle,
            batch=self.batch or Batch(),
        )

    def _declare(self, channel: Any) -> str:
        if self._has_declared and not is_there(channel.connection, self.queue):
            self.bindings.lose(self)
        self.bind_again(channel)
        self._has_declared = True
        return self.queue

    def bind_again(self, channel: Any) -> None:
        """Declare the queue and bind it; that may be done at any time."""
        topology.declare_listener(channel, self.queue, self.event.key())

    def missed(self, message: Any, wire: Wire) -> int:
        """Hear what went by, as the log has it: put it into the queue. Returns how many that is."""
        headers = {k: v for k, v in message.headers.items() if not k.startswith("x-")}
        wire.send(
            message.body.encode() if isinstance(message.body, str) else message.body,
            exchange=topology.parking_of(self.queue),
            routing_key=self.queue,
            headers=headers,
            message_id=message.properties.get("message_id"),
        ).confirmed(CONFIRM_SECONDS)
        return 1

    def check(self) -> str | None:
        """Raise unless the queue is being consumed, and bound as far as is known."""
        super().check()
        return self.bindings.check_bound(self)

    def _read(self, message: Any) -> Heard:
        if message.delivery_info["routing_key"] == topology.probe_key(self.event.key()):
            self.bindings.answer(self, message)
            raise Passed
        return read_event(self.event, message)

    def _handle(self, items: list[Heard]) -> None:
        argument = items if self.batch else items[0]
        worker.call(self, argument, correlation=items[0].envelope.correlation_id)


class _Overhears(_Listens):
    """Hears live events of one kind in every process, for caches: nothing waits while it is away.

    The method is called with None whenever the connection was made anew, since events may have
    been missed: it forgets whatever it knows.
    """

    owns_queue = False

    @property
    def queue(self) -> str:
        """What the queue is called by us; the broker makes up its name."""
        return f"{self.container.service_name}.overhears.{self.event.key()}"

    def setup(self) -> None:
        """Make the inbox on a queue of this connection's own."""
        self.bindings.register(self)
        self.inbox = Inbox(
            self.container.config["AMQP_URI"],
            name=self.queue,
            declare=partial(
                topology.declare_broadcast,
                owner=self.container.service_name,
                event_key=self.event.key(),
            ),
            read=self._read,
            handle=self._handle,
            on_connected=partial(worker.call, self, None),
        )

    def bind_again(self, channel: Any) -> None:
        """Begin with a new queue, and with nothing known."""
        log.warning("overhearer_was_unbound", queue=self.queue)
        self.inbox.reconnect()

    def _read(self, message: Any) -> Heard:
        heard = super()._read(message)
        if message.delivery_info["routing_key"] != self.event.key():
            raise Passed  # of a trial round
        return heard


def read_event(event: type[Event], message: Any) -> Heard:
    """Read a message as the event. Raises Unreadable."""
    try:
        facts = orjson.loads(message.body)
        return Heard(event.read(facts), Envelope.read(message.headers))
    except (orjson.JSONDecodeError, MalformedEvent, TypeError) as problem:
        raise Unreadable(f"not a {event.key()}: {problem}") from problem


listens: Marking = _Listens.decorator
overhears: Marking = _Overhears.decorator
