"""Describes the API in OpenAPI 3.1, from the routes and the very schemas they load with."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from contracts.errors import Kind
from contracts.fields import Timestamp
from gateway.http import FILE, JSON, MULTIPART, PATH_VALUE, Answer, Request, Route, Shape, route
from gateway.problems import EDGE, OF_KIND, PROBLEM_JSON
from gateway.rules import IDEMPOTENCY_KEY, IF_MATCH

_ABOUT = """\
Problems are RFC 9457 documents, in Thai unless `Accept-Language` prefers English; `code` is for
machines. An `X-Correlation-ID` is taken over from the request, or made, and always answered."""

_FAULT = {
    "type": "object",
    "required": ["pointer", "code", "message"],
    "properties": {
        "pointer": {"type": "string", "format": "json-pointer"},
        "code": {
            "type": "string",
            "description": "`more` is told last, for all beyond the first hundred.",
        },
        "message": {"type": "string"},
        "check": {
            "type": "string",
            "description": "Of a form; with `unconfirmed` it may be filed with a note by this id.",
        },
    },
}
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "instance": {"type": "string", "format": "uri-reference"},
        "correlation_id": {"type": "string"},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}},
        "details": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
_HEADERS = {
    401: {"WWW-Authenticate": {"schema": {"type": "string"}}},
    429: {"Retry-After": {"required": True, "schema": {"type": "integer"}}},
    503: {"Retry-After": {"required": True, "schema": {"type": "integer"}}},
}
_ETAG = {"ETag": {"description": "The version, for If-Match.", "schema": {"type": "string"}}}
_REPLAYED = {
    "Idempotency-Replayed": {
        "description": "`true` when the key was used before and this is the same answer again.",
        "schema": {"const": "true"},
    }
}

_ALWAYS_POSSIBLE = {"malformed_request", "address_too_long", "internal_error", "overloaded"}
_POSSIBLE: list[tuple[Callable[[Route], Any], set[str]]] = [
    (lambda one: one.path_names, {"route_not_found"}),
    (lambda one: not one.public, {"token_required", "token_malformed"}),
    (lambda one: not (one.public or one.before_second_factor), {"second_factor_not_set_up"}),
    (lambda one: one.query, {"malformed_query", "input_invalid"}),
    (
        lambda one: one.consumes,
        {
            "body_cut_short",
            "body_too_slow",
            "body_too_large",
            "content_encoding_unsupported",
            "unsupported_media_type",
        },
    ),
    (
        lambda one: one.body,
        {"malformed_json", "name_repeated", "not_utf8", "too_many_values", "input_invalid"},
    ),
    (lambda one: one.consumes == MULTIPART, {"malformed_form", "input_invalid"}),
    (lambda one: one.idempotency, {"idempotency_key_malformed"}),
    (lambda one: one.idempotency == "required", {"idempotency_key_required"}),
    (lambda one: one.if_match, {"if_match_required", "if_match_malformed"}),
]


def openapi_route(routes: Iterable[Route]) -> Route:
    """Return `GET /openapi.json`, describing `routes`; the document is made here, once."""
    document = orjson.dumps(describe(routes))
    etag = hashlib.sha256(document).hexdigest()[:16]

    @route(
        "GET",
        "/openapi.json",
        summary="The description of this API",
        answers={200: JSON},
        public=True,
        etag=True,
    )
    def show_api_description(_ask: Any, _request: Request) -> Answer:
        return Answer(200, document, {"Cache-Control": "public, max-age=300"}, etag=etag)

    served: Route = show_api_description.route  # type: ignore[attr-defined]  # set by `route`
    return served


def describe(routes: Iterable[Route]) -> dict[str, Any]:
    """Return the OpenAPI document. Raises ValueError when handlers or shapes share a name."""
    with warnings.catch_warnings():
        warnings.filterwarnings("error", "Multiple schemas resolved to the name", UserWarning)
        try:
            return _described(routes)
        except UserWarning as problem:
            raise ValueError(str(problem)) from problem


def _described(routes: Iterable[Route]) -> dict[str, Any]:
    plugin = MarshmallowPlugin()
    spec = APISpec(
        title="Sucharit",
        version="1.0.0",
        openapi_version="3.1.0",
        info={"description": _ABOUT},
        plugins=[plugin],
    )
    plugin.map_to_openapi_type(Timestamp, "string", "date-time")  # type: ignore[no-untyped-call]  # apispec
    spec.components.schema("Fault", _FAULT)
    spec.components.schema("Problem", _PROBLEM)
    spec.components.security_scheme("session", {"type": "http", "scheme": "bearer"})
    named: set[str] = set()
    for one in routes:
        name = one.handler.__name__
        if name in named:
            raise ValueError(f"two handlers are called {name}")
        named.add(name)
        spec.path(path=one.path, operations={one.method.lower(): _operation(one)})
    return spec.to_dict()


def problem_codes(one: Route) -> dict[int, set[str]]:
    """Return every status a route may refuse with, and the codes it does so by."""
    codes = set(_ALWAYS_POSSIBLE)
    for applies, possible in _POSSIBLE:
        if applies(one):
            codes |= possible
    return _by_status(one, codes)


def _by_status(one: Route, codes: set[str]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for code in codes:
        found.setdefault(EDGE[code].status, set()).add(code)
    for refusal in one.refuses:
        code = refusal.code.rpartition(".")[2]
        found.setdefault(OF_KIND[refusal.kind].status, set()).add(code)
    found[503] |= {"service_unavailable", "line_full"}
    if one.consumes or (_sends_file(one) and not one.public):
        found.setdefault(OF_KIND[Kind.TOO_MANY].status, set()).add("too_many_at_once")
    if not one.public:
        found.setdefault(OF_KIND[Kind.FORBIDDEN].status, set()).add("out_of_scope")
    if one.if_match:
        found.setdefault(OF_KIND[Kind.STALE].status, set()).add("stale_version")
    return found


def _sends_file(one: Route) -> bool:
    shapes = [shape for shape in one.answers.values() if shape is not None]
    return any(isinstance(shape, str | tuple) and shape != JSON for shape in shapes)


def _operation(one: Route) -> dict[str, Any]:
    operation = {
        "operationId": one.handler.__name__,
        "tags": [one.handler.__module__.rpartition(".")[2]],
        "summary": one.summary,
        "description": one.handler.__doc__ or "",
        "parameters": _parameters(one),
        "responses": {str(status): found for status, found in sorted(_responses(one).items())},
        "security": [] if one.public else [{"session": []}],
    }
    if one.consumes:
        schema = one.body or _sent_file(one)
        operation["requestBody"] = {
            "required": True,
            "content": {one.consumes: {"schema": schema}},
        }
    return operation


def _sent_file(one: Route) -> dict[str, Any]:
    if one.consumes != MULTIPART:
        return {"type": "string", "contentMediaType": one.consumes}
    file = {"type": "string", "contentMediaType": "application/octet-stream"}
    texts = {
        name: {"type": "string", "pattern": f"^{pattern}$"} for name, pattern in one.texts.items()
    }
    return {"type": "object", "required": [FILE], "properties": {FILE: file, **texts}}


def _parameters(one: Route) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = [
        {"in": "path", "name": name, "required": True, "schema": _text(one, name)}
        for name in one.path_names
    ]
    if one.query:
        parameters.append({"in": "query", "schema": one.query})
    if one.idempotency:
        parameters.append(
            _header("Idempotency-Key", IDEMPOTENCY_KEY, one.idempotency == "required")
        )
    if one.if_match:
        parameters.append(_header("If-Match", IF_MATCH, True))
    if one.etag and one.method == "GET":
        parameters.append(_header("If-None-Match", None, False))
    return parameters


def _text(one: Route, name: str) -> dict[str, str]:
    return {"type": "string", "pattern": f"^{one.patterns.get(name, PATH_VALUE)}$"}


def _header(name: str, pattern: str | None, required: bool) -> dict[str, Any]:
    schema = {"type": "string", "pattern": pattern} if pattern else {"type": "string"}
    return {"in": "header", "name": name, "required": required, "schema": schema}


def _responses(one: Route) -> dict[int, dict[str, Any]]:
    found = {status: _problem(status, codes) for status, codes in problem_codes(one).items()}
    if one.etag and one.method == "GET":
        found[304] = {"description": "Unchanged", "headers": _ETAG}
    for status, shape in one.answers.items():
        shapes = shape if isinstance(shape, tuple) else (shape,)
        content = {kind: of for each in shapes for kind, of in _content(each).items()}
        found[status] = {"description": one.summary, **({"content": content} if content else {})}
        headers = {**(_ETAG if one.etag else {}), **(_REPLAYED if one.idempotency else {})}
        if headers:
            found[status]["headers"] = headers
    return found


def _content(shape: Shape) -> Mapping[str, Any]:
    if shape is None:
        return {}
    if isinstance(shape, str):
        return {shape: {}}
    return {JSON: {"schema": shape}}


def _problem(status: int, codes: set[str]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "description": ", ".join(sorted(codes)),
        "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status in _HEADERS:
        described["headers"] = _HEADERS[status]
    return described
