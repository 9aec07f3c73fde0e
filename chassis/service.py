"""Gives every service health and metrics over HTTP and a log line for each call."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import eventlet
import structlog
from nameko.extensions import DependencyProvider

from chassis import metrics, topology
from chassis.clock import now
from chassis.connection import CONNECTION_ERRORS, DECLARE_TIMEOUT_SECONDS, in_time, open_connection
from chassis.health import Readiness, ops_pages
from chassis.log import correlation_id
from chassis.ops_server import OpsServer
from chassis.outages import is_outage
from chassis.settings import PATIENCE
from contracts.errors import ServiceError

log = structlog.get_logger(__name__)

GRACE_SECONDS = 10 * PATIENCE
DEPTH_EVERY_SECONDS = 5


class Provided(DependencyProvider):
    """Hands a service what `make` returns, made once; what it raises stops the start."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._made: Any = None

    def setup(self) -> None:
        """Make it."""
        self._made = self._make()

    def get_dependency(self, worker_ctx: Any) -> Any:
        """Return it."""
        return self._made


class Observed(DependencyProvider):
    """Times every call of an entrypoint, logs it in one line and carries the correlation id.

    None of these hooks may raise: an exception in one would end the process.
    """

    def __init__(self) -> None:
        self._began: WeakKeyDictionary[Any, float] = WeakKeyDictionary()

    def worker_setup(self, worker_ctx: Any) -> None:
        """Note the start, and make the caller's correlation id this worker's."""
        self._began[worker_ctx] = time.monotonic()
        correlation_id.set(worker_ctx.data.get("correlation_id") or "")

    def worker_result(self, worker_ctx: Any, result: Any = None, exc_info: Any = None) -> None:
        """Log and count what became of the call."""
        seconds = time.monotonic() - self._began.pop(worker_ctx, time.monotonic())
        entrypoint = worker_ctx.entrypoint.method_name
        outcome = _outcome(exc_info)
        metrics.record_handled(entrypoint, outcome, seconds)
        facts = {"entrypoint": entrypoint, "outcome": outcome, "seconds": round(seconds, 4)}
        if outcome == "bug":
            log.error("call", **facts, exc_info=exc_info)
        elif outcome == "ok":
            log.info("call", **facts)
        else:
            log.info("call", **facts, problem=repr(exc_info[1]))
        pool = worker_ctx.container
        metrics.show_pool("workers", in_use=pool._worker_pool.running(), size=pool.max_workers)


def _outcome(exc_info: Any) -> str:
    if exc_info is None:
        return "ok"
    if is_outage(exc_info[1]):
        return "outage"
    return "refused" if isinstance(exc_info[1], ServiceError) else "bug"


def readiness_of(container: Any) -> Readiness:
    """Return the readiness of a container: every extension that has a `check` must pass it."""
    readiness = Readiness()
    for part in container.extensions:
        if hasattr(part, "check"):
            name = getattr(part, "queue", None) or getattr(part, "attr_name", None)
            readiness.add(name or type(part).__name__, part.check)
    return readiness


def watch_depths(container: Any) -> None:
    """Ask the broker every few seconds how deep the queues of this process are. Never returns."""
    consumers = [part for part in container.extensions if getattr(part, "owns_queue", False)]
    while consumers:
        try:
            with open_connection(container.config["AMQP_URI"]) as connection:
                _show_depths(connection.channel(), consumers)
        except CONNECTION_ERRORS as problem:
            log.info("depths_unknown", problem=repr(problem))
        eventlet.sleep(DEPTH_EVERY_SECONDS)


def _show_depths(channel: Any, consumers: list[Any]) -> None:
    while True:
        for part in consumers:
            looked_at = now()
            if _show_depth(channel, part.queue) == 0:
                part.note_empty(looked_at)
            _show_depth(channel, topology.parked(part.queue))
        eventlet.sleep(DEPTH_EVERY_SECONDS)


def _show_depth(channel: Any, queue: str) -> int:
    with in_time(DECLARE_TIMEOUT_SECONDS):
        depth = int(channel.queue_declare(queue, passive=True).message_count)
    metrics.show_depth(queue, depth)
    return depth


class Ops(DependencyProvider):
    """Serves /healthz, /readyz and /metrics on the process's ops port."""

    def __init__(self) -> None:
        self._server: OpsServer | None = None
        self._readiness: Readiness | None = None
        self._depths: Any = None

    def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        settings = self.container.config["process"]
        self._readiness = readiness_of(self.container)
        self._server = OpsServer(
            ops_pages(self._readiness), host=settings.host, port=settings.ops_port
        )
        self._server.start()
        self._depths = eventlet.spawn(watch_depths, self.container)

    def stop(self) -> None:
        """Say that we are going, answer what is in flight, close."""
        if self._server is not None and self._readiness is not None:
            self._readiness.stop()
            self._depths.kill()
            self._server.stop(GRACE_SECONDS)

    kill = stop


class Service:
    """Base of every service: observed, and with an ops port."""

    observed = Observed()
    ops = Ops()
