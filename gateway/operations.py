"""How is the gateway? Alive, able to serve, what it has counted: for those who run it."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from chassis.health import Page, Readiness, alive_page, metrics_page, ready_page
from gateway.http import Answer, Request, Route, route

_PLAIN_TEXT = "text/plain"


class Alive(Schema):
    """The process turns its loop."""

    state = fields.String(required=True, validate=validate.Equal("alive"))


class CheckResult(Schema):
    """What became of asking one dependency."""

    ok = fields.Boolean(required=True)
    detail = fields.String(required=True)


class ReadinessReport(Schema):
    """Whether the process can serve, and each dependency's part in it."""

    state = fields.String(required=True, validate=validate.OneOf(["ready", "unready", "stopping"]))
    checks = fields.Dict(keys=fields.String(), values=fields.Nested(CheckResult), required=True)


def operation_routes(readiness: Readiness) -> list[Route]:
    """Return `GET /healthz`, `/readyz` and `/metrics`, open to everybody who reaches the port."""

    @route("GET", "/healthz", summary="Alive", answers={200: Alive}, public=True)
    def read_health(_ask: Any, _request: Request) -> Answer:
        return _answer(alive_page())

    @route(
        "GET",
        "/readyz",
        summary="Able to serve or not, by dependency",
        answers={200: ReadinessReport, 503: ReadinessReport},
        public=True,
    )
    def read_readiness(_ask: Any, _request: Request) -> Answer:
        return _answer(ready_page(readiness))

    @route("GET", "/metrics", summary="Prometheus metrics", answers={200: _PLAIN_TEXT}, public=True)
    def read_metrics(_ask: Any, _request: Request) -> Answer:
        return _answer(metrics_page())

    handlers = (read_health, read_readiness, read_metrics)
    return [handler.route for handler in handlers]  # type: ignore[attr-defined]


def _answer(page: Page) -> Answer:
    status, content_type, body = page
    headers = {"Retry-After": "5"} if status == 503 else {}
    return Answer(status, body, headers, content_type=content_type)
