"""The plain insert: a WSGI callable that writes straight into MongoDB, to be served by gunicorn.

No sign-in, no idempotency, no intake, no ledger, no event, no figures: the fastest that a request
of its own journaled write can be. Reads BENCH_FORM, BENCH_KEY and BENCH_MONGO_URI.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import orjson
from pymongo import MongoClient

from contracts.fields import wire_time
from tools.bench.same_work import SameWork, answer_of

Start = Callable[[str, list[tuple[str, str]]], object]

_work = SameWork.read(os.environ["BENCH_FORM"], os.environ["BENCH_KEY"])
_client: MongoClient[dict[str, Any]] = MongoClient(
    os.environ["BENCH_MONGO_URI"], w="majority", journal=True
)
_filings = _client.get_default_database()["filings"]


def application(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
    """Judge the filing, insert it with its signed receipt, answer once it is in the journal."""
    accepted_at = wire_time(datetime.now(UTC))
    body = orjson.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    if codes := _work.objections(body):
        return _answer(start_response, "422 Unprocessable Content", {"codes": codes})
    obligation_id = environ["PATH_INFO"].split("/")[3]
    document = _work.document(obligation_id, body, accepted_at)
    _filings.insert_one({"_id": document["filing_id"], **document})
    return _answer(start_response, "201 Created", answer_of(document))


def _answer(start_response: Start, status: str, told: dict[str, Any]) -> list[bytes]:
    content = orjson.dumps(told)
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(content)))]
    start_response(status, headers)
    return [content]
