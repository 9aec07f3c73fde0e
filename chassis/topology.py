"""Names and declares exchanges, queues and streams: the one place that says where messages go."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

import amqp

EVENTS_EXCHANGE = "sucharit.events"
LIVE_EVENTS = "*.*.*"  # three words; those of a trial round have two more
LOG_STREAM = "sucharit.log"
PROBE = ".probe"
TIME_HEADER = "cloudEvents:time"  # of what is in the log, probes too
INTAKES_EXCHANGE = "sucharit.intakes"  # by the name of the intake's queue
ANSWERS_EXCHANGE = "nameko-rpc"  # questions by `<service>.<method>`, answers by the asker's queue
SHARED_EXCHANGES = (EVENTS_EXCHANGE, ANSWERS_EXCHANGE, INTAKES_EXCHANGE)
DELIVERY_LIMIT = 5
# A queue that is full refuses the publisher; the outbox (or the filer's 503) holds what is refused.
EVENT_QUEUE_MAX_MESSAGES = 1_000_000
INTAKE_QUEUE_MAX_MESSAGES = 200_000
LOG_MAX_BYTES = 20_000_000_000
TRIAL_LOG_MAX_BYTES = 1_000_000_000


def parked(queue: str) -> str:
    """Return the name of the queue that keeps what `queue` could not handle."""
    return f"{queue}.parked"


def probe_key(event_key: str) -> str:
    """Return the key of a message that looks whether listeners to an event are bound: they hear
    it as they hear the event, and the log does not.
    """
    return f"{event_key}{PROBE}"


def log_probe_key(service: str) -> str:
    """Return the key of a message that looks whether the log is bound: only that hears it."""
    return f"{service}.log{PROBE}"


def is_probe(routing_key: str) -> bool:
    """Whether a message only looks, and is no event."""
    return routing_key.endswith(PROBE)


def trial_log(round_id: str) -> str:
    """Return the name of the stream that holds a trial round's events until it is purged."""
    return f"{LOG_STREAM}.trial.{round_id}"


def trial_events(round_id: str) -> str:
    """Return the key by which the events of a trial round are bound."""
    return f"{LIVE_EVENTS}.trial.{round_id}"


def way_out(service: str, exchange: str) -> str:
    """Return the exchange that a service writes to in place of one that all share.

    Where it leads is laid down by an administrator, so a service can speak as itself only.
    """
    return f"{service}.to.{exchange}"


def shared_exchange(way: str) -> str:
    """Return the shared exchange that a way out leads to."""
    return way.partition(".to.")[2]


def replies_of(service: str, which: str) -> str:
    """Return the name of a queue in which a service hears answers."""
    return f"{service}.replies.{which}"


def declare_shared(channel: Any) -> bool:
    """See that the exchanges all share are there, or make them, so that to send never breaks.

    Only an administrator may make them: a service's own user finds what `make up` has made.
    Returns whether they were made, and so lead nowhere.
    """
    are_there = _exist(channel, SHARED_EXCHANGES)
    if not are_there:
        _declare_topics(channel, *SHARED_EXCHANGES)
    return not are_there


def declare_events(channel: Any) -> None:
    """See that the log, too, is there and hears every live event, or make it."""
    if declare_shared(channel) or not _exist(channel, (), LOG_STREAM):
        _declare_stream(channel, LOG_STREAM, LOG_MAX_BYTES)
        bind_log(channel)


def bind_log(channel: Any) -> None:
    """Bind the log to every live event; only an administrator may."""
    channel.queue_bind(LOG_STREAM, EVENTS_EXCHANGE, LIVE_EVENTS)


def declare_ways_out(channel: Any, service: str) -> None:
    """See that a service's ways out are there, or make them, open to everything."""
    declare_shared(channel)
    ways = [way_out(service, exchange) for exchange in reversed(SHARED_EXCHANGES)]
    if not _exist(channel, ways):
        for way in ways:
            _declare_topics(channel, way)
            channel.exchange_bind(shared_exchange(way), way, "#")


def _declare_topics(channel: Any, *exchanges: str) -> None:
    for exchange in exchanges:
        channel.exchange_declare(exchange, "topic", durable=True, auto_delete=False)


