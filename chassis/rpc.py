"""Asks another service and answers it, with a deadline and refusals by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Protocol, overload

import orjson
from nameko.extensions import DependencyProvider, Entrypoint

from chassis import topology
from chassis.clock import now
from chassis.log import correlation_id
from chassis.publisher import NotDelivered, Wire
from chassis.questions import CORRELATION_HEADER, DEADLINE_HEADER, ORDINARY, Lane, Questions
from chassis.settings import PATIENCE
from chassis.shared_wire import SharedWire
from chassis.worker import Method
from contracts import errors as shared
from contracts.errors import ServiceError, ServiceUnavailable

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
                exchange=topology.ANSWERS_EXCHANGE,
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
        return _read(answer, known, f"{client.service}.{method}")

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
            seconds = self.seconds * PATIENCE
            self._made = self.client(caller(self.wire.wire, self.client, seconds))
        return self._made


class _Answers(Entrypoint):
    """Answers a question, in the workers of its lane; ServiceErrors travel as themselves.

    A question is run at most once. One whose process dies has no answer: its asker is told so by
    its own deadline.
    """

    questions = Questions()

    def __init__(self, *, lane: Lane = ORDINARY, **options: Any) -> None:
        self.lane = lane
        super().__init__(expected_exceptions=ServiceError, **options)

    def setup(self) -> None:
        """Say what is answered."""
        self.questions.register(self)

    def stop(self) -> None:
        """Take no more."""
        self.questions.stop_taking()

    def kill(self) -> None:
        """Stop at once."""
        self.questions.kill()


class _Answering(Protocol):
    @overload
    def __call__(self, method: Method, /) -> Method: ...
    @overload
    def __call__(self, *, lane: Lane) -> Callable[[Method], Method]: ...


answers: _Answering = _Answers.decorator
