"""Collects the routes of resource modules: of one path, or one for each collection."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from types import ModuleType
from typing import Any

from gateway.ask import Ask, CollectionAsk
from gateway.collection import Collection
from gateway.http import Answer, Handler, Request, Route

Head = Callable[[Collection], Callable[[Handler], Handler]]
"""Gives the `route(…)` that a collection has."""
CollectionHandler = Callable[[CollectionAsk, Request], Answer]


def of_collection(head: Head) -> Callable[[CollectionHandler], CollectionHandler]:
    """Make a function the answer to a route of each collection; `routes_of` its module finds it."""

    def register(handler: CollectionHandler) -> CollectionHandler:
        handler.head = head  # type: ignore[attr-defined]  # what makes it a route
        return handler

    return register


def routes_of(*modules: ModuleType, collections: Sequence[Collection] = ()) -> list[Route]:
    """Return the routes of resource modules, in the order they are written."""
    return [
        one
        for module in modules
        for value in vars(module).values()
        if getattr(value, "__module__", "") == module.__name__
        for one in _routes(value, collections)
    ]


def _routes(value: Any, collections: Sequence[Collection]) -> Iterator[Route]:
    if getattr(value, "route", None).__class__ is Route:
        yield value.route
    elif head := getattr(value, "head", None):
        yield from (_route(value, head, of) for of in collections)


def _route(handler: CollectionHandler, head: Head, of: Collection) -> Route:
    @wraps(handler)
    def answer(ask: Ask, request: Request) -> Answer:
        return handler(ask.collections[of.name], request)

    answer.__name__ = of.operation_prefix + handler.__name__
    made: Route = head(of)(answer).route  # type: ignore[attr-defined]  # what makes it a route
    return made
