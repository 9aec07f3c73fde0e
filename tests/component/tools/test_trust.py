"""What another on the machine can do, and one service to another: nothing."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import mongoengine
import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from chassis.mongo import connect
from services.aggregation.documents import ALIAS
from services.aggregation.rebuild import put_in_place
from tools.database_users import make_users
from tools.keys import write_privately
from tools.machine_user import USER, let_in, programs_uid
from tools.programs import INFRASTRUCTURE, MONGOD, SERVICES
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


def test_programs_run_as_a_user_of_their_own(infrastructure):
    for program in INFRASTRUCTURE:
        owner = Path(f"/proc/{infrastructure.pid(program)}").stat().st_uid
        assert owner == programs_uid()
        assert owner != 0


def test_nobody_else_on_the_machine_can_read_what_is_kept(infrastructure):
    state, data = infrastructure.site.state, infrastructure.site.data_of("mongod").parent
    if os.getuid() == 0:
        assert listed_by("65534", state.parent) == listed_by("65534", state) == ""
        kept = infrastructure.site.keys / "of-the-tools"
        write_privately(kept, b"x")
        assert succeeds("65534", "test", "-r", str(kept)) is False
        assert succeeds(USER, "test", "-r", str(kept)) is False
        assert succeeds(USER, "test", "-w", str(infrastructure.site.keys)) is False
        assert succeeds(USER, "test", "-r", str(infrastructure.site.keys / "intake.hex"))
        kept.unlink()
    paths = [path for place in (state, data) for path in (place, *place.rglob("*"))]
    modes = {path: path.lstat().st_mode for path in paths}
    assert [path for path, mode in modes.items() if mode & 0o007 and not path.is_socket()] == []


def test_programs_may_pass_where_nobody_else_may(tmp_path):
    place = tmp_path / "closed" / "open"
    place.mkdir(parents=True)
    place.parent.chmod(0o700)

    let_in([place])
    place.parent.chmod(0o700)  # which takes what was granted away
    let_in([place])
    let_in([place])

    if os.getuid() == 0:
        assert succeeds(USER, "test", "-x", str(place))
        assert not succeeds("65534", "test", "-x", str(place))
        assert not succeeds(USER, "ls", str(place.parent))


def listed_by(user: str, folder: Path) -> str:
    """What a user finds readable in a folder."""
    return as_user(user, "find", str(folder), "-mindepth", "1", "-readable").stdout


def succeeds(user: str, *command: str) -> bool:
    """Whether a user's command succeeds."""
    return as_user(user, *command).returncode == 0


def as_user(user: str, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a user, who is a number or a name, of no other group."""
    who = ("--reuid", user, "--regid", user, "--clear-groups")
    command = ("setpriv", *who, "--", *command)
    return subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)


def test_a_state_of_an_earlier_version_is_told_what_to_do(tmp_path):
    (tmp_path / "rabbitmq").mkdir()

    with pytest.raises(StackFailed, match="earlier version; delete it: make clean"):
        Stack(tmp_path, 1024).up_infrastructure()
