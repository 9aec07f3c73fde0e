"""Answers requests as a WSGI app: finds the route, holds it to its rules, answers in JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from datetime import datetime
from http import HTTPStatus
from time import perf_counter
from typing import Any
from uuid import uuid4

import eventlet
import orjson
import structlog

from chassis import clock
from chassis.log import correlation_id as bound_correlation_id
from contracts.principal import Principal
from contracts.safe_headers import SAFE_HEADERS
from gateway.addresses import NOBODY, TrustedProxies
from gateway.authentication import SignedIn
from gateway.http import Answer, Request, Route
from gateway.metrics import record_request
from gateway.problems import PROBLEM_JSON, REFUSALS, EdgeProblem, language_of, problem_response
from gateway.router import Router
from gateway.rules import read_body, read_idempotency_key, read_if_match, read_query, read_token
from gateway.streaming import FilePlaces, Outgoing, Spool

log = structlog.get_logger("gateway")

Authenticate = Callable[[str], SignedIn]
"""Turns a token into who is asking, or raises a ServiceError."""

_CORRELATION_ID = re.compile(r"[A-Za-z0-9._~:-]{1,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_AS_IS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
_STATUS_LINE = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}

StartResponse = Callable[..., Any]


class App:
    """Every route under one set of rules.

    `ask` is handed to handlers as it is. A handler's ServiceError, FaultyInput or EdgeProblem
    becomes a problem document; anything else it raises is a bug: logged, answered 500.
    `most_files` may be on disk, and as many on their way out, at once.
    """

    def __init__(
        self,
        routes: Iterable[Route],
        ask: Any,
        authenticate: Authenticate,
        now: Callable[[], datetime] = clock.now,
        most_files: int = 64,
        proxies: TrustedProxies = NOBODY,
    ) -> None:
        self.router = Router(routes)
        self._ask = ask
        self._authenticate = authenticate
        self._now = now
        self._proxies = proxies
        self._incoming = FilePlaces(most_files)
        self._outgoing = FilePlaces(most_files)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, log it and count it."""
        exchange = Exchange(environ, self._now())
        try:
            with ExitStack() as until_answered:
                answer = self._perform(exchange, until_answered)
            status, headers, body = _sent(answer, exchange)
            if not isinstance(body, bytes) and environ["REQUEST_METHOD"] != "HEAD":
                body = Outgoing(body, self._outgoing, exchange.caller)
        except REFUSALS as refusal:
            status, headers, body = _refused(refusal, exchange)
        except (Exception, eventlet.Timeout) as bug:
            log.exception("handler_failed", route=exchange.template)
            status, headers, body = _refused(bug, exchange)
        headers.append(("X-Correlation-ID", exchange.correlation_id))
        exchange.record(status)
        start_response(_STATUS_LINE[status], headers)
        if environ["REQUEST_METHOD"] == "HEAD" or not body:
            return []
        return [body] if isinstance(body, bytes) else body

    def _perform(self, exchange: Exchange, until_answered: ExitStack) -> Answer:
        environ = exchange.environ
        route, path = self.router.find(environ["REQUEST_METHOD"], exchange.path)
        exchange.route = route
        session_id = None
        if not route.public:
            signed_in = self._authenticate(read_token(environ))
            exchange.principal, session_id = signed_in.principal, signed_in.session_id
            if signed_in.is_limited and not route.before_second_factor:
                raise EdgeProblem("second_factor_not_set_up")
        caller = exchange.caller = self._caller(exchange)
        query = read_query(environ, route)
        idempotency_key = read_idempotency_key(environ, route)
        if_match = read_if_match(environ, route)
        body, is_large = read_body(environ, route, caller)
        request = Request(
            path=path,
            query=query,
            idempotency_key=idempotency_key,
            if_match=if_match,
            body=body,
            is_large=is_large,
            caller=caller,
            principal=exchange.principal,
            session_id=session_id,
            correlation_id=exchange.correlation_id,
            received_at=exchange.received_at,
            language=exchange.language,
            route=route,
            environ=environ,
            proxies=self._proxies,
            spool=lambda: until_answered.enter_context(Spool(self._incoming, caller)),
        )
        return route.handler(self._ask, request)

    def _caller(self, exchange: Exchange) -> str:
        if exchange.principal is not None:
            return exchange.principal.slot_id
        return self._proxies.address_of(exchange.environ)


class Exchange:
    """One request and its answer, as far as the log and the problem document care."""

    def __init__(self, environ: Mapping[str, Any], received_at: datetime) -> None:
        self.environ = environ
        self.received_at = received_at
        self.path: str = environ["RAW_PATH_INFO"]
        self.language = language_of(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        self.route: Route | None = None
        self.principal: Principal | None = None
        self.caller = ""
        given = environ.get("HTTP_X_CORRELATION_ID", "")
        self.correlation_id = given if _CORRELATION_ID.fullmatch(given) else uuid4().hex
        self._since = perf_counter()
        bound_correlation_id.set(self.correlation_id)

    @property
    def template(self) -> str:
        """The path as its route writes it, "" for an address nobody has."""
        return self.route.path if self.route else ""

    def record(self, status: int) -> None:
        """Write the request's line in the log and count it."""
        seconds = perf_counter() - self._since
        asked = self.environ["REQUEST_METHOD"]
        method = asked if asked in _METHODS else "other"
        template = self.template
        record_request(route=template, method=method, status=status, seconds=seconds)
        log.info(
            "request",
            method=method,
            route=template,
            status=status,
            seconds=round(seconds, 4),
            username=self.principal.username if self.principal else None,
        )


def _sent(
    answer: Answer, exchange: Exchange
) -> tuple[int, list[tuple[str, str]], bytes | Iterable[bytes]]:
    headers = [
        *answer.headers.items(),
        *(header for header in SAFE_HEADERS if header[0] not in answer.headers),
    ]
    if answer.replayed:
        headers.append(("Idempotency-Replayed", "true"))
    if answer.etag is not None:
        etag = f'"{answer.etag}"'
        headers.append(("ETag", etag))
        if answer.status == 200 and _is_known(etag, exchange.environ):
            return 304, headers, b""
    if answer.body is None:
        if answer.status != 204:
            headers.append(("Content-Length", "0"))
        return answer.status, headers, b""
    body, length = answer.body, answer.length
    if length is None:
        body = body if isinstance(body, bytes) else orjson.dumps(body, option=_AS_IS)
        length = len(body)
    headers += [("Content-Type", answer.content_type), ("Content-Length", str(length))]
    return answer.status, headers, body


def _is_known(etag: str, environ: Mapping[str, Any]) -> bool:
    held = environ.get("HTTP_IF_NONE_MATCH")
    if held is None or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        return False
    return held.strip() == "*" or etag in (
        tag.strip().removeprefix("W/") for tag in held.split(",")
    )


def _refused(
    refusal: BaseException, exchange: Exchange
) -> tuple[int, list[tuple[str, str]], bytes]:
    response = problem_response(
        refusal,
        language=exchange.language,
        instance=exchange.path,
        correlation_id=exchange.correlation_id,
    )
    body = orjson.dumps(response.document)
    headers = [
        *response.headers.items(),
        *SAFE_HEADERS,
        ("Content-Type", PROBLEM_JSON),
        ("Content-Length", str(len(body))),
    ]
    return response.status, headers, body
