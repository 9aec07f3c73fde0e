"""Defines what a route is made of: `@route`, the Request its handler gets, the Answer it gives."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Literal

from marshmallow import Schema, fields, validate
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from contracts.errors import ServiceError
from contracts.fields import Closed
from contracts.principal import Principal, PrincipalFacts
from edge.http1 import BodyRefused
from gateway.addresses import TrustedProxies
from gateway.faults import FaultyInput, child_of, fault, missing
from gateway.problems import ACCEPT_BYTES, EdgeProblem
from gateway.streaming import FILE_LIMIT_BYTES, Spool, Upload, read_form

JSON = "application/json"
MULTIPART = "multipart/form-data"
FILE = "file"  # what the one file of a multipart body is called
JSON_LIMIT_BYTES = 512 << 10  # three times the fullest report
PUBLIC_LIMIT_BYTES = 16 << 10  # where nobody has signed in
FORM_LIMIT_BYTES = FILE_LIMIT_BYTES + (64 << 10)  # the file, and what is around it
UPLOAD_SECONDS = 120.0
BODY_SECONDS = 10.0
MOST_CHOICES = 16  # of an Accept header
PATH_VALUE = r"[A-Za-z0-9][A-Za-z0-9._~-]{0,127}"

_BODY_PROBLEMS = {400: "body_cut_short", 408: "body_too_slow", 413: "body_too_large"}


class Page(Closed):
    """The query of every list; a list with filters of its own inherits from it."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.String(validate=validate.Length(1, 512))


