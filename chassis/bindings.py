"""Notices when a listener's queue is bound no more, binds it again, and replays what went by.

What a queue is bound to can be lost behind a running process: an exchange is made anew, a queue or
a binding is deleted. So a listener is asked over its own binding, by a message that only it
answers. One that does not hear it has missed events: those are in the log.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import amqp
import eventlet
import structlog
from nameko.extensions import SharedExtension

from chassis import critical_threads, metrics, topology
from chassis.clock import now
from chassis.connection import CONNECTION_ERRORS, DECLARE_TIMEOUT_SECONDS, in_time, open_connection
from chassis.publisher import NotDelivered, Unroutable
from chassis.settings import PATIENCE
from chassis.shared_wire import SharedWire
from contracts.fields import read_time, wire_time

log = structlog.get_logger(__name__)

LOOK_SECONDS = 15.0
HEARD_SECONDS = 5.0 * PATIENCE
UNHEARD_BEFORE_LOST = 2  # the first may be in the hands of another process that stands still
MARGIN = timedelta(seconds=30)  # by which the broker's clock may differ from ours
QUIET_SECONDS = 1.0
PREFETCH = 500
QUEUE_HEADER = "queue"
HOW_MENDED = "An administrator lays it down again: `make up`"


@dataclass(slots=True)
class _Known:
    """What is known of a listener's binding."""

    good_at: datetime
    unheard: int = 0
    lost: bool = False
    missed_since: datetime | None = None
    word: str | None = None


