"""What tests do to the broker: freeze it, alarm it, cut its connections, look into its queues."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from chassis.connection import open_connection
from tools.stack import Stack

CONTROL = "/usr/lib/rabbitmq/bin/rabbitmqctl"


@contextmanager
def frozen(stack: Stack, program: str = "rabbitmq") -> Iterator[None]:
    """Inside, the program holds its connections and says nothing."""
    stack.kill(program, signal.SIGSTOP)
    try:
        yield
    finally:
        stack.kill(program, signal.SIGCONT)


ALARMS = {
    "memory": ("set_vm_memory_high_watermark", "0.00001", "0.4"),
    "disk": ("set_disk_free_limit", "900000GB", "50MB"),
}


@contextmanager
def alarmed(stack: Stack, of: str = "memory") -> Iterator[None]:
    """Inside, the broker believes its memory or disk is full and takes nothing from publishers."""
    limit, too_little, usual = ALARMS[of]
    _control(stack, limit, too_little)
    try:
        yield
    finally:
        _control(stack, limit, usual)


def cut_connections(stack: Stack, vhost: str) -> None:
    """Close every connection to the virtual host, as an operator would."""
    _control(stack, "close_all_connections", "--vhost", vhost, "cut by a test")


def waiting_messages(stack: Stack) -> dict[str, int]:
    """Return every lasting queue that is not empty, parked ones too, with what waits in it."""
    answer = httpx.get(
        f"{stack.management_url}/api/queues/%2F",
        params={"columns": "name,exclusive,type"},
        auth=stack.site.broker_login,
        trust_env=False,
    )
    answer.raise_for_status()
    names = [
        queue["name"]
        for queue in answer.json()
        if not queue["exclusive"] and queue["type"] != "stream"
    ]
    with open_connection(stack.amqp_uri) as connection:
        channel = connection.channel()
        depths = {name: depth(channel, name) for name in names}
    return {name: messages for name, messages in depths.items() if messages}


def let_broker_note_new_queues(stack: Stack) -> None:
    """Return when a kill -9 cannot lose a queue that was declared before.

    RabbitMQ's Raft library writes a new member's name to disk every half second, and the broker
    its own tables as it likes: they are told to do it now. A broker killed before that never
    starts the queue again.
    """
    _control(stack, "eval", "lists:foreach(fun dets:sync/1, dets:all()), ok = mnesia:sync_log().")


def depth(channel: Any, queue: str) -> int:
    """Return how many messages wait in the queue."""
    return int(channel.queue_declare(queue, passive=True).message_count)


def _control(stack: Stack, *command: str) -> None:
    (broker,) = (program for program in stack.site.programs() if program.name == "rabbitmq")
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **broker.environment}
    subprocess.run((CONTROL, *command), env=environment, check=True, capture_output=True)
