"""A process starts complete or not at all, and ends when told, with its work done."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress

import eventlet
import httpx
import pytest

from chassis.rpc import caller
from contracts.errors import ServiceUnavailable
from tests.builders.broker import depth, let_broker_note_new_queues
from tests.builders.parrot.service import ParrotClient
from tests.builders.waiting import HANG_SECONDS, soon
from tools.programs import ROOT

PACKAGE = "tests.builders.parrot"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def launch():
    """Start a process of the parrot with these variables and no other of ours."""
    processes = []

    def start(**variables):
        ours = ("SUCHARIT_", "PARROT_")
        rest = {name: text for name, text in os.environ.items() if not name.startswith(ours)}
        command = (sys.executable, "-W", "ignore", "-m", "chassis.launch", PACKAGE)
        process = subprocess.Popen(
            command, cwd=ROOT, env=rest | variables, stderr=subprocess.PIPE, text=True
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


@pytest.fixture
def parrot(launch, amqp_uri, mongo_uri, database):
    """A running parrot and its ops port, ready."""
    port = free_port()
    process = launch(
        SUCHARIT_AMQP_URI=amqp_uri, SUCHARIT_OPS_PORT=str(port), PARROT_MONGO_URI=mongo_uri
    )
    soon(lambda: readiness(port) == (200, "ready"))
    return process, port


def readiness(port):
    try:
        answer = httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False)
    except httpx.TransportError:
        return None
    return answer.status_code, answer.json()["state"]


def ended(process):
    """The exit status and what the process said."""
    _, said = process.communicate(timeout=HANG_SECONDS)
    return process.returncode, said


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_the_call_in_hand_finish(parrot, wire, database, channel, signal_number):
    process, _ = parrot
    ask = caller(wire, ParrotClient, HANG_SECONDS)
    asking = eventlet.spawn(ask, "say_slowly", words="bye", seconds=1.0)
    soon(lambda: database.things.count_documents({}) == 1)
    process.send_signal(signal_number)

    assert asking.wait() == "bye"
    assert ended(process)[0] == 0
    assert depth(channel, "rpc-parrot") == 0


def test_missing_settings_stop_the_start_with_all_their_names(launch):
    status, said = ended(launch())

    assert status != 0
    for name in ("SUCHARIT_AMQP_URI", "SUCHARIT_OPS_PORT"):
        assert f"{name} is not set" in said
    assert "Traceback" not in said


def test_missing_settings_of_the_service_itself_stop_the_start(launch, amqp_uri):
    status, said = ended(launch(SUCHARIT_AMQP_URI=amqp_uri, SUCHARIT_OPS_PORT=str(free_port())))

    assert status != 0
    assert "PARROT_MONGO_URI is not set" in said


def test_a_duty_ended_by_a_bug_ends_the_process(parrot, wire):
    process, _ = parrot
    with suppress(ServiceUnavailable):  # it may be gone before it has answered
        caller(wire, ParrotClient, 1.0)("lose_its_duty")

    status, said = ended(process)

    assert status != 0
    assert "a bug in a relay" in said


def test_a_process_without_its_broker_is_alive_but_not_ready(infrastructure, parrot, wire):
    _, port = parrot
    let_broker_note_new_queues(infrastructure)
    infrastructure.kill("rabbitmq")

    soon(lambda: readiness(port) == (503, "unready"))
    assert httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).status_code == 200

    infrastructure.wait_ready("rabbitmq")
    soon(lambda: readiness(port) == (200, "ready"))
    soon(lambda: wire.is_up)
    assert caller(wire, ParrotClient, HANG_SECONDS)("say", words="back") == "back"
