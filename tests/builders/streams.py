"""Reading a stream from its first message to its last."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import amqp

from chassis import topology
from chassis.clock import now
from chassis.connection import open_connection
from contracts.fields import wire_time
from tests.builders.waiting import HANG_SECONDS


def read_stream(amqp_uri: str, stream: str) -> list[tuple[str, str]]:
    """Return (routing key, body) of every event in the log until now, or of what there is of a
    trial's: that ends where nothing comes for a second.
    """
    # The connection is dropped: a consumer that is cancelled gives back what it has not taken,
    # and a stream takes nothing back.
    with open_connection(amqp_uri) as connection:
        return [
            (message.delivery_info["routing_key"], message.body)
            for message in _until_the_end(connection, stream)
            if not topology.is_probe(message.delivery_info["routing_key"])
        ]


def _until_the_end(connection: Any, stream: str) -> Iterator[Any]:
    channel, arrived = connection.channel(), list[Any]()
    channel.basic_qos(0, 500, False)
    is_log = stream == topology.LOG_STREAM
    last = _mark_the_end(channel) if is_log else None
    channel.basic_consume(stream, callback=arrived.append, arguments={"x-stream-offset": "first"})
    while True:
        try:
            connection.drain_events(timeout=HANG_SECONDS if is_log else 1.0)
        except TimeoutError:
            assert not is_log, "the end of the log did not come"
            return
        for message in arrived:
            if last and message.properties.get("message_id") == last:
                return
            channel.basic_ack(message.delivery_tag)
            yield message
        arrived.clear()


def _mark_the_end(channel: Any) -> str:
    """Send what only the log hears, and return its id."""
    last = uuid4().hex
    marked = amqp.Message(
        b"{}", message_id=last, application_headers={topology.TIME_HEADER: wire_time(now())}
    )
    channel.basic_publish(marked, topology.EVENTS_EXCHANGE, topology.log_probe_key("test"))
    return last
