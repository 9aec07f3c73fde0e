"""Holds a request to the rules of its route: each part is read here or refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from marshmallow import fields

from gateway.bodies import Read, read_json, require_plain_coding
from gateway.faults import FaultyInput, child_of, fault, load
from gateway.http import Route, take_body
from gateway.problems import EdgeProblem

_BEARER = re.compile(r"(?i:bearer) +([A-Za-z0-9._~+/-]{1,4096}=*)")
_MOST_QUERY_FIELDS = 50
_NONE = Read(None, False)
IF_MATCH = r'^"[\x21\x23-\x7e]{1,128}"$'
IDEMPOTENCY_KEY = r"^[\x21-\x7e]{1,128}$"


def read_token(environ: Mapping[str, Any]) -> str:
    """Return the bearer token. Raises EdgeProblem `token_required`, `token_malformed`."""
    given = environ.get("HTTP_AUTHORIZATION")
    if given is None:
        raise EdgeProblem("token_required")
    found = _BEARER.fullmatch(given)
    if not found:
        raise EdgeProblem("token_malformed")
    return found[1]


def read_idempotency_key(environ: Mapping[str, Any], route: Route) -> str | None:
    """Return the key, if the route takes one and it was given."""
    if route.idempotency is None:
        return None
    key = environ.get("HTTP_IDEMPOTENCY_KEY")
    if key is None and route.idempotency == "required":
        raise EdgeProblem("idempotency_key_required")
    if key is not None and not re.match(IDEMPOTENCY_KEY, key):
        raise EdgeProblem("idempotency_key_malformed")
    return key


def read_if_match(environ: Mapping[str, Any], route: Route) -> str | None:
    """Return the version the caller holds, if the route asks for it."""
    if not route.if_match:
        return None
    given = environ.get("HTTP_IF_MATCH")
    if given is None:
        raise EdgeProblem("if_match_required")
    if not re.match(IF_MATCH, given):
        raise EdgeProblem("if_match_malformed")
    return str(given[1:-1])


def read_query(environ: Mapping[str, Any], route: Route) -> Mapping[str, Any]:
    """Return the query as its schema loads it. A name given twice is refused, unless a List."""
    if route.query is None:
        return {}
    try:
        pairs = parse_qsl(
            environ["QUERY_STRING"],
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_QUERY_FIELDS,
        )
    except ValueError as problem:
        raise EdgeProblem("malformed_query") from problem
    given: dict[str, Any] = {}
    for name, value in pairs:
        if isinstance(route.query.fields.get(name), fields.List):
            given.setdefault(name, []).append(value)
        elif name in given:
            raise FaultyInput([fault(child_of("", name), "Given more than once.")])
        else:
            given[name] = value
    loaded: Mapping[str, Any] = load(route.query, given)
    return loaded


def read_body(environ: Mapping[str, Any], route: Route, caller: str) -> Read:
    """Return the JSON body as its schema loads it; None when the handler reads it itself."""
    if route.consumes is None:
        return _NONE
    given = environ["CONTENT_TYPE"].partition(";")[0].strip().lower()
    if given != route.consumes:
        raise EdgeProblem("unsupported_media_type", {"expected": route.consumes})
    require_plain_coding(environ)
    if route.body is None:
        return _NONE
    return read_json(take_body(environ, route), route.body, caller=caller)
