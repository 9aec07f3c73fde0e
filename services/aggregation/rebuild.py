"""Compares the figures with those of the log: `python -m services.aggregation.rebuild [--replace]`.

Replays the log through the service's own listeners into a database beside the present one, and
compares. While the service runs, events on their way show as differences; stop it to --replace.
"""

from __future__ import annotations

import argparse
import inspect
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

import orjson
import pymongo
from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR
from pymongo.database import Database

from chassis import settings, topology
from chassis.clock import now
from chassis.listener import Heard
from chassis.mongo import connect, prepare
from contracts.events import TYPE_PREFIX
from services.aggregation.documents import ALIAS, DOCUMENTS, FIGURES
from services.aggregation.event_log import Logged, logged_events
from services.aggregation.service import AggregationService
from services.aggregation.settings import Settings
from services.aggregation.store import Figures

AT_ONCE = 500
SHOWN = 20
PUT_IN_PLACE_SECONDS = 600
COLLECTIONS = [document._get_collection_name() for document in FIGURES]

Figured = Database[dict[str, Any]]


@dataclass(frozen=True)
class BrokerSettings(settings.Settings):
    """The broker that keeps the log."""

    prefix = "SUCHARIT_"

    amqp_uri: str


def main() -> None:
    """Rebuild and compare; exit 1 when anything differs, or put the rebuilt figures in place."""
    parser = argparse.ArgumentParser(description="Count anew from the log and compare.")
    parser.add_argument("--replace", action="store_true", help="keep what the log says")
    replace = parser.parse_args().replace
    present = connect(Settings.read().mongo_uri, ALIAS)
    rebuilt = rebuild(BrokerSettings.read().amqp_uri, present)
    differing = list(differences(present, rebuilt))
    tell(*differing[:SHOWN], f"{len(differing)} differences of {present.name} to the log")
    if replace:
        put_in_place(rebuilt, present)
        tell(f"{present.name} is now what the log says")
    elif differing:
        sys.exit(1)


def rebuild(amqp_uri: str, present: Figured) -> Figured:
    """Return a fresh database of what the log says, trial rounds that are not purged included."""
    rebuilt = present.client[f"{present.name}_rebuilt"]
    present.client.drop_database(rebuilt)
    for collection in COLLECTIONS:
        rebuilt.create_collection(collection)
    take = listeners(rebuilt)
    rounds = present["rounds"].distinct("_id", {"purged_at": None})
    for stream in (topology.LOG_STREAM, *map(topology.trial_log, rounds)):
        taken = 0
        events = logged_events(amqp_uri, stream)
        while batch := list(islice(events, AT_ONCE)):
            take(batch)
            taken += len(batch)
            tell(f"{stream}: {taken} events")
    return rebuilt


def listeners(database: Figured) -> Callable[[list[Logged]], None]:
    """Return what hears logged events as the service would, its figures in `database`."""
    service = AggregationService()
    service.figures, service.now = Figures(database), now  # type: ignore[assignment]  # as nameko does
    listening = {
        TYPE_PREFIX + entrypoint.event.key(): (entrypoint, method)
        for _, method in inspect.getmembers(service, inspect.ismethod)
        for entrypoint in getattr(method, ENTRYPOINT_EXTENSIONS_ATTR, ())
        if hasattr(entrypoint, "event")
    }

    def take(logged: list[Logged]) -> None:
        heard: dict[str, list[Heard]] = {}
        for envelope, body in logged:
            if envelope.type in listening:
                event = listening[envelope.type][0].event.read(orjson.loads(body))
                heard.setdefault(envelope.type, []).append(Heard(event, envelope))
        for kind, events in heard.items():
            entrypoint, method = listening[kind]
            for argument in [events] if entrypoint.batch else events:
                method(argument)

    return take


def differences(present: Figured, rebuilt: Figured) -> Iterator[str]:
    """Yield a line for each document of one database that is not the same in the other."""
    for collection in COLLECTIONS:
        both = merge(*(_told(side, collection) for side in (present, rebuilt)), key=itemgetter(0))
        for key, found in groupby(both, key=itemgetter(0)):
            told = {name: meaning for _, name, meaning in found}
            if told.get(present.name) != told.get(rebuilt.name):
                yield f"{collection} {key}: {told}"


def _told(database: Figured, collection: str) -> Iterator[tuple[Any, str, dict[str, Any]]]:
    """Yield what each document says, by id; a tally of nothing is as good as none."""
    for document in database[collection].find({"expected": {"$ne": 0}}, sort=[("_id", 1)]):
        document.pop("turns", None)  # how often the figures changed is no figure
        yield document["_id"], database.name, {k: v for k, v in document.items() if v != 0}


def put_in_place(rebuilt: Figured, present: Figured) -> None:
    """Make the rebuilt collections the present ones, each at once; safe to repeat."""
    with pymongo.timeout(PUT_IN_PLACE_SECONDS):
        for collection in set(COLLECTIONS) & set(rebuilt.list_collection_names()):
            present.client.admin.command(
                "renameCollection",
                f"{rebuilt.name}.{collection}",
                to=f"{present.name}.{collection}",
                dropTarget=True,
            )
    prepare(DOCUMENTS)


def tell(*lines: str) -> None:
    """Write lines for the operator."""
    sys.stdout.writelines(f"{line}\n" for line in lines)


if __name__ == "__main__":
    main()
