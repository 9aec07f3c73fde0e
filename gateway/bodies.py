"""Reads JSON bodies, bounded before they are judged, and says why one cannot be read.

A small one is read on the loop. Whatever could take long is read beside it, in a line in which each
caller has only so many places.
"""

from __future__ import annotations

import codecs
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from marshmallow import Schema

from chassis.work_line import WorkLine
from gateway.faults import load
from gateway.problems import EdgeProblem

MOST_VALUES = 5_000
MOST_DEPTH = 32
LARGE_BODY_BYTES = 32 << 10
LARGE_BODY_VALUES = 1_000
NAME_SHOWN = 100

judging = WorkLine("judging", threads=2, waiting=30, per_caller=4)
"""Where large bodies are read and judged."""


class Read(NamedTuple):
    """A body as its schema loaded it, and whether to judge it further beside the loop."""

    value: Any
    is_large: bool


def require_plain_coding(environ: Mapping[str, Any]) -> None:
    """Refuse a compressed body. Raises EdgeProblem `content_encoding_unsupported`."""
    coding = environ.get("HTTP_CONTENT_ENCODING", "")
    if coding and coding.strip().lower() != "identity":
        facts = {"coding": coding[:40]}
        headers = {"Accept-Encoding": "identity"}
        raise EdgeProblem("content_encoding_unsupported", facts, headers)


def read_json(raw: bytes, schema: Schema, *, caller: str) -> Read:
    """Load a JSON body, which may begin with a byte order mark.

    Raises FaultyInput; EdgeProblem `malformed_json`, `not_utf8`, `too_many_values`,
    `name_repeated`; WorkLineFull and TooManyAtOnce for a large one.
    """
    raw = raw.removeprefix(codecs.BOM_UTF8)
    containers = raw.count(b"{") + raw.count(b"[")
    most_values = containers + raw.count(b",")
    needs_count = containers > MOST_DEPTH or most_values > MOST_VALUES
    if len(raw) <= LARGE_BODY_BYTES and most_values <= LARGE_BODY_VALUES:
        return Read(_load(raw, schema, needs_count), False)
    return Read(judging.run(caller, _load, raw, schema, needs_count), True)


def _load(raw: bytes, schema: Schema, needs_count: bool) -> Any:
    try:
        facts = orjson.loads(raw)
    except orjson.JSONDecodeError as problem:
        raise _unreadable(raw, problem) from problem
    if needs_count:
        _require_bounded(facts)
    _require_names_once(raw, facts)
    return load(schema, facts)


def _require_bounded(facts: Any) -> None:
    """Count values level by level, no further than to the first bound."""
    values, depth, level = 0, 0, [facts]
    while level:
        depth += 1
        deeper: list[Any] = []
        for each in level:
            inner = each.values() if isinstance(each, dict) else each
            values += len(inner)
            if values > MOST_VALUES or depth > MOST_DEPTH:
                raise _beyond_bounds()
            deeper += [one for one in inner if isinstance(one, dict | list)]
        level = deeper


def _beyond_bounds() -> EdgeProblem:
    bounds = {"most_values": MOST_VALUES, "most_depth": MOST_DEPTH}
    return EdgeProblem("too_many_values", bounds)


def _require_names_once(raw: bytes, facts: Any) -> None:
    """Refuse an object that has a name twice, of which the parser silently keeps the last.

    What it drops has a colon, so the body has more of them than what is left of it, written again.
    Only where a colon in a text may be written as an escape is all read once more to know.
    """
    if b"\\u003" not in raw and raw.count(b":") == orjson.dumps(facts).count(b":"):
        return
    try:
        json.loads(raw, object_pairs_hook=_require_once, parse_int=str, parse_float=str)
    except RecursionError as problem:  # it was dropped, or it would have been counted
        raise _beyond_bounds() from problem


def _require_once(members: Sequence[tuple[str, Any]]) -> None:
    for name, times in Counter(name for name, _ in members).items():
        if times > 1:
            raise EdgeProblem("name_repeated", {"name": name[:NAME_SHOWN]})


def _unreadable(raw: bytes, problem: orjson.JSONDecodeError) -> EdgeProblem:
    """Return why it is no JSON: its characters, or its grammar."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        return EdgeProblem("not_utf8", {"looks_like": _coding(raw)})
    if b"\0" in raw[:4]:  # ASCII in UTF-16 or UTF-32
        return EdgeProblem("not_utf8", {"looks_like": _coding(raw)})
    return EdgeProblem("malformed_json", {"line": problem.lineno, "column": problem.colno})


def _coding(raw: bytes) -> str:
    if b"\0" in raw[:4] or raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "UTF-16"
    return "Windows-874"
