"""Finds what is left of something in the local stack: in databases, and as a stream."""

from __future__ import annotations

from collections import Counter
from urllib.parse import quote

import httpx
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo import MongoClient

from chassis.topology import trial_log
from tools.programs import Site
from tools.stack import Stack

OF_THE_SERVER = frozenset({"admin", "config", "local"})


def find_documents(site: Site, text: str) -> dict[str, int]:
    """Count the documents of every service that hold the text anywhere, by their collection."""
    wanted = text.encode()
    found: Counter[str] = Counter()
    as_octets = CodecOptions(document_class=RawBSONDocument)
    with MongoClient(site.mongo_uri("")) as client:
        for name in set(client.list_database_names()) - OF_THE_SERVER:
            database = client[name]
            for collection in database.list_collection_names():
                documents = database[collection].with_options(as_octets).find()
                found[f"{name}.{collection}"] += sum(wanted in each.raw for each in documents)
    return {where: count for where, count in sorted(found.items()) if count}


def has_trial_log(stack: Stack, round_id: str) -> bool:
    """Whether the broker has the stream of a trial round's events."""
    credentials = stack.site.broker_login
    path = f"/api/queues/%2F/{quote(trial_log(round_id), safe='')}"
    answer = httpx.get(stack.management_url + path, auth=credentials, trust_env=False)
    if answer.status_code != 404:
        answer.raise_for_status()
    return answer.is_success
