"""Reading a stream as an outside consumer does: with pika, from its first message to its last."""

import pika

from chassis import topology
from chassis.clock import now
from contracts.fields import read_time


def read_stream(amqp_uri: str, stream: str) -> list[tuple[str, str]]:
    """Return (routing key, body) of every event until nothing comes for a second, or a probe that
    was sent after the reading began.
    """
    began_at = now()
    connection = pika.BlockingConnection(pika.URLParameters(amqp_uri))
    channel = connection.channel()
    channel.basic_qos(prefetch_count=500)
    messages = []
    arrivals = channel.consume(
        stream, arguments={"x-stream-offset": "first"}, inactivity_timeout=1.0
    )
    for method, properties, body in arrivals:
        if method is None:
            break
        if topology.is_probe(method.routing_key):
            if read_time(properties.headers[topology.TIME_HEADER]) > began_at:
                break
        else:
            messages.append((method.routing_key, body.decode()))
        channel.basic_ack(method.delivery_tag)
    connection.close()
    return messages
