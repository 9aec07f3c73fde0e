"""A store on a database of the test's own, and the whole service on a broker of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import mongoengine
import pytest
from pymongo import MongoClient
from pymongo.database import Database

from chassis.mongo import connect
from chassis.outbox import Outbox
from chassis.publisher import Wire
from chassis.rpc import caller
from clients.accounts import AccountsClient
from contracts.principal import Principal
from services.accounts.documents import DATABASE, DOCUMENTS
from services.accounts.issuance.codes import ActivationCodes
from services.accounts.service import AccountsService
from services.accounts.settings import Settings
from services.accounts.sign_in.passwords import GreenPasswordHashes, PasswordHashes
from services.accounts.stores import AccountsStore
from tests.builders.databases import emptied, migrate
from tests.builders.waiting import HANG_SECONDS, soon
from tests.component.accounts.direct import Desk
from tests.component.accounts.krabi import DISTRICT, HOLDER, OFFICER, import_file
from tests.component.conftest import Run
from tools.stack import Stack

CODE_KEY = bytes(range(32))


@pytest.fixture
def mongo_uri(infrastructure: Stack, mongo: MongoClient[Any]) -> str:
    """The address of the service's database, with its indexes and nothing else."""
    return emptied(mongo, migrate(infrastructure, DATABASE, DOCUMENTS))


@pytest.fixture
def database(mongo_uri: str) -> Iterator[Database[dict[str, Any]]]:
    """The service's database with its indexes built."""
    yield connect(mongo_uri, DATABASE)
    mongoengine.disconnect(DATABASE)


@pytest.fixture
def store(database: Database[dict[str, Any]]) -> AccountsStore:
    """The store; what it announces stays in the outboxes, since nothing relays it."""
    outbox = Outbox(Wire("amqp://nowhere/", "test"), AccountsService.announces.events)
    return AccountsStore(database, outbox)


@pytest.fixture
def settings(mongo_uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings as a process reads them, with cheap password hashes."""
    key_file = tmp_path / "code.hex"
    key_file.write_text(CODE_KEY.hex())
    for name, value in {
        "MONGO_URI": mongo_uri,
        "CODE_KEY_FILE": str(key_file),
        "SIGN_IN_KEY_FILE": str(key_file),
        "ARGON2_MEMORY_KIB": "64",
        "ARGON2_PASSES": "1",
        "PORTAL_URL": "https://sucharit.example",
    }.items():
        monkeypatch.setenv(f"ACCOUNTS_{name}", value)
    return Settings.read()


@pytest.fixture
def codes() -> ActivationCodes:
    return ActivationCodes(CODE_KEY)


@pytest.fixture
def passwords(settings: Settings) -> GreenPasswordHashes:
    return GreenPasswordHashes(PasswordHashes(settings), at_once=2)


@pytest.fixture
def accounts(
    published: Callable[[], list[Any]],
    settings: Settings,
    database: Database[dict[str, Any]],
    wire: Wire,
    run: Run,
) -> AccountsClient:
    """The service running, asked through its typed client."""
    run(AccountsService)
    return AccountsClient(caller(wire, AccountsClient, HANG_SECONDS))


@pytest.fixture
def finished(accounts: AccountsClient) -> Callable[[dict[str, Any], dict[str, Any]], Any]:
    """Waits until a job is over and returns it as the API shows it."""

    def wait(by: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
        def over() -> Any:
            seen = accounts.get_job(by, job["id"])
            return seen if seen["state"] in ("done", "failed") else None

        return soon(over)

    return wait


@pytest.fixture
def wait_until() -> Callable[[Callable[[], Any]], None]:
    """Returns when something is so."""
    return soon


@pytest.fixture
def desk(
    database: Any,
    store: AccountsStore,
    codes: ActivationCodes,
    passwords: GreenPasswordHashes,
    settings: Settings,
) -> Desk:
    """Everybody of Krabi's district Khlong Thom, with the codes their slips tell."""
    import_file(store, database)
    return Desk(database, store, codes, passwords, settings)


@pytest.fixture
def slips(desk: Desk) -> dict[str, str]:
    return desk.read(DISTRICT, desk.issue(district="8104"))


@pytest.fixture
def officer(desk: Desk, slips: dict[str, str]) -> Principal:
    """The holder of OFFICER, signed in."""
    desk.activate(OFFICER, slips[OFFICER], holder={**HOLDER, "phone": "020000000"})
    return desk.principal(desk.sign_in(OFFICER))
