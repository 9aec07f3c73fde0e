"""Seeing what a store asks of its database, and stepping in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pymongo import monitoring
from pymongo.database import Database

_EXPLAINED = {
    "find": ("find", "filter", "sort", "limit", "projection"),
    "aggregate": ("aggregate", "pipeline", "cursor"),
    "count": ("count", "query"),
}


class Commands(monitoring.CommandListener):
    """Remembers the commands that a client sends."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if event.command:  # signing in on a new connection is told without its words
            self.sent.append(dict(event.command))

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Of no interest here."""

    failed = succeeded

    @contextmanager
    def during(self) -> Iterator[list[dict[str, Any]]]:
        """Gives the list of commands sent inside, filled when it ends."""
        before = len(self.sent)
        seen: list[dict[str, Any]] = []
        yield seen
        seen.extend(self.sent[before:])


def explained(database: Database, command: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the explanations of everything that a remembered command looks for."""
    kind = next(iter(command))
    if kind == "findAndModify":
        said = (kind, "query", "sort", "update")
        inner = [{name: command[name] for name in said if name in command}]
    elif kind in ("update", "delete"):
        each = f"{kind}s"
        inner = [{kind: command[kind], each: [one]} for one in command[each]]
    elif kind in _EXPLAINED:
        inner = [{name: command[name] for name in _EXPLAINED[kind] if name in command}]
    else:
        return []
    return [database.command("explain", one, verbosity="executionStats") for one in inner]


def stages_of(explanation: dict[str, Any]) -> set[str]:
    """Return the names of the stages in the plan that was chosen."""
    if "stages" not in explanation:
        return set(_stages(explanation["queryPlanner"]["winningPlan"]))
    looked_up = explanation["stages"]
    scans = {"COLLSCAN" for stage in looked_up if int(stage.get("collectionScans", 0))}
    return scans | set(_stages(looked_up[0]["$cursor"]["queryPlanner"]["winningPlan"]))


def examined(explanation: dict[str, Any]) -> list[int]:
    """Return how many documents were looked at in each collection that was looked into."""
    if "stages" not in explanation:
        return [explanation["executionStats"]["totalDocsExamined"]]
    first, *rest = explanation["stages"]
    of_others = (int(stage["totalDocsExamined"]) for stage in rest if "$lookup" in stage)
    return [first["$cursor"]["executionStats"]["totalDocsExamined"], *of_others]


def _stages(plan: Any) -> Iterator[str]:
    if isinstance(plan, list):
        for each in plan:
            yield from _stages(each)
    elif isinstance(plan, dict):
        if "stage" in plan:
            yield plan["stage"]
        for inner in plan.values():
            yield from _stages(inner)


class Interrupted:
    """A database where, once, something else happens right before an operation."""

    def __init__(
        self, database: Database, collection: str, operation: str, first: Callable[[], Any]
    ) -> None:
        self._database = database
        self._collection = collection
        self._operation = operation
        self._first = [first]

    def __getitem__(self, name: str) -> Any:
        found = self._database[name]
        return _Interrupted(self, found) if name == self._collection else found

    def step_in(self, operation: str) -> None:
        if operation == self._operation and self._first:
            self._first.pop()()


class _Interrupted:
    def __init__(self, database: Interrupted, collection: Any) -> None:
        self._database = database
        self._collection = collection

    def __getattr__(self, operation: str) -> Any:
        real = getattr(self._collection, operation)

        def call(*args: Any, **options: Any) -> Any:
            self._database.step_in(operation)
            return real(*args, **options)

        return call