class Bindings(SharedExtension):
    """Looks after the bindings of all listeners of a process, and after that of the log."""

    wire = SharedWire()

    def __init__(self) -> None:
        self._known: dict[Any, _Known] = {}
        self._outbox: Any = None
        self._problem: Exception | None = None
        self._thread: Any = None

    def register(self, listener: Any) -> None:
        """Look after a listener: its `queue`, `event`, `inbox`, `bind_again(channel)`, `missed`.

        One without a queue of its own (`owns_queue`) forgets when bound again: it misses nothing.
        """
        self._known[listener] = _Known(good_at=now())

    def keep_logged(self, outbox: Any) -> None:
        """See that what the outbox sends is in the log: its `hold()`, `is_held`, `logged_until`."""
        self._outbox = outbox

    def start(self) -> None:
        """Begin to look."""
        if self._thread is None:
            self._thread = critical_threads.spawner(self.container)(self._look_forever)

    def stop(self) -> None:
        """Look no more."""
        if self._thread is not None:
            self._thread.kill()

    kill = stop

    def check_bound(self, listener: Any) -> str | None:
        """Raise while a listener is known to be unbound; return what happened to it last."""
        known = self._known[listener]
        if known.lost or known.missed_since is not None:
            raise ConnectionError(f"{listener.queue} was bound to nothing: events passed it by")
        if self._problem is not None:
            how = f" {HOW_MENDED}" if isinstance(self._problem, amqp.AccessRefused) else ""
            raise ConnectionError(f"bindings cannot be looked after: {self._problem!r}{how}")
        return known.word

    def check_logged(self) -> None:
        """Raise while the log is known to hear nothing."""
        if self._outbox is not None and self._outbox.is_held:
            raise ConnectionError(
                f"{topology.LOG_STREAM} is bound to nothing: events wait. {HOW_MENDED}"
            )

    def lose(self, listener: Any) -> None:
        """Know that the listener's queue was gone."""
        known = self._known[listener]
        known.missed_since = known.missed_since or known.good_at

    def answer(self, listener: Any, message: Any) -> None:
        """Say that a listener has heard what was sent to look whether it does."""
        if message.headers.get(QUEUE_HEADER) != listener.queue:
            return
        try:
            self.wire.wire.send(
                b"{}",
                exchange=topology.ANSWERS_EXCHANGE,
                routing_key=message.properties["reply_to"],
                answering=message.properties["correlation_id"],
                persistent=False,
            )
        except NotDelivered as problem:
            log.info("probe_unanswered", queue=listener.queue, problem=repr(problem))

    # -- looking --------------------------------------------------------------------------

    def _look_forever(self) -> None:
        while True:
            eventlet.sleep(LOOK_SECONDS)
            try:
                self._look()
                self._problem = None
            except (*CONNECTION_ERRORS, NotDelivered) as problem:
                self._problem = problem
                log.warning("bindings_not_looked_after", problem=repr(problem))

    def _look(self) -> None:
        self._probe_all(list(self._known))
        self._probe_log()
        lost = [listener for listener, known in self._known.items() if known.lost]
        missing = [each for each, known in self._known.items() if known.missed_since is not None]
        with open_connection(self.container.config["AMQP_URI"]) as connection:
            with in_time(DECLARE_TIMEOUT_SECONDS):
                channel = connection.channel()
                # The log first: it has what others miss from now on.
                topology.declare_events(channel)
                if self._outbox is not None and self._outbox.is_held:
                    topology.bind_log(channel)
                for listener in lost:
                    listener.bind_again(channel)
            if missing:
                self._replay(connection, missing)
        self._probe_all(lost)
        if self._outbox is not None and self._outbox.is_held:
            self._probe_log()

    def _probe_all(self, listeners: list[Any]) -> None:
        for probing in [eventlet.spawn(self._probe, listener) for listener in listeners]:
            probing.wait()

    def _probe(self, listener: Any) -> None:
        """Send the listener a message over its binding, and note whether it has heard it."""
        known, at = self._known[listener], now()
        try:
            sent = self.wire.wire.send(
                b"{}",
                exchange=topology.EVENTS_EXCHANGE,
                routing_key=topology.probe_key(listener.event.key()),
                headers={QUEUE_HEADER: listener.queue},
                persistent=False,
                ask=True,
            )
            try:
                sent.confirmed(HEARD_SECONDS)
                is_heard = sent.answer(HEARD_SECONDS) is not None
            finally:
                self.wire.wire.forget(sent)
        except Unroutable:
            self._note_lost(listener)
        except NotDelivered as problem:
            log.info("probe_not_sent", queue=listener.queue, problem=repr(problem))
        else:
            if is_heard:
                known.good_at, known.unheard, known.lost = at, 0, False
            elif listener.inbox.is_idle():  # else it waits behind events, and those came
                known.unheard += 1
                if known.unheard >= UNHEARD_BEFORE_LOST:
                    self._note_lost(listener)
        metrics.show_bound(listener.queue, not known.lost)

    def _note_lost(self, listener: Any) -> None:
        self._known[listener].lost = True
        if listener.owns_queue:
            self.lose(listener)

    def _probe_log(self) -> None:
        """Send what only the log hears, and tell the outbox whether it has, and what before it."""
        if self._outbox is None:
            return
        at, key = time.monotonic(), topology.log_probe_key(self.container.service_name)
        try:
            self.wire.wire.send(
                b"{}",
                exchange=topology.EVENTS_EXCHANGE,
                routing_key=key,
                headers={topology.TIME_HEADER: wire_time(now())},
                message_id=uuid.uuid4().hex,
            ).confirmed(HEARD_SECONDS)
        except Unroutable:
            self._outbox.hold()
        except NotDelivered as problem:
            log.info("probe_not_sent", queue=topology.LOG_STREAM, problem=repr(problem))
        else:
            self._outbox.logged_until(at)
        metrics.show_bound(topology.LOG_STREAM, not self._outbox.is_held)

    # -- what went by ---------------------------------------------------------------------

    def _replay(self, connection: Any, missing: list[Any]) -> None:
        """Put into the queue of each what the log has of its event since it was last well."""
        began_at = now()
        counts = dict.fromkeys(missing, 0)
        since = min(at for each in missing if (at := self._known[each].missed_since)) - MARGIN
        for message in _logged(connection, since, until=began_at):
            for listener in missing:
                if message.delivery_info["routing_key"] == listener.event.key():
                    counts[listener] += listener.missed(message, self.wire.wire)
        for listener, count in counts.items():
            metrics.record_bound_again(listener.queue, count)
            known = self._known[listener]
            known.missed_since, known.good_at = None, began_at
            known.word = f"bound again at {began_at:%Y-%m-%dT%H:%M:%SZ}, {count} events replayed"
            log.error("listener_was_unbound", queue=listener.queue, replayed=count)


def _logged(connection: Any, since: datetime, *, until: datetime) -> Any:
    """Yield what the log has from about one moment to another."""
    arrived: list[Any] = []
    channel = connection.channel()
    channel.basic_qos(0, PREFETCH, False)
    arguments = {"x-stream-offset": since}
    channel.basic_consume(topology.LOG_STREAM, callback=arrived.append, arguments=arguments)
    while True:
        try:
            connection.drain_events(timeout=QUIET_SECONDS)
        except TimeoutError:
            return
        taken, arrived[:] = arrived[:], []
        for message in taken:
            channel.basic_ack(message.delivery_tag)
            if read_time(message.headers[topology.TIME_HEADER]) > until:
                return
            if not topology.is_probe(message.delivery_info["routing_key"]):
                yield message


def is_there(connection: Any, queue: str) -> bool:
    """Whether the broker has such a queue."""
    try:
        connection.channel().queue_declare(queue, passive=True)
    except amqp.NotFound:
        return False
    return True
