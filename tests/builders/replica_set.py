"""The stack's database as one of three members, for as long as a test needs them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from pymongo import MongoClient
from pymongo.errors import AutoReconnect, OperationFailure
from pymongo.uri_parser import parse_uri

from tests.builders.waiting import HANG_SECONDS, soon
from tools.programs import CLUSTER_KEY, HOST, MONGOD, MONGOD_BINARY, REPLICA_SET
from tools.stack import Stack

AWAY_SECONDS = 60  # in which a primary that stepped down does not stand for election
PRIMARY, SECONDARY = 1, 2


class ReplicaSet:
    """Three members on this machine; the stack's own is the first."""

    def __init__(
        self, strangers: Mapping[str, MongoClient[Any]], clients: Mapping[str, MongoClient[Any]]
    ) -> None:
        self._hosts = [*clients]
        self._strangers = strangers
        self._clients = clients

    def primary(self) -> str | None:
        """Return which member may be written to now, if any."""
        for host, stranger in self._strangers.items():  # a fresh member knows no user yet
            if stranger.admin.command("hello")["isWritablePrimary"]:
                return host
        return None

    def step_down(self) -> None:
        """Have the primary step down; another member is primary when this returns."""
        old = soon(self.primary)
        self._clients[old].admin.command("replSetStepDown", AWAY_SECONDS)
        soon(lambda: self.primary() not in (None, old))

    def return_to_the_first(self) -> None:
        """Make the stack's own member the primary again."""
        first = self._hosts[0]

        def is_primary() -> bool:
            if self.primary() == first:
                return True
            _accepted(self._clients[first], "replSetFreeze", 0)  # it may stand for election again
            _accepted(self._clients[first], "replSetStepUp", 1)
            return False

        soon(is_primary)

    def grow(self) -> None:
        """Take the other members in, one after the other as MongoDB demands."""
        for id_, host in enumerate(self._hosts[1:], start=1):
            member = {"_id": id_, "host": host}
            self._reconfigure(lambda members, member=member: [*members, member])
            soon(lambda host=host: self._has_voting(host))

    def shrink(self) -> None:
        """Leave the first member alone in the set."""
        for host in reversed(self._hosts[1:]):
            self._reconfigure(
                lambda members, host=host: [each for each in members if each["host"] != host]
            )

    def _has_voting(self, host: str) -> bool:
        """Whether the member has all data and counts towards the majority."""
        first = self._clients[self._hosts[0]].admin
        states = {one["name"]: one["state"] for one in first.command("replSetGetStatus")["members"]}
        configured = first.command("replSetGetConfig")["config"]["members"]
        fresh = {one["host"] for one in configured if one.get("newlyAdded")}
        return states.get(host) == SECONDARY and host not in fresh

    def _reconfigure(self, change: Callable[[list[Any]], list[Any]]) -> None:
        admin = self._clients[self._hosts[0]].admin

        def is_taken() -> bool:
            config = admin.command("replSetGetConfig")["config"]
            config |= {"members": change(config["members"]), "version": config["version"] + 1}
            # Refused while the configuration before it is not yet everywhere.
            return _accepted(self._clients[self._hosts[0]], "replSetReconfig", config)

        soon(is_taken)


def _accepted(client: MongoClient[dict[str, Any]], command: str, value: object) -> bool:
    try:
        client.admin.command(command, value)
    except (OperationFailure, AutoReconnect):
        return False
    return True


@contextmanager
def three_members(stack: Stack) -> Iterator[ReplicaSet]:
    """Inside, the database has two more members; afterwards the first is alone and primary."""
    ports = [stack.site.port + MONGOD + more for more in range(3)]
    with ExitStack() as undo:
        for port in ports[1:]:
            undo.callback(_stop, *_start(stack, port))
        login = parse_uri(stack.mongo_uri(""))

        def clients(**more: Any) -> dict[str, MongoClient[Any]]:
            return {
                f"{HOST}:{port}": undo.enter_context(
                    MongoClient(HOST, port, directConnection=True, **more)
                )
                for port in ports
            }

        members = ReplicaSet(
            clients(), clients(username=login["username"], password=login["password"])
        )
        try:
            members.grow()
            yield members
        finally:
            members.return_to_the_first()
            members.shrink()


def _start(stack: Stack, port: int) -> tuple[subprocess.Popen[bytes], Any]:
    data = stack.site.data_of(f"mongod-{port}")
    data.mkdir()
    command = (
        str(MONGOD_BINARY),
        *("--replSet", REPLICA_SET, "--dbpath", str(data), "--bind_ip", HOST),
        *("--keyFile", str(stack.site.keys / CLUSTER_KEY)),
        *("--port", str(port), "--nounixsocket", "--wiredTigerCacheSizeGB", "0.25", "--quiet"),
        *("--setParameter", "diagnosticDataCollectionEnabled=false"),
    )
    with stack.site.log(f"mongod-{port}").open("ab") as log:
        return subprocess.Popen(command, stdout=log), data


def _stop(process: subprocess.Popen[bytes], data: Any) -> None:
    process.kill()
    process.wait(HANG_SECONDS)
    shutil.rmtree(data)
