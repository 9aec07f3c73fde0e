"""A service's database that its tests share: indexes built once, empty when a test begins."""

from __future__ import annotations

from typing import Any

import mongoengine
from pymongo import MongoClient, WriteConcern

from chassis.mongo import build_indexes, connect
from tools.stack import Stack

_MIGRATED: set[tuple[str, ...]] = set()


def migrate(infrastructure: Stack, alias: str, documents: list[Any]) -> str:
    """Return the address of a service's database; its indexes are built when first asked for."""
    uri = infrastructure.mongo_uri(f"test_{alias}")
    built = (uri, *map(str, documents))
    if built not in _MIGRATED:
        connect(uri, alias)
        build_indexes(documents)
        mongoengine.disconnect(alias)
        _MIGRATED.add(built)
    return uri


def emptied(mongo: MongoClient[dict[str, Any]], uri: str) -> str:
    """Leave of the database at the address its indexes and nothing else; return the address."""
    database = mongo[uri.rpartition("/")[2].partition("?")[0]]
    database.command("profile", 0)
    quickly = WriteConcern(w=1, j=False)
    for found in database.list_collections():
        name = found["name"]
        if name == "system.profile":
            database.drop_collection(name)
            continue
        if "validator" in found["options"]:
            database.command("collMod", name, validator={})
        database.get_collection(name, write_concern=quickly).delete_many({})
    return uri
