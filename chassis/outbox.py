"""Brings events out once they are stored: inside the changed document, then by the relay.

A change and its events are one atomic write. The process that wrote them publishes them at once
from memory; what a crash left behind is found by a sweep over an index. Publishing again what was
sent but not yet removed is possible, and every listener bears it.
"""

from __future__ import annotations

import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import eventlet
import orjson
import structlog
from eventlet.event import Event as Signal
from nameko.extensions import DependencyProvider
from pymongo import WriteConcern
from pymongo.errors import DuplicateKeyError, PyMongoError

from chassis import metrics, topology
from chassis.bindings import Bindings
from chassis.clock import now
from chassis.log import correlation_id
from chassis.outages import is_outage
from chassis.publisher import NotDelivered, Sent, Wire
from chassis.settings import PATIENCE
from chassis.shared_wire import SharedWire
from contracts.events import Event, routing_key, seal

log = structlog.get_logger(__name__)

FIELD = "outbox"
INDEX = {"fields": ["outbox.at"], "partialFilterExpression": {"outbox.at": {"$exists": True}}}
SWEEP_SECONDS = 2.0
LEFT_BEHIND_SECONDS = 5.0
IN_MEMORY_EVENTS = 20_000
AT_ONCE_EVENTS = 500
CONFIRM_SECONDS = 10.0 * PATIENCE


class Undeclared(TypeError):
    """A service may announce only what the head of its class declares."""


