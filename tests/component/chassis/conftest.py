"""A wire, a channel and services on the test's broker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import mongoengine
import pytest

from chassis.connection import open_connection
from chassis.launch import container_of
from chassis.mongo import connect
from chassis.publisher import Wire
from chassis.service import readiness_of
from chassis.settings import ProcessSettings
from tests.builders.waiting import HANG_SECONDS, soon


@pytest.fixture
def wire(amqp_uri: str) -> Iterator[Wire]:
    """A connected wire."""
    found = Wire(amqp_uri, "test")
    found.start()
    assert found.wait_until_up(HANG_SECONDS)
    yield found
    found.stop()


@pytest.fixture
def channel(amqp_uri: str) -> Iterator[Any]:
    """A plain channel to declare with and to look into queues."""
    with open_connection(amqp_uri) as connection:
        yield connection.channel()


@pytest.fixture
def database(mongo_uri: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The parrot's database; services started in the test find it, too."""
    monkeypatch.setenv("PARROT_MONGO_URI", mongo_uri)
    yield connect(mongo_uri, "test")
    mongoengine.disconnect("test")


@pytest.fixture
def run(amqp_uri: str) -> Iterator[Callable[..., Any]]:
    """Run a service in this process and return its container, ready; stopped in the end."""
    containers = []

    def start(service: type[Any], **settings: Any) -> Any:
        mongoengine.disconnect(service.name)
        process = ProcessSettings(amqp_uri=amqp_uri, ops_port=0, **settings)
        container = container_of(service, process)
        container.start()
        containers.append(container)
        soon(lambda: readiness_of(container).report()["state"] == "ready")
        return container

    yield start
    for container in containers:
        container.stop()
        mongoengine.disconnect(container.service_name)
