"""How does one service ask another? Nameko's RPC, with a deadline and refusals by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Protocol

import orjson
import structlog
from nameko.exceptions import serialize
from nameko.extensions import DependencyProvider, SharedExtension
from nameko.messaging import QueueConsumer
from nameko.rpc import Rpc, RpcConsumer

from chassis import duty
from chassis.clock import now
from chassis.log import correlation_id
from chassis.outages import is_outage
from chassis.wire import ANSWERS_EXCHANGE, NotDelivered, Wire
from contracts import errors as shared
from contracts.errors import ServiceError, ServiceUnavailable

log = structlog.get_logger(__name__)

DEADLINE_HEADER = "nameko.deadline"
START_SECONDS = 2.0
RECONNECT_SECONDS = {"interval_start": 0.2, "interval_step": 0.3, "interval_max": 1.0}
# The broker drops a question at its deadline and takes it back from a process that is silent for
# long, so one that seems later than this comes from a machine whose clock is wrong.
LATEST_SECONDS = 120.0
CORRELATION_HEADER = "nameko.correlation_id"
Call = Callable[..., Any]

_SHARED = tuple(
    kind
    for kind in vars(shared).values()
    if isinstance(kind, type) and issubclass(kind, ServiceError) and kind is not ServiceError
)


class RemoteBug(Exception):
    """The service asked has failed in a way nobody named; its own log says how."""


class ClientClass(Protocol):
    """One typed client: which service it asks and which refusals that service may answer with."""

    service: ClassVar[str]
    errors: ClassVar[tuple[type[ServiceError], ...]]

    def __init__(self, call: Call) -> None: ...


class SharedWire(SharedExtension):
    """The process's wire for asking and announcing."""

    name = "main"

    def __init__(self) -> None:
        self._wire: Wire | None = None

    @property
    def wire(self) -> Wire:
        """The wire; made on first use, connected from `start` on."""
        if self._wire is None:
            self._wire = Wire(self.container.config["AMQP_URI"], self.name)
        return self._wire

    def start(self) -> None:
        """Connect in the background."""
        self.wire.start(duty.spawner(self.container))

    def stop(self) -> None:
        """Hang up."""
        self.wire.stop()

    kill = stop

    def check(self) -> None:
        """Raise unless a message sent now has a chance."""
        if not self.wire.is_up:
            raise ConnectionError("not connected to the broker")


def caller(wire: Wire, client: type[ClientClass], seconds: float) -> Call:
    """Return what a client calls with: `call(method, **arguments)`.

    It returns the result, raises one of the client's refusals, ServiceUnavailable when no answer
    came within `seconds` (the question then dies in the queue), or RemoteBug.
    """
    known = {f"{kind.__module__}.{kind.__name__}": kind for kind in (*client.errors, *_SHARED)}

    def call(method: str, /, **arguments: Any) -> Any:
        deadline = now().timestamp() + seconds
        try:
            sent = wire.send(
                orjson.dumps({"args": [], "kwargs": arguments}),
                exchange=ANSWERS_EXCHANGE,
                routing_key=f"{client.service}.{method}",
                headers={
                    CORRELATION_HEADER: correlation_id.get(),
                    DEADLINE_HEADER: str(deadline),
                },
                persistent=False,
                expires_seconds=seconds,
                ask=True,
            )
            try:
                answer = sent.answer(seconds)
            finally:
                wire.forget(sent)
        except NotDelivered as problem:
            raise ServiceUnavailable(service=client.service) from problem
        if answer is None:
            raise ServiceUnavailable(service=client.service)
        return _read(orjson.loads(answer.body), known, f"{client.service}.{method}")

    return call


def _read(answer: dict[str, Any], known: dict[str, type[ServiceError]], method: str) -> Any:
    error = answer["error"]
    if error is None:
        return answer["result"]
    kind = known.get(error["exc_path"])
    if kind is None:
        raise RemoteBug(f"{method}: {error['exc_type']}")
    raise kind(*error["exc_args"])


class Client(DependencyProvider):
    """Declares in a service's head whom it asks, and how long it waits."""

    wire = SharedWire()

    def __init__(self, client: type[ClientClass], *, seconds: float = 3.0) -> None:
        self.client = client
        self.seconds = seconds
        self._made: Any = None

    def get_dependency(self, worker_ctx: Any) -> Any:
        """Return the typed client."""
        if self._made is None:
            self._made = self.client(caller(self.wire.wire, self.client, self.seconds))
        return self._made


class Questions(QueueConsumer):
    """Nameko's consumer, back soon after the broker is: by itself it would wait up to 30 s."""

    is_connected = False

    @contextmanager
    def establish_connection(self) -> Iterator[Any]:
        """Connect, trying again for ever."""
        with self.create_connection() as connection:
            connection.ensure_connection(self.on_connection_error, **RECONNECT_SECONDS)
            self.is_connected = True
            try:
                yield connection
            finally:
                self.is_connected = False

    def check(self) -> None:
        """Raise unless questions are being taken."""
        if not self.is_connected:
            raise ConnectionError("questions are not being taken")


class _Answering(RpcConsumer):
    """Nameko's consumer, answering over the pipelined wire instead of a connection per answer."""

    queue_consumer = Questions()
    wire = SharedWire()

    def handle_result(self, message: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
        error = None
        if exc_info is not None:
            problem = exc_info[1]
            if is_outage(problem) and not isinstance(problem, ServiceError):
                problem = ServiceUnavailable(service=self.container.service_name)
            error = serialize(problem)
        try:
            body = orjson.dumps({"result": result, "error": error})
        except orjson.JSONEncodeError as problem:
            log.exception("answer_not_json")
            body = orjson.dumps({"result": None, "error": serialize(problem)})
        # At a process's start a question may come before the wire for its answer is connected.
        self.wire.wire.wait_until_up(START_SECONDS)
        try:
            self.wire.wire.send(
                body,
                exchange=ANSWERS_EXCHANGE,
                routing_key=message.properties.get("reply_to", ""),
                answering=message.properties.get("correlation_id"),
                persistent=False,
            )
        except NotDelivered as problem:
            log.warning("answer_lost", problem=repr(problem))
        self.queue_consumer.ack_message(message)
        return result, exc_info


class _Answers(Rpc):
    """Answers a question; ServiceErrors are expected and travel as themselves."""

    rpc_consumer = _Answering()

    def __init__(self, **options: Any) -> None:
        super().__init__(expected_exceptions=ServiceError, **options)

    def handle_message(self, body: Any, message: Any) -> None:
        """Answer, unless nobody waits for the answer any more."""
        late = now().timestamp() - float(message.headers.get(DEADLINE_HEADER, "inf"))
        if 0 < late < LATEST_SECONDS:
            self.rpc_consumer.queue_consumer.ack_message(message)
        else:
            super().handle_message(body, message)


answers = _Answers.decorator