class Outbox:
    """Seals events for storing and relays what is stored. One per process."""

    def __init__(self, wire: Wire, announces: Sequence[type[Event]]) -> None:
        self._wire = wire
        self._announces = frozenset(announces)
        self._fresh: deque[tuple[str, Any, dict[str, Any]]] = deque(maxlen=IN_MEMORY_EVENTS)
        self._nudged = Signal()
        # What was sent since the log was last seen to be bound, each with when.
        self._unlogged: deque[tuple[float, tuple[str, Any, dict[str, Any]]]] = deque(
            maxlen=IN_MEMORY_EVENTS
        )
        self.is_held = False
        """Whether nothing is sent because the log would not have it."""
        self._database: Any = None
        self._collections: Sequence[str] = ()
        self._threads: list[Any] = []

    def insert(self, collection: Any, document: Mapping[str, Any], events: Iterable[Event]) -> bool:
        """Store a new document with its events in one write; return False, and store nothing, when
        its key is taken.
        """
        entries = self.seal(events)
        try:
            collection.insert_one({**document, FIELD: entries})
        except DuplicateKeyError:
            return False
        self.nudge(collection.name, document["_id"], entries)
        return True

    def update(
        self,
        collection: Any,
        condition: Mapping[str, Any],
        change: Mapping[str, Any],
        events: Iterable[Event],
    ) -> bool:
        """Change the document of that `_id` with its events in one write; return False, and store
        nothing, when it is no longer as the condition says.
        """
        entries = self.seal(events)
        pushes = {**change.get("$push", {}), FIELD: {"$each": entries}}
        matched = collection.update_one(condition, {**change, "$push": pushes}).matched_count
        if matched:
            self.nudge(collection.name, condition["_id"], entries)
        return bool(matched)

    def seal(
        self, events: Iterable[Event], *, correlation: str | None = None
    ) -> list[dict[str, Any]]:
        """Return the entries to store in the changed document's `outbox` array.

        They carry the correlation id of this call, or the one given when it does several at once.
        Raises Undeclared or MalformedEvent before anything is stored.
        """
        cause = correlation_id.get() if correlation is None else correlation
        return [self._seal(event, cause) for event in events]

    def _seal(self, event: Event, cause: str) -> dict[str, Any]:
        if type(event) not in self._announces:
            raise Undeclared(f"{type(event).__name__} is not declared with Announces(...)")
        at = now()
        envelope = seal(event, event_id=uuid.uuid4().hex, at=at, correlation_id=cause)
        return {
            "id": envelope.id,
            "at": at,
            "key": routing_key(event),
            "headers": envelope.headers(),
            "body": orjson.dumps(event.facts()).decode(),
        }

    def nudge(self, collection: str, document_id: Any, entries: Iterable[dict[str, Any]]) -> None:
        """Say that entries were stored, so that they leave now and not at the next sweep."""
        self._fresh.extend((collection, document_id, entry) for entry in entries)
        if self._fresh and not self._nudged.ready():
            self._nudged.send()

    # -- that the log has it --------------------------------------------------------------

    def hold(self) -> None:
        """Send nothing until it can be logged; it stays stored."""
        if not self.is_held:
            log.error("log_unbound", unlogged=len(self._unlogged))
        self.is_held = True

    def logged_until(self, at: float) -> None:
        """Know that what is sent from `at` on, by the monotonic clock, is logged, and what was
        sent before, unless it is held: then that is sent again, which every listener bears.
        """
        again = 0
        while self._unlogged and self._unlogged[0][0] < at:
            count = min(AT_ONCE_EVENTS, len(self._unlogged))
            sent = [self._unlogged.popleft() for _ in range(count)]
            if self.is_held:
                delivered = self._deliver([item for _, item in sent])
                if len(delivered) < count:
                    self._unlogged.extendleft(reversed(sent))
                    return
                again += count
        if self.is_held:
            self.is_held = False
            metrics.record_bound_again(topology.LOG_STREAM, again)
            log.error("log_was_unbound", replayed=again)

    # -- the relay ------------------------------------------------------------------------

    def relay_from(
        self,
        database: Any,
        collections: Sequence[str],
        spawn: Callable[..., Any] = eventlet.spawn,
    ) -> None:
        """Start relaying what the collections hold; `spawn` learns of a bug that ends it."""
        self._database = database
        self._collections = collections
        self._threads = [spawn(self._relay_fresh), spawn(self._sweep_forever)]

    def stop(self) -> None:
        """Stop relaying; what is not out stays stored for the next process."""
        for thread in self._threads:
            thread.kill()
        self._threads = []

    def _relay_fresh(self) -> None:
        while True:
            self._nudged.wait()
            self._nudged = Signal()
            while self._fresh:
                count = min(AT_ONCE_EVENTS, len(self._fresh))
                self._publish([self._fresh.popleft() for _ in range(count)], path="nudge")

    def _sweep_forever(self) -> None:
        while True:
            for collection in self._collections:
                try:
                    self.sweep(collection, older_than_seconds=LEFT_BEHIND_SECONDS)
                except PyMongoError as problem:
                    if not is_outage(problem):
                        raise
                    log.warning("outbox_sweep_put_off", problem=repr(problem))
            eventlet.sleep(SWEEP_SECONDS)

    def sweep(self, collection: str, *, older_than_seconds: float) -> int:
        """Publish what has been stored for longer than that. Returns how many events went out."""
        cutoff = now() - timedelta(seconds=older_than_seconds)
        sent = 0
        while True:
            left = [
                (collection, document["_id"], entry)
                for document in self._database[collection].find(
                    {"outbox.at": {"$lte": cutoff}}, {FIELD: 1}, limit=AT_ONCE_EVENTS
                )
                for entry in document[FIELD]
            ]
            metrics.show_left_behind(collection, len(left))
            if not left or not self._publish(left, path="sweep"):
                return sent
            sent += len(left)

    def _publish(self, left: list[tuple[str, Any, dict[str, Any]]], *, path: str) -> bool:
        """Publish entries and remove the confirmed ones. Returns whether all went out."""
        if self.is_held:
            return False
        try:
            delivered = self._deliver(left)
            by_collection: dict[str, list[tuple[Any, str]]] = {}
            for collection, document_id, entry in delivered:
                by_collection.setdefault(collection, []).append((document_id, entry["id"]))
            for collection, sent in by_collection.items():
                document_ids, entry_ids = map(list, zip(*sent, strict=True))
                # Not journaled: an entry that comes back is published again, which all bear.
                self._database[collection].with_options(
                    write_concern=WriteConcern(w=1, j=False)
                ).update_many(
                    {"_id": {"$in": document_ids}},
                    {"$pull": {FIELD: {"id": {"$in": entry_ids}}}},
                )
                metrics.record_sent(collection, path, len(sent))
        except PyMongoError as problem:
            if not is_outage(problem):
                raise
            log.warning("outbox_removal_put_off", problem=repr(problem))
            return False
        return len(delivered) == len(left)

    def _deliver(
        self, left: list[tuple[str, Any, dict[str, Any]]]
    ) -> list[tuple[str, Any, dict[str, Any]]]:
        on_the_way, delivered, at = [], [], time.monotonic()
        try:
            for item in left:
                on_the_way.append((item, self._send(item[2])))
        except NotDelivered as problem:
            log.warning("outbox_put_off", problem=repr(problem), events=len(left))
        deadline = time.monotonic() + CONFIRM_SECONDS
        for item, sent in on_the_way:
            try:
                sent.confirmed(max(0.0, deadline - time.monotonic()))
            except NotDelivered as problem:
                log.warning("event_put_off", problem=repr(problem), key=item[2]["key"])
            else:
                delivered.append(item)
        self._unlogged.extend((at, item) for item in delivered)
        return delivered

    def _send(self, entry: dict[str, Any]) -> Sent:
        return self._wire.send(
            entry["body"].encode(),
            exchange=topology.EVENTS_EXCHANGE,
            routing_key=entry["key"],
            headers=entry["headers"],
            message_id=entry["id"],
        )


class Announces(DependencyProvider):
    """Declares in a service's head what it may announce, and hands out the outbox."""

    wire = SharedWire()
    bindings = Bindings()  # of the log: also where nothing is listened to

    def __init__(self, *events: type[Event]) -> None:
        self.events = events
        self._outbox: Outbox | None = None

    def outbox(self) -> Outbox:
        """Return the process's outbox; it relays once the store is there."""
        if self._outbox is None:
            self._outbox = Outbox(self.wire.wire, self.events)
            self.bindings.keep_logged(self._outbox)
        return self._outbox

    def check(self) -> None:
        """Raise while the log would not have what is announced."""
        self.bindings.check_logged()

    def stop(self) -> None:
        """Stop relaying."""
        self.outbox().stop()

    kill = stop

    def get_dependency(self, worker_ctx: Any) -> Outbox:
        """Return the outbox."""
        return self.outbox()
