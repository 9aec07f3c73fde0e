"""A collection's store on a database of the test's own."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from chassis.outbox import Outbox
from chassis.publisher import Wire
from collecting.alias import ALIAS
from collecting.documents import documents_of
from collecting.obligations.rules.obligation import Obligation
from collecting.stores import Stores
from tests.builders.databases import emptied, migrate
from tests.builders.licences.kind import LICENCES
from tests.unit.collecting.duties import a_round, an_obligation
from tools.stack import Stack

DOCUMENTS = documents_of(LICENCES.axis)


@pytest.fixture
def mongo_uri(infrastructure: Stack, mongo: MongoClient[Any]) -> str:
    """The address of the collection's database, with its indexes and nothing else."""
    return emptied(mongo, migrate(infrastructure, ALIAS, DOCUMENTS, LICENCES.name))


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
