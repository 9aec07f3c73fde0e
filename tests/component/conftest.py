"""Services run in this process on the test's broker; who asks them, and what they announce."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import mongoengine
import pytest
from pymongo import MongoClient
from pymongo.database import Database

from chassis import topology
from chassis.connection import open_connection
from chassis.launch import container_of
from chassis.publisher import Wire
from chassis.service import readiness_of
from chassis.settings import ProcessSettings
from tests.builders.waiting import HANG_SECONDS, soon
from tests.builders.watching import Commands

Run = Callable[..., Any]


@pytest.fixture
def commands() -> Commands:
    """Every command sent to `database`."""
    return Commands()


@pytest.fixture
def database(mongo_uri: str, commands: Commands) -> Iterator[Database[dict[str, Any]]]:
    """The test's database, no service running on it."""
    with MongoClient(
        mongo_uri, tz_aware=True, w="majority", journal=True, event_listeners=[commands]
    ) as client:
        yield client.get_default_database()


@pytest.fixture
def wire(amqp_uri: str) -> Iterator[Wire]:
    """A connected wire, as of who asks."""
    found = Wire(amqp_uri, "test")
    found.start()
    assert found.wait_until_up(HANG_SECONDS)
    yield found
    found.stop()


@pytest.fixture
def published(amqp_uri: str) -> Iterator[Callable[[], list[Any]]]:
    """Returns all messages announced so far that it has not returned yet."""
    with open_connection(amqp_uri) as connection:
        channel = connection.channel()
        topology.declare_events(channel)
        queue = channel.queue_declare("", exclusive=True).queue
        channel.queue_bind(queue, topology.EVENTS_EXCHANGE, "#")

        def take() -> list[Any]:
            return list(iter(lambda: channel.basic_get(queue, no_ack=True), None))

        yield take


@pytest.fixture
def run(amqp_uri: str) -> Iterator[Run]:
    """Runs a service and returns its container, ready; it is stopped in the end."""
    containers = []

    def start(service: type[Any], **settings: Any) -> Any:
        mongoengine.disconnect(service.name)  # it makes a connection of its own
        process = ProcessSettings(**{"amqp_uri": amqp_uri, "ops_port": 0, **settings})
        container = container_of(service, process)
        container.start()
        containers.append(container)
        soon(lambda: readiness_of(container).report()["state"] == "ready")
        return container

    yield start
    for container in containers:
        container.stop()
        mongoengine.disconnect(container.service_name)
