"""How does a service hear an event? In a queue of its own, which parks what it cannot handle."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import orjson

from chassis import bus, worker
from chassis.inbox import Batch, Consumer, Inbox, Unreadable
from contracts.events import Envelope, Event, MalformedEvent


class Heard(NamedTuple):
    """An event as it arrived: its facts, and the envelope with its id and time."""

    event: Any
    envelope: Envelope


class _Listens(Consumer):
    """Calls the method with one Heard, or with a list of them when a batch is declared.

    Deliveries may repeat and come in any order. The queue is `<service>.<source>.<event>.v<N>`.
    """

    def __init__(self, event: type[Event], *, batch: Batch | None = None, **options: Any) -> None:
        self.event = event
        self.batch = batch
        super().__init__(**options)

    @property
    def queue(self) -> str:
        """The name of the queue this listener owns."""
        return f"{self.container.service_name}.{self.event.key()}"

    def setup(self) -> None:
        """Make the inbox; it consumes from `start` on."""
        self.inbox = Inbox(
            self.container.config["AMQP_URI"],
            name=self.queue,
            declare=self._declare,
            read=partial(read_event, self.event),
            handle=self._handle,
            batch=self.batch or Batch(),
        )

    def _declare(self, channel: Any) -> str:
        bus.declare_listener(channel, self.queue, self.event.key())
        return self.queue

    def _handle(self, items: list[Heard]) -> None:
        argument = items if self.batch else items[0]
        worker.call(self, argument, correlation=items[0].envelope.correlation_id)


class _Overhears(_Listens):
    """Hears live events of one kind in every process, for caches: nothing waits while it is away.

    The method is called with None whenever the connection was made anew, since events may have
    been missed: it forgets whatever it knows.
    """

    owns_queue = False

    def setup(self) -> None:
        """Make the inbox on a queue of this connection's own."""
        self.inbox = Inbox(
            self.container.config["AMQP_URI"],
            name=f"{self.container.service_name}.overhears.{self.event.key()}",
            declare=partial(
                bus.declare_broadcast,
                owner=self.container.service_name,
                event_key=self.event.key(),
            ),
            read=partial(read_event, self.event),
            handle=self._handle,
            on_connected=partial(worker.call, self, None),
        )


def read_event(event: type[Event], message: Any) -> Heard:
    """Read a message as the event. Raises Unreadable."""
    try:
        facts = orjson.loads(message.body)
        return Heard(event.read(facts), Envelope.read(message.headers))
    except (orjson.JSONDecodeError, MalformedEvent, TypeError) as problem:
        raise Unreadable(f"not a {event.key()}: {problem}") from problem


listens = _Listens.decorator
overhears = _Overhears.decorator
