"""Reports' store on a database of the test's own, and the whole service on a broker of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import mongoengine
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pymongo import MongoClient
from pymongo.database import Database

from chassis import topology
from chassis.connection import open_connection
from chassis.intake import DurableAsk
from chassis.launch import container_of
from chassis.outbox import Outbox
from chassis.publisher import Wire
from chassis.rpc import caller
from chassis.service import Service, readiness_of
from chassis.settings import ProcessSettings
from clients.reports import FilingsIntake, ReportsClient
from contracts.reports import INTAKE_QUEUE
from services.reports.documents import ALIAS, DOCUMENTS
from services.reports.service import ReportsService
from services.reports.stores import ReportsStore
from tests.builders.databases import emptied, migrate
from tests.builders.sealing import KEY, IntakeSettings, hand_out_key
from tests.builders.waiting import HANG_SECONDS, soon
from tests.builders.watching import Commands
from tools.stack import Stack

SERVICE = "reports"


@pytest.fixture(scope="session")
def shared_uri(infrastructure: Stack) -> str:
    """The address of the database these tests share, with its indexes."""
    return migrate(infrastructure, ALIAS, DOCUMENTS)


@pytest.fixture
def mongo_uri(shared_uri: str, mongo: MongoClient[Any]) -> str:
    """The address of the service's database, with its indexes and nothing else."""
    return emptied(mongo, shared_uri)


@pytest.fixture
def commands() -> Commands:
    """Every command sent to `database`."""
    return Commands()


@pytest.fixture
def database(mongo_uri: str, commands: Commands) -> Iterator[Database[dict[str, Any]]]:
    """Reports' database, no service running on it."""
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


# -- the running service --------------------------------------------------------------------


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
def containers() -> list[Any]:
    """The service as its processes run it, in the order they were started."""
    return []


@pytest.fixture
def run_reports(
    mongo_uri: str,
    amqp_uri: str,
    published: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    containers: list[Any],
) -> Iterator[Callable[[], None]]:
    """Runs a process's worth of the service until it is ready."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "signing.pem").write_bytes(pem)
    monkeypatch.setenv("REPORTS_MONGO_URI", mongo_uri)
    monkeypatch.setenv("REPORTS_SIGNING_KEY_FILE", str(tmp_path / "signing.pem"))
    monkeypatch.setenv("REPORTS_PORTAL_URL", "https://sucharit.example")
    hand_out_key(tmp_path, monkeypatch, KEY, "REPORTS_")

    def run() -> None:
        mongoengine.disconnect(SERVICE)
        container = container_of(ReportsService, ProcessSettings(amqp_uri=amqp_uri, ops_port=0))
        container.start()
        containers.append(container)
        soon(lambda: readiness_of(container).report()["state"] == "ready")
        return container

    yield run
    for container in containers:
        container.stop()
    mongoengine.disconnect(SERVICE)


class Office(Service):
    """Where filings come from."""

    name = "office"
    durable = DurableAsk(INTAKE_QUEUE, service=SERVICE, settings=IntakeSettings)


@pytest.fixture
def intake(
    amqp_uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FilingsIntake]:
    """The way in for filings, whether or not the service runs."""
    hand_out_key(tmp_path, monkeypatch)
    container = container_of(Office, ProcessSettings(amqp_uri=amqp_uri, ops_port=0))
    container.start()
    soon(lambda: readiness_of(container).report()["state"] == "ready")
    (durable,) = (part for part in container.extensions if isinstance(part, DurableAsk))
    yield FilingsIntake(durable.ask)
    container.stop()


@pytest.fixture
def wire(amqp_uri: str) -> Iterator[Wire]:
    found = Wire(amqp_uri, "test")
    found.start()
    assert found.wait_until_up(HANG_SECONDS)
    yield found
    found.stop()


@pytest.fixture
def reports(run_reports: Callable[[], None], wire: Wire) -> ReportsClient:
    """The running service, asked over the bus."""
    run_reports()
    return ReportsClient(caller(wire, ReportsClient, HANG_SECONDS))
