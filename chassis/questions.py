"""Takes questions from a service's queue and runs each at most once, in the workers of its lane.

A question is begun when the broker has said that it counts as acknowledged: from then on nobody is
given it again, whatever becomes of this process. What was not begun goes back to the queue.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import eventlet
import orjson
import structlog
from amqp import spec
from eventlet.event import Event as Signal
from eventlet.queue import LightQueue
from eventlet.semaphore import Semaphore
from nameko.exceptions import IncorrectSignature, MalformedRequest, MethodNotFound, serialize
from nameko.extensions import SharedExtension

from chassis import critical_threads, metrics, topology, worker
from chassis.amqp_insides import Gathered, hear
from chassis.clock import now
from chassis.connection import (
    CONNECTION_ERRORS,
    DECLARE_TIMEOUT_SECONDS,
    heartbeats,
    in_time,
    open_connection,
    or_break,
)
from chassis.outages import is_outage
from chassis.publisher import NotDelivered
from chassis.settings import PATIENCE
from chassis.shared_wire import SharedWire
from contracts.errors import ServiceError, ServiceUnavailable

log = structlog.get_logger(__name__)

DEADLINE_HEADER = "nameko.deadline"
CORRELATION_HEADER = "nameko.correlation_id"
START_SECONDS = 2.0 * PATIENCE
RECONNECT_SECONDS = 0.5
SPARE = 50  # delivered beyond all places, to be refused at once
# The broker drops a question at its deadline and takes it back from a process that is silent for
# long, so one that seems later than this comes from a machine whose clock is wrong.
LATEST_SECONDS = 120.0
UNREADABLE = (ValueError, TypeError, IncorrectSignature, MalformedRequest, MethodNotFound)


@dataclass(frozen=True, slots=True)
class Lane:
    """Workers that only the questions of this lane occupy.

    As many more wait for one; whoever comes beyond is refused at once.
    """

    name: str
    workers: int
    waiting: int


ORDINARY = Lane("questions", workers=64, waiting=256)
"""Where a question runs that names no lane, with as many workers as the process's settings say."""


def lane_of(entrypoint: Any) -> Lane:
    """Return an entrypoint's lane; the ordinary one is as wide as the process's settings say."""
    lane: Lane = entrypoint.lane
    if lane is not ORDINARY:
        return lane
    workers = entrypoint.container.config["process"].max_workers
    return replace(lane, workers=workers, waiting=4 * workers)


class Question(NamedTuple):
    """One question as it was delivered."""

    entrypoint: Any
    arguments: dict[str, Any]
    correlation: str
    deadline: float
    message: Any

    @property
    def is_late(self) -> bool:
        """Whether nobody waits for the answer any more."""
        return 0 < now().timestamp() - self.deadline < LATEST_SECONDS


