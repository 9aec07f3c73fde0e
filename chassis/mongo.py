"""Reaches a service's own database: journaled majority writes, every operation bounded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any, TypeVar

import mongoengine
import pymongo
from nameko.extensions import DependencyProvider
from pymongo import MongoClient, WriteConcern, monitoring
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import BulkWriteError
from pymongo.read_concern import ReadConcern

from chassis import critical_threads, metrics
from chassis.document_schema import enforce_schema
from chassis.outbox import Announces
from chassis.settings import PATIENCE, Settings

TIMEOUT_MS = 5_000 * PATIENCE
DEPLOY_SECONDS = 600
POOL_SIZE = 100  # more than a process has workers
DUPLICATE_KEY = 11_000
TRANSACTION_SECONDS = 5.0 * PATIENCE

Result = TypeVar("Result")


class _PoolWatch(monitoring.ConnectionPoolListener):
    """Shows how many connections are checked out."""

    def __init__(self) -> None:
        self._in_use = 0

    def _moved(self, step: int) -> None:
        self._in_use += step
        metrics.show_pool("mongo", in_use=self._in_use, size=POOL_SIZE)

    def connection_checked_out(self, event: Any) -> None:
        self._moved(1)

    def connection_checked_in(self, event: Any) -> None:
        self._moved(-1)

    def _nothing(self, event: Any) -> None:
        """Of no interest here."""

    pool_created = pool_ready = pool_cleared = pool_closed = _nothing
    connection_created = connection_ready = connection_closed = _nothing
    connection_check_out_started = connection_check_out_failed = _nothing


def connect(uri: str, alias: str) -> Database[dict[str, Any]]:
    """Return the database the URI names, and give mongoengine the same client as `alias`.

    Writes are acknowledged by a majority and in the journal; an operation that takes longer than
    TIMEOUT_MS, waiting for a server or a pool place included, raises.
    """
    client: MongoClient[dict[str, Any]] = mongoengine.connect(
        host=uri,
        alias=alias,
        w="majority",
        journal=True,
        timeoutMS=TIMEOUT_MS,
        maxPoolSize=POOL_SIZE,
        tz_aware=True,
        uuidRepresentation="standard",
        event_listeners=[_PoolWatch()],
    )
    return client.get_default_database()


def prepare(documents: list[type[mongoengine.Document]]) -> None:
    """Build the indexes that documents declare, then make them the schemas of their collections. A
    deploy step, safe to repeat: nothing else does either.

    An index over all that is kept may take long: each document has DEPLOY_SECONDS.
    """
    for document in documents:
        # Mongoengine forgets old connections by class name, and two services may share a name.
        document._disconnect()
        with pymongo.timeout(DEPLOY_SECONDS):
            document.ensure_indexes()
            enforce_schema(document)


def write_new(
    write: Callable[..., Any], documents: Sequence[Any], *, ordered: bool = False
) -> set[int]:
    """Write in bulk, and return the places of those whose key was there already.

    Raises BulkWriteError when anything else went wrong: also when only the majority did not follow,
    since what was written may then be taken back.
    """
    try:
        if documents:
            write(documents, ordered=ordered)
    except BulkWriteError as problem:
        refused = problem.details["writeErrors"]
        if problem.details["writeConcernErrors"] or any(
            error["code"] != DUPLICATE_KEY for error in refused
        ):
            raise
        return {error["index"] for error in refused}
    return set()


def in_transaction(
    client: MongoClient[Any],
    write: Callable[[ClientSession], Result],
    session: ClientSession | None = None,
) -> Result:
    """Run `write` with a session in one transaction: all it writes happens or nothing does. It is
    run again when another was in its way, all together within TRANSACTION_SECONDS.

    The session is one of its own unless one is given, which no other transaction may be using.
    """
    own = client.start_session() if session is None else nullcontext(session)
    with pymongo.timeout(TRANSACTION_SECONDS), own as used:
        return used.with_transaction(
            write,
            read_concern=ReadConcern("snapshot"),
            write_concern=WriteConcern("majority", j=True),
        )


class Kept(DependencyProvider):
    """Hands a service its store, built once per process on its own database and outbox.

    `store` is called with the database and, when the service announces anything, its outbox.
    """

    def __init__(self, store: type[Any], settings: type[Settings]) -> None:
        self._store_class = store
        self._settings_class = settings
        self.database: Database[dict[str, Any]]
        self._store: Any = None

    def setup(self) -> None:
        """Build the store; pymongo finds the server in the background."""
        uri = self._settings_class.read().mongo_uri  # type: ignore[attr-defined]  # all name it
        self.database = connect(uri, self.container.service_name)
        self._store = self._store_class(self.database, *(out.outbox() for out in self._outboxes()))

    def start(self) -> None:
        """Let the outbox relay what earlier processes left behind."""
        for announces in self._outboxes():
            announces.outbox().relay_from(
                self.database, self._store_class.outboxes, critical_threads.spawner(self.container)
            )

    def _outboxes(self) -> list[Announces]:
        return [part for part in self.container.extensions if isinstance(part, Announces)]

    def check(self) -> None:
        """Raise unless the database answers."""
        self.database.command("ping")

    def get_dependency(self, worker_ctx: Any) -> Any:
        """Return the store."""
        return self._store
