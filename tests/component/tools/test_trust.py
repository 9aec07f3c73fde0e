"""What another on the machine can do, and one service to another: nothing."""

import os
import subprocess
from collections.abc import Iterator

import mongoengine
import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from chassis.mongo import connect
from services.aggregation.documents import ALIAS
from services.aggregation.rebuild import put_in_place
from tools.database_users import make_users
from tools.programs import MONGOD, SERVICES
from tools.stack import Stack, StackFailed

KEEPERS = [service for service in SERVICES if service.database]
DATABASES = [service.database_name for service in KEEPERS]


@pytest.fixture
def users(infrastructure) -> Iterator[dict[str, MongoClient]]:
    """Every service's own connection to the database."""
    make_users(infrastructure.site)
    clients = {}
    for service in KEEPERS:
        uri = infrastructure.site.environment(service)[f"{service.name.upper()}_MONGO_URI"]
        clients[service.name] = MongoClient(uri)
    yield clients
    for client in clients.values():
        client.close()


def refused(deed) -> bool:
    """Whether MongoDB says that we may not."""
    with pytest.raises(OperationFailure) as refusal:
        deed()
    return refusal.value.code == 13


@pytest.mark.parametrize("name", [service.name for service in KEEPERS])
def test_a_service_writes_its_own_database_and_reaches_no_other(users, name):
    client = users[name]
    own = client.get_default_database()
    others = {*DATABASES, "admin", "local", "config"} - {own.name}

    with client.start_session() as session, session.start_transaction():
        own.trust.insert_one({"_id": 1}, session=session)
    own.trust.create_index("by")
    own.trust.drop()

    assert own.name == f"sucharit_{name}"
    for other in others:
        assert refused(lambda other=other: client[other].trust.find_one()), other
        assert refused(lambda other=other: client[other].trust.insert_one({})), other
        assert refused(lambda other=other: client[other].command("usersInfo")), other
    assert refused(lambda: own.command("createUser", "x", pwd="x", roles=["root"]))


def test_aggregation_can_put_rebuilt_figures_in_place(users, infrastructure, mongo):
    (service,) = (service for service in SERVICES if service.name == ALIAS)
    present = connect(infrastructure.site.environment(service)["AGGREGATION_MONGO_URI"], ALIAS)
    rebuilt = present.client[service.scratch[0]]
    present.client.drop_database(rebuilt)
    present.rounds.insert_one({"_id": "present"})
    rebuilt.rounds.insert_one({"_id": "rebuilt"})

    put_in_place(rebuilt, present)

    assert present.rounds.find_one() == {"_id": "rebuilt"}
    mongoengine.disconnect(ALIAS)
    for database in (present, rebuilt):
        mongo.drop_database(database.name)


def test_without_a_password_the_database_tells_nothing(infrastructure):
    port = infrastructure.site.port + MONGOD
    with MongoClient("127.0.0.1", port, directConnection=True) as anybody:
        assert refused(anybody.list_database_names)
        assert refused(anybody.sucharit_accounts.slots.find_one)
        assert refused(lambda: anybody.admin.command("createUser", "x", pwd="x", roles=["root"]))


def test_a_changed_password_of_a_service_holds_from_the_next_deployment(infrastructure, users):
    make_users(infrastructure.site)

    assert users["reports"].get_default_database().command("ping")["ok"]


def test_nobody_else_on_the_machine_can_read_what_is_kept(infrastructure):
    state = infrastructure.site.state
    readable = (
        *("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--"),
        *("find", str(state.parent), "-mindepth", "1", "-readable", "-o", "-path", f"{state}/*"),
    )
    if os.getuid() == 0:
        found = subprocess.run(readable, cwd="/", capture_output=True, text=True, check=False)
        assert found.stdout == ""
    modes = {path: path.lstat().st_mode for path in (state, *state.iterdir())}
    assert [path for path, mode in modes.items() if mode & 0o007] == []


def test_a_state_of_an_earlier_version_is_told_what_to_do(tmp_path):
    (tmp_path / "rabbitmq").mkdir()

    with pytest.raises(StackFailed, match="earlier version; delete it: make clean"):
        Stack(tmp_path, 1024).up_infrastructure()