class _Places:
    """The places of a lane in this process."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self.size = lane.workers + lane.waiting
        self.free = Semaphore(lane.workers)
        self._held = 0

    @property
    def is_full(self) -> bool:
        return self._held >= self.size

    def hold(self, step: int) -> None:
        self._held += step
        metrics.show_pool(self._lane.name, in_use=self._held, size=self.size)


class _Acknowledging:
    """Acknowledges on one channel, and tells when the broker has heard it.

    Whatever is asked of the broker on a channel is done in order: when it answers a request that
    was written after an acknowledgement, it has taken that, too.
    """

    def __init__(self, channel: Any, prefetch: int, bound: tuple[str, str]) -> None:
        self._channel = channel
        self._bound = bound
        self._prefetch = prefetch
        self._outgoing: LightQueue = LightQueue()
        self._written: list[list[Signal]] = []
        self._lost = False
        hear(channel, spec.Basic.QosOk, self._on_heard)

    def drop(self, tag: int) -> None:
        """Acknowledge what will not be run."""
        self._outgoing.put((tag, None))

    def take(self, tag: int | None) -> bool:
        """Acknowledge and wait; return whether the question, and every one before, is ours."""
        if self._lost:
            return False
        heard = Signal()
        self._outgoing.put((tag, heard))
        return bool(heard.wait())

    def heartbeat(self) -> None:
        """Write a heartbeat between the rest, and bind again: a connection has one writer."""
        self._outgoing.put(None)

    def write_forever(self) -> None:
        """Write whatever is to be written."""
        gathered = Gathered(self._channel.connection)
        while True:
            items = [self._outgoing.get()]
            items += [self._outgoing.get_nowait() for _ in range(self._outgoing.qsize())]
            waiting = [item[1] for item in items if item and item[1] is not None]
            for item in items:
                if item is None:
                    self._channel.connection.send_heartbeat()
                    topology.bind_asking(self._channel, *self._bound, nowait=True)
                elif item[0] is not None:
                    self._channel.basic_ack(item[0])
            if waiting:
                self._written.append(waiting)
                self._channel.send_method(spec.Basic.Qos, "lBb", (0, self._prefetch, False))
            gathered.flush()

    def lose(self) -> None:
        """Tell all who wait that the connection is gone: the broker may give theirs to others."""
        self._lost = True
        pending = [heard for batch in self._written for heard in batch]
        pending += [item[1] for item in self._outgoing.queue if item and item[1] is not None]
        for heard in pending:
            if not heard.ready():
                heard.send(False)

    def _on_heard(self) -> None:
        for heard in self._written.pop(0):
            heard.send(True)


class Questions(SharedExtension):
    """The questions of a service: one queue, one connection, and the lanes' workers."""

    wire = SharedWire()

    def __init__(self) -> None:
        self._entrypoints: dict[str, Any] = {}
        self._places: dict[str, _Places] = {}
        self._thread: Any = None
        self._waiting: set[Any] = set()
        self._acknowledging: _Acknowledging | None = None
        self._stopping = False
        self.is_connected = False

    def register(self, entrypoint: Any) -> None:
        """Answer its questions from the start on."""
        lane = lane_of(entrypoint)
        self._entrypoints[entrypoint.method_name] = entrypoint
        self._places.setdefault(lane.name, _Places(lane))

    @property
    def queue(self) -> str:
        """The name of the queue."""
        return f"rpc-{self.container.service_name}"

    def start(self) -> None:
        """Connect in the background."""
        if self._thread is None and self._entrypoints:
            self._thread = critical_threads.spawner(self.container)(self._stay_connected)

    def stop_taking(self) -> None:
        """Take no more. What was begun goes on; what was not goes back to the queue."""
        if self._stopping:
            return
        self._stopping = True
        self._forget_waiting()
        if self._acknowledging is not None:
            with eventlet.Timeout(DECLARE_TIMEOUT_SECONDS, False):
                self._acknowledging.take(None)
        self.kill()

    def kill(self) -> None:
        """Hang up at once."""
        self._forget_waiting()
        if self._thread is not None:
            self._thread.kill()

    def check(self) -> None:
        """Raise unless questions are being taken."""
        if not self.is_connected:
            raise ConnectionError("questions are not being taken")

    # -- one connection -------------------------------------------------------------------

    def _stay_connected(self) -> None:
        while True:
            try:
                with open_connection(self.container.config["AMQP_URI"]) as connection:
                    self._live(connection)
            except CONNECTION_ERRORS as problem:
                log.warning("questions_lost", problem=repr(problem))
            finally:
                self.is_connected = False
            eventlet.sleep(RECONNECT_SECONDS)

    def _live(self, connection: Any) -> None:
        prefetch = SPARE + sum(places.size for places in self._places.values())
        with in_time(DECLARE_TIMEOUT_SECONDS):
            channel = connection.channel()
            topology.declare_questions(channel, self.queue, self.container.service_name)
            channel.basic_qos(0, prefetch, False)
        acknowledging = self._acknowledging = _Acknowledging(
            channel, prefetch, (self.queue, f"{self.container.service_name}.*")
        )
        reader = eventlet.getcurrent()
        helpers = [
            eventlet.spawn(or_break, reader, acknowledging.write_forever),
            eventlet.spawn(or_break, reader, self._watch, connection, acknowledging),
        ]
        try:
            with in_time(DECLARE_TIMEOUT_SECONDS):
                channel.basic_consume(self.queue, callback=self._on_question)
            self.is_connected = True
            while True:
                connection.drain_events()
        finally:
            for helper in helpers:
                helper.kill()
            self._forget_waiting()
            acknowledging.lose()

    def _watch(self, connection: Any, acknowledging: _Acknowledging) -> None:
        for _ in heartbeats(connection):
            acknowledging.heartbeat()

    def _forget_waiting(self) -> None:
        """Let go of what was not begun: the queue has it again when the connection ends."""
        for thread in list(self._waiting):
            thread.kill()

    # -- one question ---------------------------------------------------------------------

    def _on_question(self, message: Any) -> None:
        acknowledging = self._acknowledging
        if self._stopping or acknowledging is None:
            return
        try:
            question = self._read(message)
        except UNREADABLE as problem:
            acknowledging.drop(message.delivery_tag)
            eventlet.spawn_n(self._answer, message, None, problem)
            return
        places = self._places[lane_of(question.entrypoint).name]
        if places.is_full:
            acknowledging.drop(message.delivery_tag)
            refusal = ServiceUnavailable(service=self.container.service_name)
            eventlet.spawn_n(self._answer, message, None, refusal)
            return
        places.hold(1)
        thread = eventlet.spawn(self._take, acknowledging, places.free, question)
        self._waiting.add(thread)
        thread.link(self._leave, places)

    def _leave(self, thread: Any, places: _Places) -> None:
        places.hold(-1)
        self._waiting.discard(thread)

    def _take(self, acknowledging: _Acknowledging, free: Semaphore, question: Question) -> None:
        with free:
            self._waiting.discard(eventlet.getcurrent())
            if question.is_late:
                acknowledging.drop(question.message.delivery_tag)
            elif acknowledging.take(question.message.delivery_tag):
                self._run(question)

    def _run(self, question: Question) -> None:
        def answer(result: Any, exc_info: Any) -> None:
            self._answer(question.message, result, exc_info and exc_info[1])

        try:
            worker.run(
                question.entrypoint,
                (),
                question.arguments,
                correlation=question.correlation,
                on_result=answer,
            )
        except ConnectionAbortedError as ending:
            self._answer(question.message, None, ending)

    def _read(self, message: Any) -> Question:
        headers = message.headers or {}
        service, _, method = message.delivery_info["routing_key"].rpartition(".")
        entrypoint = self._entrypoints.get(method)
        if entrypoint is None or service != self.container.service_name:
            raise MethodNotFound(method)
        body = orjson.loads(message.body)
        if not isinstance(body, dict) or not isinstance(body.get("kwargs"), dict):
            raise MalformedRequest("Message missing `kwargs`")
        entrypoint.check_signature((), body["kwargs"])
        return Question(
            entrypoint,
            body["kwargs"],
            str(headers.get(CORRELATION_HEADER) or ""),
            float(headers.get(DEADLINE_HEADER, "inf")),
            message,
        )

    def _answer(self, message: Any, result: Any, problem: BaseException | None) -> None:
        error = None
        if problem is not None:
            if is_outage(problem) and not isinstance(problem, ServiceError):
                problem = ServiceUnavailable(service=self.container.service_name)
            error = serialize(problem)
        try:
            body = orjson.dumps({"result": result, "error": error})
        except orjson.JSONEncodeError as unwritable:
            log.exception("answer_not_json")
            body = orjson.dumps({"result": None, "error": serialize(unwritable)})
        wire = self.wire.wire
        # At a process's start a question may come before the wire for its answer is connected.
        wire.wait_until_up(START_SECONDS)
        try:
            wire.send(
                body,
                exchange=topology.ANSWERS_EXCHANGE,
                routing_key=message.properties.get("reply_to", ""),
                answering=message.properties.get("correlation_id"),
                persistent=False,
            )
        except NotDelivered as lost:
            log.warning("answer_lost", problem=repr(lost))
