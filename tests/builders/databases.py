"""A service's database that its tests share: prepared once, empty when a test begins; and what no
document says in those of a whole stack.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import mongoengine
from pymongo import MongoClient, WriteConcern

from chassis.document_schema import schema_of
from chassis.mongo import connect, prepare
from tools.programs import SERVICES
from tools.stack import Stack

_MIGRATED: set[tuple[str, ...]] = set()


def migrate(infrastructure: Stack, alias: str, documents: list[Any], name: str = "") -> str:
    """Return the address of a service's database; it is prepared when first asked for."""
    uri = infrastructure.mongo_uri(f"test_{name or alias}")
    built = (uri, *map(str, documents))
    if built not in _MIGRATED:
        connect(uri, alias)
        prepare(documents)
        mongoengine.disconnect(alias)
        _MIGRATED.add(built)
    return uri


def emptied(mongo: MongoClient[dict[str, Any]], uri: str) -> str:
    """Leave of the database at the address indexes and schemas alone; return the address."""
    database = mongo[uri.rpartition("/")[2].partition("?")[0]]
    database.command("profile", 0)
    quickly = WriteConcern(w=1, j=False)
    for name in database.list_collection_names():
        if name == "system.profile":
            database.drop_collection(name)
        else:
            database.get_collection(name, write_concern=quickly).delete_many({})
    return uri


def unsaid(mongo: MongoClient[dict[str, Any]]) -> Iterator[Any]:
    """Yield what the services keep and no document says: every collection that has no document, and
    all that is not as the document of its collection says.
    """
    for service in filter(lambda each: each.database, SERVICES):
        database = mongo[service.database_name]
        documents = import_module(f"{service.package}.documents").DOCUMENTS
        schemas = {each._get_collection_name(): schema_of(each) for each in documents}
        yield from set(database.list_collection_names()) - schemas.keys()
        for name, schema in schemas.items():
            yield from database[name].find({"$nor": [{"$jsonSchema": schema}]})
