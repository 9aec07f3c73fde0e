"""Reading a stream as an outside consumer does: with pika, from its first message to its last."""

import pika


def read_stream(amqp_uri: str, stream: str) -> list[tuple[str, str]]:
    """Return (routing key, body) of every message until none comes for a second."""
    connection = pika.BlockingConnection(pika.URLParameters(amqp_uri))
    channel = connection.channel()
    channel.basic_qos(prefetch_count=500)
    messages = []
    arrivals = channel.consume(
        stream, arguments={"x-stream-offset": "first"}, inactivity_timeout=1.0
    )
    for method, _, body in arrivals:
        if method is None:
            break
        messages.append((method.routing_key, body.decode()))
        channel.basic_ack(method.delivery_tag)
    connection.close()
    return messages
