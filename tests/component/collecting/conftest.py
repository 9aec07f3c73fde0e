"""A collection's store on a database of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from chassis.outbox import Outbox
from chassis.publisher import Wire
from collecting.alias import ALIAS
from collecting.documents import DOCUMENTS
from collecting.obligations.rules.obligation import Obligation
from collecting.stores import Stores
from tests.builders.databases import emptied, migrate
from tests.builders.licences.kind import LICENCES
from tests.builders.watching import Commands
from tests.unit.collecting.duties import a_round, an_obligation
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
    return Outbox(Wire("amqp://nowhere/", "test"), astuple(LICENCES.events))


@pytest.fixture
def store(database: Database[dict[str, Any]], outbox: Outbox) -> Stores:
    return Stores(database, outbox, LICENCES)


@pytest.fixture
def spread(store: Stores) -> list[Obligation]:
    """Obligations in three districts of two provinces."""
    store.rounds.add(a_round())
    owed = [
        an_obligation(f"o{number}", province_code=district[:2], district_code=district)
        for number, district in enumerate(("8104", "8104", "8105", "9001"))
    ]
    store.obligations.add(owed)
    return owed
