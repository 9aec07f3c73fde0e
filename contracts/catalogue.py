"""Every event and every refusal there is, for tests, the flow map and the release tool."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import TypeVar

import contracts
from contracts.errors import ServiceError
from contracts.events import Event

Kind = TypeVar("Kind")


def events() -> list[type[Event]]:
    """Return every event class, sorted by key."""
    found = [kind for kind in _classes(Event) if "name" in vars(kind)]
    return sorted(found, key=lambda kind: kind.key())


def refusals() -> list[type[ServiceError]]:
    """Return every refusal, sorted by code."""
    found = [kind for kind in _classes(ServiceError) if "code" in vars(kind)]
    return sorted(found, key=lambda kind: kind.code)


def _classes(base: type[Kind]) -> Iterator[type[Kind]]:
    for module in pkgutil.walk_packages(contracts.__path__, "contracts."):
        importlib.import_module(module.name)
    waiting = [base]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            if kind.__module__.startswith(f"{contracts.__name__}."):
                yield kind
