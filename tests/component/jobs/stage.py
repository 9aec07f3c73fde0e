"""A service on a database of its own, whose job another process takes over at any of its writes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import eventlet
import pytest
from bson import ObjectId
from pymongo import MongoClient, monitoring

from chassis import worker
from chassis.clock import now
from chassis.jobs import Job, Jobs, runs_job
from chassis.outbox import Outbox
from chassis.publisher import Wire
from chassis.service import Service
from tools.flows import entrypoints

_WRITES = {"insert", "update", "delete", "findAndModify"}
# What is another one in every run, or only tells when something was.
_VOLATILE = {
    *("asked_sha256", "attempts", "claim", "created_at", "done", "finished_at", "total", "turn"),
    *("counting", "import_id", "uploadDate"),
}
_GIVEN = {"uploads", "upload_parts", "signing_keys"}
_OF_ENTRIES = {"id", "at", "headers"}


class Writes(monitoring.CommandListener):
    """Counts the writes of a run, and does something else right before one of them."""

    def __init__(self) -> None:
        self._before: int | None = None
        self._runner: Any = None
        self._first: Callable[[], None] = lambda: None
        self.seen = 0

    @contextmanager
    def interrupted(self, before: int | None, first: Callable[[], None]) -> Iterator[None]:
        """Does `first` before the write of that number of what this greenlet does inside."""
        self._before, self._first, self.seen = before, first, 0
        self._runner = eventlet.getcurrent()
        yield
        self._runner = None

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        within_transaction = "autocommit" in event.command and "startTransaction" not in (
            event.command
        )
        is_write = event.command_name in _WRITES and not within_transaction
        if not is_write or eventlet.getcurrent() is not self._runner:
            return
        number, self.seen = self.seen, self.seen + 1
        if number == self._before:
            runner, self._runner = self._runner, None
            self._first()
            self._runner = runner

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Of no interest here."""

    failed = succeeded


class Stage:
    """The service, its store and its jobs. `names` gives names to ids that are random."""

    def __init__(
        self, uri: str, service: type[Service], store: Callable[..., Any], patch: pytest.MonkeyPatch
    ) -> None:
        self.writes = Writes()
        self.client: MongoClient[dict[str, Any]] = MongoClient(
            uri, tz_aware=True, w="majority", journal=True, event_listeners=[self.writes]
        )
        self.database = self.client.get_default_database()
        self.store = store(
            self.database, Outbox(Wire("amqp://nowhere/", "test"), service.announces.events)
        )
        self.jobs = Jobs(self.database, service.name)
        self.service = service()
        for name, part in {"store": self.store, "jobs": self.jobs}.items():
            setattr(self.service, name, part)
        self._works = {entry.kind: entry for _, entry in entrypoints(service, runs_job)}
        methods = {entry.kind: name for name, entry in entrypoints(service, runs_job)}
        patch.setattr(
            worker,
            "call",
            lambda _, job, correlation: getattr(self.service, methods[job.kind])(job),
        )
        self.names: Callable[[], dict[str, str]] = dict

    def claim(self, kind: str) -> Job:
        """Claim the job of the kind, as if whoever has it were held up for too long."""
        late = {"$set": {"lease_until": now() - timedelta(seconds=1)}}
        self.jobs.collection.update_many({"state": "running"}, late)
        job = self.jobs.claim([kind])
        assert job is not None
        return job

    def work_off(self, job: Job) -> None:
        """Do what a process does with a job it has claimed."""
        self._works[job.kind]._run(job)

    def end_state(self) -> list[str]:
        """Return all there is in the database but what differs from run to run, in order."""
        names = self.names() | {
            file["_id"]: f"file {file.get('filename')}"
            for file in self.database["files.files"].find()
        }
        return sorted(
            f"{collection} {self._told(document, names)}"
            for collection in set(self.database.list_collection_names()) - _GIVEN
            for document in self.database[collection].find()
        )

    def _told(self, document: dict[str, Any], names: dict[str, str]) -> str:
        told = json.dumps(_plain(document), sort_keys=True, default=str, ensure_ascii=False)
        for random, name in names.items():
            told = told.replace(random, name)
        return told


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        left_out = _OF_ENTRIES if {"headers", "body", "key"} <= value.keys() else _VOLATILE
        return {name: _plain(each) for name, each in value.items() if name not in left_out}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return None if isinstance(value, bytes | ObjectId) else value
