"""Aggregation on a database and a virtual host of its own, and something to announce with."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import mongoengine
import orjson
import pytest
from pymongo import MongoClient
from pymongo.database import Database

from chassis import topology
from chassis.clock import now
from chassis.mongo import connect
from chassis.publisher import Wire
from chassis.rpc import caller
from clients.aggregation import AggregationClient
from contracts.events import Event, routing_key, seal
from contracts.principal import Principal, Role
from services.aggregation.documents import ALIAS, DOCUMENTS
from services.aggregation.service import AggregationService
from tests.builders.databases import emptied, migrate
from tests.builders.waiting import HANG_SECONDS
from tests.component.conftest import Run
from tools.stack import Stack

OPERATOR = Principal("s1", "operator", Role.OPERATOR, "country", "").to_wire()


@pytest.fixture
def mongo_uri(infrastructure: Stack, mongo: MongoClient[Any]) -> str:
    """The address of the service's database, with its indexes and nothing else."""
    return emptied(mongo, migrate(infrastructure, ALIAS, DOCUMENTS))


@pytest.fixture
def database(mongo_uri: str) -> Iterator[Database]:
    """Aggregation's database, no service running on it."""
    yield connect(mongo_uri, ALIAS)
    mongoengine.disconnect(ALIAS)


class Announcer:
    """Publishes events as a service's relay does: sealed, confirmed, on the events exchange."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def announce(self, events: Iterable[Event], *, at: datetime | None = None) -> None:
        sent = [self._send(event, at or now()) for event in events]
        for message in sent:
            message.confirmed(HANG_SECONDS)

    def _send(self, event: Event, at: datetime) -> Any:
        envelope = seal(event, event_id=uuid.uuid4().hex, at=at)
        return self._wire.send(
            orjson.dumps(event.facts()),
            exchange=topology.EVENTS_EXCHANGE,
            routing_key=routing_key(event),
            headers=envelope.headers(),
            message_id=envelope.id,
        )


@pytest.fixture
def announcer(wire: Wire) -> Announcer:
    return Announcer(wire)


@pytest.fixture
def container(mongo_uri: str, monkeypatch: pytest.MonkeyPatch, run: Run) -> Any:
    """The service as its process runs it, ready."""
    monkeypatch.setenv("AGGREGATION_MONGO_URI", mongo_uri)
    return run(AggregationService)


@pytest.fixture
def kept(container: Any) -> Database:
    """The database of the running service."""
    (found,) = (part.database for part in container.extensions if hasattr(part, "database"))
    return found


@pytest.fixture
def aggregation(container: Any, wire: Wire) -> AggregationClient:
    """The running service, asked over the bus."""
    return AggregationClient(caller(wire, AggregationClient, HANG_SECONDS))