@cache
def list_of(item: type[Schema]) -> type[Schema]:
    """Return the answer of a list of these: a page, and the cursor of the next one."""
    return Schema.from_dict(
        {
            "items": fields.List(fields.Nested(item), required=True),
            "next": fields.String(required=True, allow_none=True),
        },
        name=item.__name__.removesuffix("Schema") + "List",
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """What a handler gives back: JSON-ready facts, or bytes that are `content_type` already;
    an iterator of them when it says its `length`.

    `etag` is the version of a single resource, sent as a strong ETag; `replayed` marks the answer
    to a repeat of an Idempotency-Key.
    """

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: str | int | None = None
    replayed: bool = False
    content_type: str = JSON
    length: int | None = None


@dataclass(frozen=True, slots=True)
class MultipartForm:
    """A multipart body: the plain values by name, and the file."""

    texts: Mapping[str, str]
    files: Mapping[str, Upload]

    def file(self) -> Upload:
        """Return the file, which must be there. Raises FaultyInput."""
        if FILE not in self.files:
            raise missing(child_of("", FILE))
        return self.files[FILE]


@dataclass(frozen=True, slots=True)
class Request:
    """A request that passed the rules of its route."""

    path: Mapping[str, str]
    query: Mapping[str, Any]
    body: Any
    """The JSON body as its schema loaded it; None when the route has no schema for it."""
    caller: str
    """By whom places in what is shared are counted: the slot, or the address."""
    is_large: bool
    """Whether judging the body further belongs beside the loop."""
    principal: Principal | None
    session_id: str | None
    correlation_id: str
    received_at: datetime
    """When the head of the request had arrived; the body may have taken longer."""
    idempotency_key: str | None
    if_match: str | None
    """The version in If-Match, without its quotes."""
    language: str
    route: Route
    environ: Mapping[str, Any]
    proxies: TrustedProxies
    spool: Callable[[], Spool]
    """Makes a place for a file being received; it is gone once the request is answered."""

    @property
    def signed_in(self) -> Principal:
        """Who is asking. Not for public routes."""
        if self.principal is None:
            raise TypeError(f"{self.route.path} is public: nobody has signed in")
        return self.principal

    @property
    def by(self) -> PrincipalFacts:
        """The same, as services are told."""
        return self.signed_in.to_wire()

    @property
    def address(self) -> str:
        """Where the request comes from: the last hop that is no trusted proxy."""
        return self.proxies.address_of(self.environ)

    def header(self, name: str) -> str | None:
        """Return a header, or None."""
        if name.lower() == "content-type":
            return str(self.environ["CONTENT_TYPE"])
        value: str | None = self.environ.get("HTTP_" + name.upper().replace("-", "_"))
        return value

    def prefers(self, *offered: str) -> str:
        """Return the content type the client likes best; the first when it does not say."""
        choices = self.environ.get("HTTP_ACCEPT", "")[:ACCEPT_BYTES].split(",", MOST_CHOICES)
        accepted = parse_accept_header(",".join(choices[:MOST_CHOICES]), MIMEAccept)
        return accepted.best_match(offered, default=offered[0])

    def form(self) -> MultipartForm:
        """Read a multipart body, as `raw_body`; files beyond 256 KiB lie on disk meanwhile.

        Raises EdgeProblem `malformed_form`, `overloaded`; TooManyAtOnce; FaultyInput for a part
        that the route does not take, or not as it is, or that is given more than once.
        """
        with closing(take_pieces(self.environ, self.route)) as pieces:
            texts, files = read_form(self.header("Content-Type") or "", pieces, self.spool)
        unknown = (texts.keys() - self.route.texts.keys()) | files.keys()
        wrong = [fault(child_of("", name), "Unknown field.") for name in sorted(unknown - {FILE})]
        wrong += [
            fault(child_of("", name), "String does not match expected pattern.")
            for name, pattern in self.route.texts.items()
            if name in texts and not re.fullmatch(pattern, texts[name])
        ]
        if wrong:
            raise FaultyInput(wrong)
        return MultipartForm(texts, files)

    def raw_body(self) -> bytes:
        """Read the body as it came, within the limits of the route. Once, and not beside `body`."""
        return take_body(self.environ, self.route)


def take_body(environ: Mapping[str, Any], route: Route) -> bytes:
    """Read a whole body within the limits of its route, or raise the refusal."""
    return b"".join(take_pieces(environ, route))


def take_pieces(environ: Mapping[str, Any], route: Route) -> Generator[bytes, None, None]:
    """Yield a body as it comes, within the limits of its route, or raise the refusal."""
    try:
        yield from environ["wsgi.input"].pieces(route.limit_bytes, route.body_seconds)
    except BodyRefused as refused:
        facts = {"limit_bytes": route.limit_bytes} if refused.status == 413 else {}
        raise EdgeProblem(_BODY_PROBLEMS[refused.status], facts) from refused


Handler = Callable[[Any, Request], Answer]
Shape = type[Schema] | str | None
Shedding = Literal["first", "last", "never"]
"""When there is more to do than can be done, who is turned away: see `gateway/shedding.py`."""


@dataclass(frozen=True, slots=True)
class Route:
    """A method on a path, all that is promised about it, and the function that answers."""

    method: str
    path: str
    handler: Handler
    summary: str
    body: Schema | None
    query: Schema | None
    consumes: str | None
    texts: Mapping[str, str]
    answers: Mapping[int, Shape | tuple[Shape, ...]]
    refuses: tuple[type[ServiceError], ...]
    public: bool
    before_second_factor: bool
    """Whether a session may ask that is limited to setting up its second factor."""
    changes: bool
    """Of a GET: whether it does more than show, so that HEAD must not do the same."""
    etag: bool
    if_match: bool
    idempotency: Literal["required", "optional"] | None
    limit_bytes: int
    body_seconds: float
    patterns: Mapping[str, str]
    shed: Shedding

    @property
    def path_names(self) -> list[str]:
        """The names in the path, in order."""
        return re.findall(r"{(\w+)}", self.path)


def route(
    method: str,
    path: str,
    *,
    summary: str,
    body: type[Schema] | None = None,
    query: type[Schema] | None = None,
    consumes: str | None = None,
    texts: Mapping[str, str] | None = None,
    answers: Mapping[int, Shape | tuple[Shape, ...]],
    refuses: tuple[type[ServiceError], ...] = (),
    public: bool = False,
    before_second_factor: bool = False,
    changes: bool = False,
    etag: bool = False,
    if_match: bool = False,
    idempotency: Literal["required", "optional"] | None = None,
    limit_bytes: int | None = None,
    body_seconds: float = BODY_SECONDS,
    patterns: Mapping[str, str] | None = None,
    shed: Shedding = "first",
) -> Callable[[Handler], Handler]:
    """Make a function the answer to `method path`; `routes_of` its module finds it.

    `answers` maps each good status to the schema of its JSON, a content type, or None for no body;
    or to several, of which the client chooses by Accept.
    `consumes` names the content type of a body the handler reads itself, `texts` what a multipart
    body may have beside its file, each with the pattern it has to match. `limit_bytes` is
    PUBLIC_LIMIT_BYTES where nobody has to be signed in, else JSON_LIMIT_BYTES. `patterns` narrows
    what a `{name}` in the path may be, by default PATH_VALUE; anything else is 404. A GET that
    `changes` anything, which none should, answers no HEAD.
    """

    def register(handler: Handler) -> Handler:
        handler.route = Route(  # type: ignore[attr-defined]  # what makes it a route
            method=method,
            path=path,
            handler=handler,
            summary=summary,
            body=body() if body else None,
            query=query() if query else None,
            consumes=JSON if body else consumes,
            texts=texts or {},
            answers=answers,
            refuses=refuses,
            public=public,
            before_second_factor=before_second_factor,
            changes=changes,
            etag=etag,
            if_match=if_match,
            idempotency=idempotency,
            limit_bytes=limit_bytes or (PUBLIC_LIMIT_BYTES if public else JSON_LIMIT_BYTES),
            body_seconds=body_seconds,
            patterns=patterns or {},
            shed=shed,
        )
        return handler

    return register
