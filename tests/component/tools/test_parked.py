"""Parked messages can be counted, read and sent again."""

import pika
import pytest

from tools.parked import depth, messages, replay


@pytest.fixture
def channel(amqp_uri):
    with pika.BlockingConnection(pika.URLParameters(amqp_uri)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.queue_declare("work", durable=True)
        channel.queue_declare("work.parked", durable=True)
        yield channel


def park(channel, *bodies):
    for body in bodies:
        headers = {"cloudEvents:id": "e1", "x-death": [{"reason": "rejected"}]}
        properties = pika.BasicProperties(headers=headers, correlation_id="c1")
        channel.basic_publish("", "work.parked", body, properties)


def test_reading_leaves_everything_where_it_is(channel, amqp_uri):
    park(channel, b"one", b"two")

    with pika.BlockingConnection(pika.URLParameters(amqp_uri)) as other:
        read = [body for _, _, body in messages(other.channel(), "work.parked", 10)]

    assert read == [b"one", b"two"]
    assert depth(channel, "work.parked") == 2


def test_replay_sends_back_what_was_parked_as_it_came(channel):
    park(channel, b"one", b"two", b"three")

    assert replay(channel, "work.parked", 2) == 2

    assert (depth(channel, "work"), depth(channel, "work.parked")) == (2, 1)
    _, properties, body = channel.basic_get("work", auto_ack=True)
    assert (body, properties.correlation_id) == (b"one", "c1")
    assert properties.headers == {"cloudEvents:id": "e1"}


def test_a_message_that_cannot_go_back_stays_parked(channel):
    channel.queue_declare("gone.parked", durable=True)
    channel.basic_publish("", "gone.parked", b"one")

    with pytest.raises(pika.exceptions.UnroutableError):
        replay(channel, "gone.parked", 1)

    channel.connection.close()
