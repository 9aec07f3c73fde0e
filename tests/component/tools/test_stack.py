"""The local stack heals itself, restarts only what changed, and leaves nothing behind."""

import signal
from pathlib import Path

import pytest

from tools.keys import ADMINISTRATOR, BROKER, password_file, write_privately
from tools.programs import INFRASTRUCTURE, Site
from tools.stack import Stack, StackFailed


def pids(stack: Stack) -> dict[str, int]:
    return {program: stack.pid(program) for program in INFRASTRUCTURE}


def processes_of(site: Site) -> list[str]:
    """Every process that names the stack's directory in its environment or command."""
    mark = str(site.state).encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
        except OSError:  # it ended while we looked
            continue
        if mark in told:
            found.append(process.name)
    return found


def addresses_of_listeners(ports: set[int]) -> set[str]:
    """The local addresses, in the kernel's hexadecimal, on which any of the ports is open."""
    addresses = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        address, port = line.split()[1].split(":")
        if line.split()[3] == "0A" and int(port, 16) in ports:
            addresses.add(address)
    return addresses


@pytest.mark.parametrize("program", INFRASTRUCTURE)
def test_a_killed_program_comes_back_by_itself(infrastructure, program):
    before = pids(infrastructure)

    infrastructure.kill(program)
    infrastructure.wait_ready(program)

    after = pids(infrastructure)
    assert after.pop(program) != before.pop(program)
    assert after == before


def test_a_signal_to_the_broker_meets_the_broker_itself(infrastructure):
    pid = infrastructure.pid("rabbitmq")

    assert Path(f"/proc/{pid}/comm").read_text() == "beam.smp\n"


def test_a_second_up_leaves_everything_running(infrastructure):
    before = pids(infrastructure)

    infrastructure.up_infrastructure()

    assert pids(infrastructure) == before


def test_a_program_that_was_stopped_starts_again(infrastructure):
    infrastructure.stop("mongod")
    with pytest.raises(StackFailed, match="mongod is not running"):
        infrastructure.pid("mongod")

    infrastructure.start("mongod")
    infrastructure.wait_ready("mongod")

    assert infrastructure.pid("mongod")


def test_what_cannot_serve_is_named_with_the_end_of_its_log(infrastructure, monkeypatch):
    told = r"(?s)mongod is not ready after 0 s: .*\nThe end of .*}"
    infrastructure.kill("mongod", signal.SIGSTOP)

    with monkeypatch.context() as hurried:
        hurried.setattr("tools.readiness.ANSWER_SECONDS", 0.5)
        with pytest.raises(StackFailed, match=told):
            infrastructure.wait_ready("mongod", seconds=0)

    infrastructure.kill("mongod", signal.SIGCONT)
    infrastructure.wait_ready("mongod")


def test_broker_and_database_listen_on_loopback_only(infrastructure):
    programs = infrastructure.site.programs()
    ports = {port for program in programs for port in program.ports}

    assert addresses_of_listeners(ports) == {"0100007F"}


def test_secrets_can_be_read_by_their_owner_only_and_stay_the_same(infrastructure):
    site = infrastructure.site
    secrets = {file: file.read_bytes() for file in site.keys.iterdir() if file.is_file()}

    site.prepare()

    assert {file.name for file in secrets} >= {"accounts-code.hex", "reports-signing.pem"}
    assert {file: file.read_bytes() for file in secrets} == secrets
    private = [*secrets, site.configuration, site.state / "definitions.json"]
    assert {oct(file.stat().st_mode & 0o777) for file in private} <= {"0o600", "0o400"}


def test_a_port_in_use_is_named_and_nothing_is_started(infrastructure, tmp_path, capfd):
    second = Stack(tmp_path, infrastructure.site.port)

    with pytest.raises(StackFailed, match=r"port \d+, wanted for epmd, is in use"):
        second.up()

    assert "Traceback" not in capfd.readouterr().err
    assert not second.is_running()
    assert processes_of(second.site) == []


def test_down_stops_even_what_is_frozen_and_up_finds_the_data(infrastructure, mongo):
    mongo.stack.notes.insert_one({"_id": "kept"})
    infrastructure.kill("rabbitmq", signal.SIGSTOP)

    infrastructure.down()
    infrastructure.down()
    left = processes_of(infrastructure.site)
    infrastructure.up_infrastructure()

    assert left == []
    assert mongo.stack.notes.find_one() == {"_id": "kept"}
    mongo.drop_database("stack")


def test_a_changed_password_restarts_the_broker_and_nothing_else(infrastructure):
    site = infrastructure.site
    before = pids(infrastructure)

    kept = site.keys / password_file(BROKER, ADMINISTRATOR)
    usual = kept.read_bytes()

    write_privately(kept, 'odd "%/\\ä'.encode())
    infrastructure.up_infrastructure()
    during = pids(infrastructure)
    write_privately(kept, usual)
    infrastructure.up_infrastructure()

    assert during.pop("rabbitmq") != before.pop("rabbitmq")
    assert during == before
