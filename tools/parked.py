"""Look at parked messages and send them again: `python -m tools.parked list | read | replay`.

A message is parked when its listener cannot read it, fails on it, or died on it too often. Mend the
cause, then replay: it goes back to the queue it came from and leaves the parked one only when the
broker has it safe.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pika
from pika.adapters.blocking_connection import BlockingChannel

from tools.stack import Stack

SUFFIX = ".parked"


def parked_queues(stack: Stack) -> list[str]:
    """Return the queues parked messages are kept in, empty ones too."""
    answer = httpx.get(
        f"{stack.management_url}/api/queues/{quote('/', safe='')}",
        params={"columns": "name"},
        auth=stack.site.broker_login,
        trust_env=False,
    )
    answer.raise_for_status()
    return sorted(found["name"] for found in answer.json() if found["name"].endswith(SUFFIX))


def depth(channel: BlockingChannel, queue: str) -> int:
    """Return how many messages the queue holds."""
    return int(channel.queue_declare(queue, passive=True).method.message_count)


def messages(channel: BlockingChannel, queue: str, most: int) -> Iterator[tuple[Any, Any, bytes]]:
    """Yield up to `most` messages; those not acknowledged go back when the channel closes."""
    for _ in range(min(most, depth(channel, queue))):
        method, properties, body = channel.basic_get(queue)
        if method is None:
            return
        yield method, properties, body


def replay(channel: BlockingChannel, queue: str, most: int) -> int:
    """Send messages back to the queue they were parked from; return how many."""
    channel.confirm_delivery()
    sent = 0
    for method, properties, body in messages(channel, queue, most):
        properties.headers = {
            name: value
            for name, value in (properties.headers or {}).items()
            if not name.startswith("x-")  # the broker's own notes of how it died
        }
        channel.basic_publish("", queue.removesuffix(SUFFIX), body, properties, mandatory=True)
        channel.basic_ack(method.delivery_tag)
        sent += 1
    return sent


def main(arguments: list[str]) -> None:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="parked", description=__doc__.splitlines()[0])
    parser.add_argument("act", choices=["list", "read", "replay"])
    parser.add_argument("queue", nargs="?", help="the name `list` shows")
    parser.add_argument("--most", type=int, default=100, help="how many messages (100)")
    asked = parser.parse_args(arguments)
    if asked.act != "list" and not asked.queue:
        parser.error(f"{asked.act} needs the name of a queue")
    stack = Stack.from_environment()
    with pika.BlockingConnection(pika.URLParameters(stack.amqp_uri)) as connection:
        channel = connection.channel()
        if asked.act == "list":
            for queue in parked_queues(stack):
                print(f"{depth(channel, queue):6} {queue}")
        elif asked.act == "read":
            for _, properties, body in messages(channel, asked.queue, asked.most):
                print(properties.headers, body.decode(errors="replace"), sep="\n", end="\n\n")
        else:
            print(f"{replay(channel, asked.queue, asked.most)} sent again")


if __name__ == "__main__":
    main(sys.argv[1:])
