"""Asks whether a program of the stack can serve now, the way its users would ask."""

from __future__ import annotations

import socket
from base64 import b64encode
from http.client import HTTPConnection, HTTPException
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from chassis.settings import PATIENCE
from tools.database_users import make_administrator
from tools.keys import ADMINISTRATOR, DATABASE
from tools.programs import AMQP, EPMD, HOST, MANAGEMENT, MONGOD, REPLICA_SET, SERVICES, Site

ANSWER_SECONDS = 3.0 * PATIENCE  # longer than a service gives its own checks
AUTHENTICATION_FAILED = 18  # MongoDB's error codes
NOT_YET_INITIALIZED, INVALID_REPLICA_SET_CONFIG = 94, 93
FOREVER_NEWER = 1_000_000  # MongoDB raises a forced configuration's version by itself


class NotReady(Exception):
    """The program cannot serve yet; the message says why."""


def check(site: Site, program: str) -> None:
    """Return when the program serves now. Raises NotReady.

    A database that was never used, or came from another port, is set up on the way.
    """
    try:
        if program == "epmd":
            socket.create_connection((HOST, site.port + EPMD), ANSWER_SECONDS).close()
        elif program == "rabbitmq":
            _check_broker(site)
        elif program == "mongod":
            _check_database(site)
        else:
            (service,) = (s for s in SERVICES if s.name == program)
            _get(site.port + service.ops, "/readyz", {})
    except (OSError, HTTPException, PyMongoError) as problem:
        raise NotReady(f"{type(problem).__name__}: {problem}") from problem


def _check_broker(site: Site) -> None:
    """The management API answers us, and says that the AMQP listener is open."""
    secret = b64encode(":".join(site.broker_login).encode()).decode()
    path = f"/api/health/checks/port-listener/{site.port + AMQP}"
    _get(site.port + MANAGEMENT, path, {"Authorization": f"Basic {secret}"})


def _check_database(site: Site) -> None:
    """The one member of the replica set is its primary, and knows the administrator."""
    login = {
        "username": ADMINISTRATOR,
        "password": site.password(DATABASE, ADMINISTRATOR),
        "authSource": "admin",
    }
    try:
        with _connected(site, **login) as client:
            _require_primary(client, site)
    except OperationFailure as refusal:
        if refusal.code != AUTHENTICATION_FAILED:
            raise
        with _connected(site) as client:
            _require_primary(client, site)
            make_administrator(client, site)
        raise NotReady("it has only now got its administrator") from refusal


def _connected(site: Site, **login: str) -> MongoClient[dict[str, Any]]:
    milliseconds = int(ANSWER_SECONDS * 1000)
    return MongoClient(
        HOST, site.port + MONGOD, directConnection=True, timeoutMS=milliseconds, **login
    )


def _require_primary(client: MongoClient[dict[str, Any]], site: Site) -> None:
    """Raises NotReady unless it is primary, and sets it up when it never was."""
    if client.admin.command("hello")["isWritablePrimary"]:
        return
    host = f"{HOST}:{site.port + MONGOD}"
    wanted = {"_id": REPLICA_SET, "members": [{"_id": 0, "host": host}]}
    try:
        client.admin.command("replSetGetStatus")
    except OperationFailure as refusal:
        if refusal.code == NOT_YET_INITIALIZED:
            client.admin.command("replSetInitiate", wanted)
        elif refusal.code == INVALID_REPLICA_SET_CONFIG:
            newer = {**wanted, "version": FOREVER_NEWER}
            client.admin.command("replSetReconfig", newer, force=True)
        else:
            raise
    raise NotReady("it is not primary yet")


def _get(port: int, path: str, headers: dict[str, str]) -> None:
    """Raises NotReady unless the answer is 200."""
    connection = HTTPConnection(HOST, port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        if answer.status != 200:
            raise NotReady(
                f"{path} answers {answer.status} {answer.read(500).decode(errors='replace')}"
            )
    finally:
        connection.close()
