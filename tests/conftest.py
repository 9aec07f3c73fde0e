"""Broker, database and the whole stack for tests: real, private, started when first asked for."""

# ruff: noqa: E402 (eventlet must patch before anything else is imported)
import warnings

with warnings.catch_warnings():  # eventlet announces its own end on import: decision 0001
    warnings.filterwarnings("ignore", r"\s*Eventlet is deprecated")
    import eventlet

eventlet.monkey_patch()

import os

os.environ.setdefault("SUCHARIT_PATIENCE", "10")  # which chassis reads when it is imported

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, settings
from pymongo import MongoClient

from tests.alarm import (  # noqa: F401 (hooks of pytest and of pytest-timeout)
    pytest_configure,
    pytest_runtest_teardown,
    pytest_timeout_cancel_timer,
    pytest_timeout_set_timer,
)
from tests.builders.country import Country
from tests.builders.databases import unsaid
from tests.builders.waiting import HANG_SECONDS
from tests.length import IN_FULL, examples
from tools.programs import ROOT
from tools.stack import Stack

TEST_PORTS_ABOVE = 500
MEMORY = Path("/dev/shm")  # noqa: S108 (a folder of its own in it, closed to others)
MEMORY_MIB = 4_096  # what broker and database write in a whole run, and as much again
CHEAP_HASHES = {"ACCOUNTS_ARGON2_MEMORY_KIB": "64", "ACCOUNTS_ARGON2_PASSES": "1"}

# What one process has compiled, the many that tests start do not compile again.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# How fast the machine is, is no property of what is tested.
settings.register_profile(
    "sucharit",
    max_examples=examples(100),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("sucharit")


@pytest.fixture(scope="session")
def infrastructure() -> Iterator[Stack]:
    """An empty broker and database, ready. A test that stops one leaves it ready again.

    In the end all that services have stored is as their documents say.
    """
    port = int(os.environ.get("SUCHARIT_PORT", "8000")) + TEST_PORTS_ABOVE
    data = _memory(port)
    environment = {} if IN_FULL else CHEAP_HASHES
    stack = Stack(ROOT / ".local" / f"test-{port}", port, environment, data)
    stack.down()
    for place in filter(None, (stack.site.state, data)):
        shutil.rmtree(place, ignore_errors=True)
    try:
        stack.up_infrastructure()
        yield stack
        with MongoClient(stack.mongo_uri("")) as mongo:
            assert [*unsaid(mongo)] == []
    finally:
        stack.down()
        if data is not None:
            shutil.rmtree(data)


def _memory(port: int) -> Path | None:
    """Return a place that is no disk, where there is one: a process that is killed loses as little
    of what it wrote there, and nobody waits for it. What goes on in full uses the disk.
    """
    is_there = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= MEMORY_MIB << 20
    return MEMORY / f"sucharit-test-{port}" if is_there and not IN_FULL else None


@pytest.fixture(scope="session")
def operator_password() -> str:
    """What `operator` signs in to the stack with."""
    return uuid4().hex


@pytest.fixture(scope="session")
def stack(infrastructure: Stack, operator_password: str) -> Stack:
    """Every process running and ready. A test that stops one leaves it ready again."""
    infrastructure.up(operator_password)
    return infrastructure


@pytest.fixture(scope="session")
def management(infrastructure: Stack) -> Iterator[httpx.Client]:
    """The broker's HTTP API, signed in as its administrator."""
    credentials = infrastructure.site.broker_login
    with httpx.Client(
        base_url=infrastructure.management_url,
        auth=credentials,
        trust_env=False,
        timeout=HANG_SECONDS,
    ) as client:
        yield client


@pytest.fixture(scope="session")
def mongo(infrastructure: Stack) -> Iterator[MongoClient]:
    """The database server."""
    with MongoClient(infrastructure.mongo_uri("")) as client:
        yield client


@pytest.fixture
def vhost(management: httpx.Client) -> Iterator[str]:
    """A virtual host of this test's own, deleted afterwards with all it holds."""
    name = f"test-{uuid4().hex[:12]}"
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    management.put(f"/api/vhosts/{name}").raise_for_status()
    management.put(f"/api/permissions/{name}/sucharit", json=everything).raise_for_status()
    yield name
    management.delete(f"/api/vhosts/{name}").raise_for_status()


@pytest.fixture
def amqp_uri(infrastructure: Stack, vhost: str) -> str:
    """The address of this test's own virtual host."""
    return infrastructure.amqp_uri + vhost


@pytest.fixture
def mongo_uri(infrastructure: Stack, mongo: MongoClient) -> Iterator[str]:
    """The address of a database of this test's own, dropped afterwards."""
    name = f"test_{uuid4().hex[:12]}"
    yield infrastructure.mongo_uri(name)
    mongo.drop_database(name)


@pytest.fixture(scope="session")
def country(stack: Stack, operator_password: str) -> Country:
    """A province of officers, each signed in to the running stack."""
    return Country(stack.url, operator_password)
