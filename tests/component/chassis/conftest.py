"""A channel and a database beside the services of a test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import mongoengine
import pytest

from chassis.connection import open_connection
from chassis.mongo import connect


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