def _exist(channel: Any, exchanges: Iterable[str], *queues: str) -> bool:
    """Whether all are there; asked on a channel of its own, since the broker closes it if not."""
    asking = channel.connection.channel()
    try:
        for exchange in exchanges:
            asking.exchange_declare(exchange, "topic", passive=True)
        for queue in queues:
            asking.queue_declare(queue, passive=True)
    except amqp.NotFound:
        return False
    asking.close()
    return True


def declare_trial_log(channel: Any, round_id: str) -> None:
    """Declare the stream of one trial round; its events carry `….trial.<round>` in their key."""
    declare_events(channel)
    _declare_stream(channel, trial_log(round_id), TRIAL_LOG_MAX_BYTES)
    channel.queue_bind(trial_log(round_id), EVENTS_EXCHANGE, trial_events(round_id))


def delete_trial_log(channel: Any, round_id: str) -> None:
    """Delete the stream of a purged trial round with all it holds."""
    channel.queue_delete(trial_log(round_id))


def declare_listener(channel: Any, queue: str, event_key: str) -> None:
    """Declare a listener's queue, bound to one event both live and of trial rounds."""
    declare_events(channel)
    declare_work_queue(channel, queue, max_messages=EVENT_QUEUE_MAX_MESSAGES)
    channel.queue_bind(queue, EVENTS_EXCHANGE, f"{event_key}.#")
    channel.queue_bind(queue, parking_of(queue), queue)  # for what is given to it from the log


def declare_intake(channel: Any, queue: str) -> None:
    """Declare the queue of an intake."""
    declare_shared(channel)
    declare_work_queue(channel, queue, max_messages=INTAKE_QUEUE_MAX_MESSAGES)
    channel.queue_bind(queue, INTAKES_EXCHANGE, queue)


def parking_of(queue: str) -> str:
    """Return the exchange of a queue's owner that leads into its queues, each by its name."""
    return f"{queue.partition('.')[0]}.parking"


def declare_work_queue(channel: Any, queue: str, *, max_messages: int) -> None:
    """Declare a quorum queue that parks a message after DELIVERY_LIMIT failed deliveries.

    Its name begins with its owner's, who also owns the exchange that parks.
    """
    parking = parking_of(queue)
    channel.exchange_declare(parking, "direct", durable=True, auto_delete=False)
    channel.queue_declare(
        parked(queue), durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"}
    )
    channel.queue_bind(parked(queue), parking, parked(queue))
    channel.queue_declare(
        queue,
        durable=True,
        auto_delete=False,
        arguments={
            "x-queue-type": "quorum",
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": parking,
            "x-dead-letter-routing-key": parked(queue),
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
            "x-max-length": max_messages,
        },
    )


def declare_questions(channel: Any, queue: str, service: str) -> None:
    """Declare the queue of what a service is asked; a question that waits there has a deadline."""
    declare_shared(channel)
    channel.queue_declare(queue, durable=True, auto_delete=False)
    bind_asking(channel, queue, f"{service}.*")


def bind_asking(channel: Any, queue: str, key: str, *, nowait: bool = False) -> None:
    """Bind a queue of questions or answers; done again and again, it cannot stay lost."""
    channel.queue_bind(queue, ANSWERS_EXCHANGE, key, nowait=nowait)


def declare_replies(channel: Any, owner: str) -> str:
    """Declare a queue of this connection's own in which answers are heard; return its name."""
    name = _declare_own(channel, replies_of(owner, uuid.uuid4().hex))
    bind_asking(channel, name, name)
    return name


def declare_broadcast(channel: Any, owner: str, event_key: str) -> str:
    """Declare a queue of this connection's own, bound to one event; return its name."""
    declare_events(channel)
    name = _declare_own(channel, f"{owner}.overhears.{uuid.uuid4().hex}")
    channel.queue_bind(name, EVENTS_EXCHANGE, f"{event_key}.#")
    return name


def _declare_own(channel: Any, name: str) -> str:
    channel.queue_declare(name, exclusive=True, auto_delete=True, durable=False)
    return name


def stream_arguments(max_bytes: int) -> dict[str, Any]:
    """Return what a stream is declared with."""
    return {"x-queue-type": "stream", "x-max-length-bytes": max_bytes}


def _declare_stream(channel: Any, name: str, max_bytes: int) -> None:
    channel.queue_declare(
        name,
        durable=True,
        auto_delete=False,
        arguments=stream_arguments(max_bytes),
    )
