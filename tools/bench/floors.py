"""How fast broker and database are when nothing else is done: what no way of filing can pass."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from amqp import Message, spec
from pymongo import MongoClient

from chassis import topology
from chassis.connection import open_connection

CONFIRMS = "pipelined confirms"
BULKS = {f"journaled bulks of {size}": size for size in (64, 500)}
IN_FLIGHT = 500  # as many as reports takes at a time; more in flight was no faster
QUEUE = "bench.floor"
TIMES = 4  # each body is published so often, so that it takes longer than a blink


def confirms_a_second(amqp_uri: str, bodies: Sequence[bytes]) -> float:
    """Publish each body persistent to a quorum queue, pipelined on one channel, TIMES over;
    return the rate at which the broker confirmed them.
    """
    with open_connection(amqp_uri) as connection:
        channel = connection.channel()
        topology.declare_work_queue(channel, QUEUE, max_messages=topology.INTAKE_QUEUE_MAX_MESSAGES)
        channel.confirm_select()
        waiting: dict[int, None] = {}

        def on_ack(tag: int, multiple: bool) -> None:
            settled = [each for each in waiting if each <= tag] if multiple else [tag]
            for each in settled:
                del waiting[each]

        channel.events["basic_ack"].add(on_ack)
        started = time.perf_counter()
        for tag, body in enumerate(list(bodies) * TIMES, 1):
            while len(waiting) >= IN_FLIGHT:
                connection.drain_events()
            waiting[tag] = None
            message = Message(body, content_type="application/json", delivery_mode=2)
            channel.send_method(spec.Basic.Publish, "Bssbb", (0, "", QUEUE, True, False), message)
        while waiting:
            connection.drain_events()
        taken = time.perf_counter() - started
        for queue in (QUEUE, topology.parked(QUEUE)):
            channel.queue_delete(queue)
    return len(bodies) * TIMES / taken


def bulk_a_second(mongo_uri: str, documents: Sequence[dict[str, Any]], size: int) -> float:
    """Insert the documents in bulks of that size, one after the other; return the rate at which
    they were in the journal.
    """
    client: MongoClient[dict[str, Any]] = MongoClient(mongo_uri, w="majority", journal=True)
    with client:
        filings = client.get_default_database()["floor"]
        filings.drop()
        filings.database.create_collection(filings.name)
        started = time.perf_counter()
        for start in range(0, len(documents), size):
            filings.insert_many(documents[start : start + size], ordered=False)
        taken = time.perf_counter() - started
        filings.drop()
    return len(documents) / taken
