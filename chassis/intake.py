"""Takes durable asks: a message is durable before its work is done.

The asker publishes to a quorum queue and waits for the confirm: from then on nothing is lost. It
then waits a while for the answer. The taker works the queue off in batches and answers each.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

import orjson
from nameko.extensions import DependencyProvider

from chassis import metrics, topology, worker
from chassis.inbox import Batch, Consumer, Inbox, Unreadable
from chassis.keys import read_key, read_keys
from chassis.log import correlation_id
from chassis.publisher import NotDelivered, Sent
from chassis.seals import SEAL_HEADER, Seals
from chassis.settings import PATIENCE, Settings
from chassis.shared_wire import SharedWire
from chassis.worker import Marking
from contracts.errors import ServiceUnavailable

CONFIRM_SECONDS = 4.0 * PATIENCE
ANSWER_SECONDS = 4.0 * PATIENCE
AWAY_SECONDS = 0.1


class IntakeWire(SharedWire):
    """A connection for durable asks alone, so that nothing else can hold them up."""

    name = "intake"


class DurableAsk(DependencyProvider):
    """Hands out `ask(body)`: durable when it returns, answered if the answer came in time.

    What it sends is sealed with the key that `settings.intake_key_file` names.
    """

    wire = IntakeWire()

    def __init__(self, queue: str, *, service: str, settings: type[Settings]) -> None:
        self.queue = queue
        self.service = service
        self.settings = settings
        self._seals: Any = None
        self._unanswered = -1.0
        """When the last message was sent for whose answer we waited to the end in vain."""

    def setup(self) -> None:
        """Read the key."""
        self._seals = Seals(read_key(self.settings.read().intake_key_file))  # type: ignore[attr-defined]  # see above

    def get_dependency(self, worker_ctx: Any) -> Callable[[dict[str, Any]], dict[str, Any] | None]:
        """Return `ask`."""
        return self.ask

    def ask(self, body: dict[str, Any]) -> dict[str, Any] | None:
        """Return the answer, or None when the message is durable but unanswered so far.

        Raises ServiceUnavailable within CONFIRM_SECONDS when the broker did not take it; whether
        it did is then unknown, so `body` must be safe to repeat. Never longer than
        CONFIRM_SECONDS + ANSWER_SECONDS.

        While the taker is away, so that one ask waited to the end and nothing has been answered
        since, the others wait AWAY_SECONDS: whoever comes must not find all places taken by those
        who wait in vain.
        """
        started = time.monotonic()
        wire = self.wire.wire
        sealed = orjson.dumps(body)
        try:
            sent = wire.send(
                sealed,
                exchange=topology.INTAKES_EXCHANGE,
                routing_key=self.queue,
                headers={
                    "correlation_id": correlation_id.get(),
                    SEAL_HEADER: self._seals.make(self.queue, sealed),
                },
                ask=True,
            )
        except NotDelivered as problem:
            raise ServiceUnavailable(service=self.service) from problem
        try:
            sent.confirmed(CONFIRM_SECONDS)
            if wire.answered_at < self._unanswered:
                answer = self._answer(sent, AWAY_SECONDS)
            elif (answer := self._answer(sent, ANSWER_SECONDS - _since(started))) is None:
                self._unanswered = started
        except NotDelivered as problem:
            raise ServiceUnavailable(service=self.service) from problem
        finally:
            wire.forget(sent)
        return answer

    def _answer(self, sent: Sent, seconds: float) -> dict[str, Any] | None:
        try:
            answer: dict[str, Any] | None = sent.answer(seconds)
            return answer
        except NotDelivered:
            return None  # durable all the same: the answer was lost with the connection


def _since(started: float) -> float:
    return time.monotonic() - started


class _Takes(Consumer):
    """Calls the method with a list of bodies; it returns one answer for each, in order.

    When it returns, everything it answers is done for good; the bodies may be given again. What
    no filler has sealed is parked: `settings` name the key, `intake_key_file`, and the folder of
    those before it, `intake_old_keys`.
    """

    wire = IntakeWire()

    def __init__(
        self, queue: str, *, batch: Batch, settings: type[Settings], **options: Any
    ) -> None:
        self.queue = queue
        self.batch = batch
        self.settings = settings
        super().__init__(**options)

    def setup(self) -> None:
        """Read the keys and make the inbox; it consumes from `start` on."""
        keys: Any = self.settings.read()
        self._seals = Seals(*read_keys(keys.intake_key_file, keys.intake_old_keys))
        self.inbox = Inbox(
            self.container.config["AMQP_URI"],
            name=self.queue,
            declare=self._declare,
            read=self._read,
            handle=self._handle,
            batch=self.batch,
        )

    def _declare(self, channel: Any) -> str:
        topology.declare_intake(channel, self.queue)
        return self.queue

    def _read(self, message: Any) -> tuple[dict[str, Any], Any]:
        text = message.body.encode() if isinstance(message.body, str) else message.body
        if not self._seals.holds(self.queue, text, message.headers.get(SEAL_HEADER)):
            metrics.record_forged(self.queue)
            raise Unreadable("no filler of this intake has sealed it")
        try:
            body = orjson.loads(text)
        except orjson.JSONDecodeError as problem:
            raise Unreadable(str(problem)) from problem
        if not isinstance(body, dict):
            raise Unreadable("not an object")
        return body, message

    def _handle(self, items: list[tuple[dict[str, Any], Any]]) -> None:
        results = worker.call(self, [body for body, _ in items])
        answers: dict[str, dict[str, Any]] = {}
        for (_, message), result in zip(items, results, strict=True):
            asker = message.properties.get("reply_to")
            if asker is not None:
                answers.setdefault(asker, {})[message.properties["correlation_id"]] = result
        for asker, its in answers.items():
            # Who cannot be answered was told it is durable and will come back to see.
            with suppress(NotDelivered):
                self.wire.wire.answer_all(asker, its)


takes: Marking = _Takes.decorator


class WhenEmpty(DependencyProvider):
    """Hands out `when()`: when the intake of this service was last seen with nothing in it, neither
    at the broker nor in hand here; None when it was not so far.

    What another process of the service has in hand is not seen: whoever says by this that something
    was never taken must be able to bear that it is taken after all.
    """

    def get_dependency(self, worker_ctx: Any) -> Callable[[], datetime | None]:
        """Return `when`."""
        return self.when

    def when(self) -> datetime | None:
        """Return when the intake was last empty."""
        (taking,) = (part for part in self.container.extensions if isinstance(part, _Takes))
        return taking.empty_at
