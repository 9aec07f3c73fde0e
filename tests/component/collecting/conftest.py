"""A collection's store on a database of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from chassis.outbox import Outbox
from chassis.publisher import Wire
from services.reports.documents import ALIAS, DOCUMENTS
from services.reports.service import ReportsService
from services.reports.stores import ReportsStore
from tests.builders.databases import emptied, migrate
from tests.component.collecting.watching import Commands
from tools.stack import Stack


@pytest.fixture(scope="session")
def shared_uri(infrastructure: Stack) -> str:
    """The address of the database these tests share, with its indexes."""
    return migrate(infrastructure, ALIAS, DOCUMENTS)


@pytest.fixture
def mongo_uri(shared_uri: str, mongo: MongoClient[Any]) -> str:
    """The address of the collection's database, with its indexes and nothing else."""
    return emptied(mongo, shared_uri)


@pytest.fixture
def commands() -> Commands:
    """Every command sent to `database`."""
    return Commands()


@pytest.fixture
def database(mongo_uri: str, commands: Commands) -> Iterator[Database[dict[str, Any]]]:
    """The collection's database, no service running on it."""
    with MongoClient(
        mongo_uri, tz_aware=True, w="majority", journal=True, event_listeners=[commands]
    ) as client:
        yield client.get_default_database()


@pytest.fixture
def outbox() -> Outbox:
    """Seals events; nothing relays them, so they stay where they are stored."""
    return Outbox(Wire("amqp://nowhere/", "test"), ReportsService.announces.events)


@pytest.fixture
def store(database: Database[dict[str, Any]], outbox: Outbox) -> ReportsStore:
    return ReportsStore(database, outbox)
