"""Are the figures those of the log? `python -m services.aggregation.rebuild [--replace]`.

Replays the log through the service's own listeners into a database beside the present one, and
compares. While the service runs, events on their way show as differences; stop it to --replace.
"""

from __future__ import annotations

import argparse
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from heapq import merge
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

import orjson
import pika
import pymongo
from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR
from pika.exceptions import ChannelClosedByBroker
from pymongo.database import Database

from chassis import bus, settings
from chassis.clock import now
from chassis.listener import Heard
from chassis.mongo import build_indexes, connect
from contracts.events import TYPE_PREFIX, Envelope
from services.aggregation.documents import ALIAS, DOCUMENTS
from services.aggregation.service import AggregationService
from services.aggregation.settings import Settings
from services.aggregation.store import Figures

AT_ONCE = 500
QUIET_SECONDS = 1.0
PUT_IN_PLACE_SECONDS = 600
SHOWN = 20
COLLECTIONS = [document._get_collection_name() for document in DOCUMENTS]

NOT_FOUND = 404

Logged = tuple[Envelope, bytes]


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


def rebuild(amqp_uri: str, present: Database[dict[str, Any]]) -> Database[dict[str, Any]]:
    """Return a fresh database of what the log says, trial rounds that are not purged included."""
    rebuilt = present.client[f"{present.name}_rebuilt"]
    present.client.drop_database(rebuilt)
    for collection in COLLECTIONS:
        rebuilt.create_collection(collection)
    take = _listeners(rebuilt)
    rounds = present["rounds"].distinct("_id", {"purged_at": None})
    for stream in (bus.LOG_STREAM, *map(bus.trial_log, rounds)):
        taken = 0
        with closing(messages(amqp_uri, stream)) as logged:
            while batch := list(islice(logged, AT_ONCE)):
                take(batch)
                taken += len(batch)
                tell(f"{stream}: {taken} events")
    return rebuilt


def messages(amqp_uri: str, stream: str) -> Iterator[Logged]:
    """Yield what a stream holds now, in its order; nothing when there is no such stream."""
    began_at = now()
    with pika.BlockingConnection(pika.URLParameters(amqp_uri)) as connection:
        try:
            newest, _, _ = next(_consume(connection, stream, "last"))
        except ChannelClosedByBroker as refusal:
            if refusal.reply_code != NOT_FOUND:
                raise
            return
        # "last" begins with the newest chunk, whose end is where the stream falls quiet.
        for offset, envelope, body in _consume(connection, stream, "first"):
            if offset >= newest and (body is None or envelope.time > began_at):
                return
            if body is not None:
                yield envelope, body


def _consume(connection: Any, stream: str, start: str) -> Iterator[tuple[int, Any, Any]]:
    """Yield offset, envelope and body for ever; the newest offset and None while it is quiet."""
    offset = -1
    channel = connection.channel()
    channel.basic_qos(prefetch_count=AT_ONCE)
    for method, properties, body in channel.consume(
        stream, arguments={"x-stream-offset": start}, inactivity_timeout=QUIET_SECONDS
    ):
        if method is None:
            yield offset, None, None
            continue
        channel.basic_ack(method.delivery_tag)
        offset = properties.headers["x-stream-offset"]
        yield offset, Envelope.read(properties.headers), body


def _listeners(database: Database[dict[str, Any]]) -> Callable[[list[Logged]], None]:
    """Return what hears logged events as the service would, its figures in `database`."""
    service = AggregationService()
    service.figures, service.now = Figures(database), now
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


def differences(
    present: Database[dict[str, Any]], rebuilt: Database[dict[str, Any]]
) -> Iterator[str]:
    """Yield a line for each document of one database that is not the same in the other."""
    for collection in COLLECTIONS:
        both = merge(*(_told(side, collection) for side in (present, rebuilt)), key=itemgetter(0))
        for key, found in groupby(both, key=itemgetter(0)):
            told = {name: meaning for _, name, meaning in found}
            if told.get(present.name) != told.get(rebuilt.name):
                yield f"{collection} {key}: {told}"


def _told(
    database: Database[dict[str, Any]], collection: str
) -> Iterator[tuple[Any, str, dict[str, Any]]]:
    """Yield what each document says, by id; a tally of nothing is as good as none."""
    for document in database[collection].find({"expected": {"$ne": 0}}, sort=[("_id", 1)]):
        document.pop("turns", None)  # how often the figures changed is no figure
        yield document["_id"], database.name, {k: v for k, v in document.items() if v != 0}


def put_in_place(rebuilt: Database[dict[str, Any]], present: Database[dict[str, Any]]) -> None:
    """Make the rebuilt collections the present ones, each at once; safe to repeat."""
    with pymongo.timeout(PUT_IN_PLACE_SECONDS):
        for collection in set(COLLECTIONS) & set(rebuilt.list_collection_names()):
            present.client.admin.command(
                "renameCollection",
                f"{rebuilt.name}.{collection}",
                to=f"{present.name}.{collection}",
                dropTarget=True,
            )
    build_indexes(DOCUMENTS)


def tell(*lines: str) -> None:
    """Write lines for the operator."""
    sys.stdout.writelines(f"{line}\n" for line in lines)


if __name__ == "__main__":
    main()
