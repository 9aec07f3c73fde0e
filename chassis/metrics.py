"""Counts what every process counts. Labels come from closed lists, never from ids."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics

from chassis.eventlet_insides import share_metrics

share_metrics()
disable_created_metrics()  # type: ignore[no-untyped-call]  # it takes and returns nothing  # a line more for each of everything, that nobody reads

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

_handled = Histogram(
    "entrypoint_seconds",
    "Seconds an entrypoint took, by what became of it.",
    ["entrypoint", "outcome"],
    buckets=_SECONDS,
)
_batch = Histogram(
    "inbox_batch_messages",
    "Messages handled in one go.",
    ["queue"],
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500),
)
_messages = Counter(
    "inbox_messages", "Messages taken, by what became of them.", ["queue", "outcome"]
)
_forged = Counter(
    "intake_forged", "Messages parked because no filler of the intake sealed them.", ["queue"]
)
_bound = Gauge(
    "listener_bound", "1 while a listener hears what is sent over its own binding.", ["queue"]
)
_bound_again = Counter(
    "listener_bound_again", "Times a listener was found bound to nothing.", ["queue"]
)
_replayed = Counter(
    "listener_events_replayed", "Events a listener was given from the log.", ["queue"]
)
_waiting_out = Gauge(
    "inbox_waiting_out_outage", "1 while a queue waits for an outage to end.", ["queue"]
)
_depth = Gauge("queue_messages", "Messages in a queue, as the broker last said.", ["queue"])
_wire = Gauge("wire_in_flight", "Messages sent or waiting to be, not yet confirmed.", ["wire"])
_wire_up = Gauge("wire_up", "1 while the wire is connected and not blocked.", ["wire"])
_confirm = Histogram(
    "wire_confirm_seconds",
    "Seconds from send to the broker's confirm.",
    ["wire"],
    buckets=_SECONDS,
)
_outbox = Gauge(
    "outbox_left_behind", "Events found waiting in the store at the last sweep.", ["collection"]
)
_outbox_sent = Counter(
    "outbox_events_sent", "Events published and confirmed.", ["collection", "path"]
)
_pool = Gauge("pool_in_use", "Places taken in a bounded pool.", ["pool"])
_pool_size = Gauge("pool_size", "Places in a bounded pool.", ["pool"])
_clock = Gauge(
    "clock_difference_seconds",
    "How far the machine's wall clock is ahead of the clock in use; beyond 0.5 it was set.",
)
_memory = Gauge(
    "process_memory_bound_bytes",
    "What the process may take of memory, 0 for no bound; at three quarters it ends.",
)


def record_handled(entrypoint: str, outcome: str, seconds: float) -> None:
    """Count one call of an entrypoint; outcome is ok, refused, outage or bug."""
    _handled.labels(entrypoint, outcome).observe(seconds)


def record_batch(queue: str, size: int) -> None:
    """Count one batch taken from a queue."""
    _batch.labels(queue).observe(size)


def record_messages(queue: str, outcome: str, count: int = 1) -> None:
    """Count messages by what became of them: done, parked."""
    _messages.labels(queue, outcome).inc(count)


def record_forged(queue: str) -> None:
    """Count a message in an intake that bears no seal of ours."""
    _forged.labels(queue).inc()


def show_bound(queue: str, bound: bool) -> None:
    """Show whether a listener hears what is sent to it over its own binding."""
    _bound.labels(queue).set(bound)


def record_bound_again(queue: str, replayed: int) -> None:
    """Count that a listener was bound to nothing, and what was replayed to it from the log."""
    _bound_again.labels(queue).inc()
    _replayed.labels(queue).inc(replayed)


def show_waiting_out(queue: str, waiting: bool) -> None:
    """Show whether a queue stands still because of an outage."""
    _waiting_out.labels(queue).set(waiting)


def show_depth(queue: str, messages: int) -> None:
    """Show how many messages the broker holds in a queue."""
    _depth.labels(queue).set(messages)


def show_wire(wire: str, *, in_flight: int, up: bool) -> None:
    """Show the state of a publishing connection."""
    _wire.labels(wire).set(in_flight)
    _wire_up.labels(wire).set(up)


def record_confirm(wire: str, seconds: float) -> None:
    """Count one confirmed message."""
    _confirm.labels(wire).observe(seconds)


def show_left_behind(collection: str, events: int) -> None:
    """Show how many events a sweep found unsent."""
    _outbox.labels(collection).set(events)


def record_sent(collection: str, path: str, events: int) -> None:
    """Count events published; path is nudge or sweep."""
    _outbox_sent.labels(collection, path).inc(events)


def show_pool(pool: str, *, in_use: int, size: int) -> None:
    """Show how full a bounded pool is."""
    _pool.labels(pool).set(in_use)
    _pool_size.labels(pool).set(size)


def show_memory_bound(most_bytes: int) -> None:
    """Show how much memory the process may take."""
    _memory.set(most_bytes)


def watch_clock(difference_seconds: Callable[[], float]) -> None:
    """Show how far the wall clock is ahead, looked up whenever somebody asks."""
    _clock.set_function(difference_seconds)
