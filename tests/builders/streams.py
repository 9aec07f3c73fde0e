"""Reading a stream as an outside consumer does: with pika, from its first message to its last."""

from uuid import uuid4

import pika

from chassis import topology
from chassis.clock import now
from contracts.fields import wire_time
from tests.builders.waiting import HANG_SECONDS


def read_stream(amqp_uri: str, stream: str) -> list[tuple[str, str]]:
    """Return (routing key, body) of every event in the log until now, or of what there is of a
    trial's: that ends where nothing comes for a second.
    """
    with pika.BlockingConnection(pika.URLParameters(amqp_uri)) as connection:
        channel = connection.channel()
        channel.basic_qos(prefetch_count=500)
        is_log = stream == topology.LOG_STREAM
        last = _mark_the_end(channel) if is_log else ""
        messages = []
        arrivals = channel.consume(
            stream,
            arguments={"x-stream-offset": "first"},
            inactivity_timeout=HANG_SECONDS if is_log else 1.0,
        )
        for method, properties, body in arrivals:
            if method is None or (last and properties.message_id == last):
                break
            if not topology.is_probe(method.routing_key):
                messages.append((method.routing_key, body.decode()))
            channel.basic_ack(method.delivery_tag)
        assert method or not is_log, "the end of the log did not come"
        return messages


def _mark_the_end(channel: pika.channel.Channel) -> str:
    """Send what only the log hears, and return its id."""
    marked = pika.BasicProperties(
        message_id=uuid4().hex, headers={topology.TIME_HEADER: wire_time(now())}
    )
    key = topology.log_probe_key("test")
    channel.basic_publish(topology.EVENTS_EXCHANGE, key, b"{}", marked)
    return str(marked.message_id)
