"""Reports' store on a database of the test's own, and the whole service on a broker of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pymongo import MongoClient
from pymongo.database import Database

from chassis.intake import DurableAsk
from chassis.outbox import Outbox
from chassis.publisher import Wire
from chassis.rpc import caller
from chassis.service import Service
from clients.reports import FilingsIntake, ReportsClient
from contracts.reports import INTAKE_QUEUE
from services.reports.documents import ALIAS, DOCUMENTS
from services.reports.service import ReportsService
from services.reports.stores import ReportsStore
from tests.builders.databases import emptied, migrate
from tests.builders.sealing import KEY, IntakeSettings, hand_out_key
from tests.builders.waiting import HANG_SECONDS
from tests.component.conftest import Run
from tools.stack import Stack

SERVICE = "reports"


@pytest.fixture
def mongo_uri(infrastructure: Stack, mongo: MongoClient[Any]) -> str:
    """The address of the service's database, with its indexes and nothing else."""
    return emptied(mongo, migrate(infrastructure, ALIAS, DOCUMENTS))


@pytest.fixture
def outbox() -> Outbox:
    """Seals events; nothing relays them, so they stay where they are stored."""
    return Outbox(Wire("amqp://nowhere/", "test"), ReportsService.announces.events)


@pytest.fixture
def store(database: Database[dict[str, Any]], outbox: Outbox) -> ReportsStore:
    return ReportsStore(database, outbox)


# -- the running service --------------------------------------------------------------------


@pytest.fixture
def running(
    mongo_uri: str,
    published: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    run: Run,
) -> Any:
    """The service as its process runs it, ready."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "signing.pem").write_bytes(pem)
    monkeypatch.setenv("REPORTS_MONGO_URI", mongo_uri)
    monkeypatch.setenv("REPORTS_SIGNING_KEY_FILE", str(tmp_path / "signing.pem"))
    monkeypatch.setenv("REPORTS_PORTAL_URL", "https://sucharit.example")
    hand_out_key(tmp_path, monkeypatch, KEY, "REPORTS_")
    return run(ReportsService)


class Office(Service):
    """Where filings come from."""

    name = "office"
    durable = DurableAsk(INTAKE_QUEUE, service=SERVICE, settings=IntakeSettings)


@pytest.fixture
def intake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> FilingsIntake:
    """The way in for filings, whether or not the service runs."""
    hand_out_key(tmp_path, monkeypatch)
    container = run(Office)
    (durable,) = (part for part in container.extensions if isinstance(part, DurableAsk))
    return FilingsIntake(durable.ask)


@pytest.fixture
def reports(running: Any, wire: Wire) -> ReportsClient:
    """The running service, asked over the bus."""
    return ReportsClient(caller(wire, ReportsClient, HANG_SECONDS))
