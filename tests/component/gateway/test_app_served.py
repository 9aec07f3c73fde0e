"""The framework behind the real server: fuzzed by its own description, and refused by the server."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS

from chassis.health import Readiness
from chassis.web import WebServer
from gateway.app import App
from gateway.http import routes_of
from gateway.openapi import openapi_route
from gateway.operations import operation_routes
from gateway.problems import edge_refusal
from tests.unit.gateway import things


@pytest.fixture
def address() -> Iterator[str]:
    """The example routes served."""
    routes = [
        *(one for one in routes_of(things) if "/accidents" not in one.path),
        *operation_routes(Readiness()),
    ]
    app = App([*routes, openapi_route(routes)], things.Ask(), things.authenticate)
    server = WebServer(app, port=0, refusal=edge_refusal)
    server.start()
    yield f"http://127.0.0.1:{server.port}"
    server.stop(1)


def test_the_description_holds_under_fuzzing(address):
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
    found = [operation.ok() for operation in schema.get_all_operations()]
    assert len(found) == 9

    for operation in found:
        fuzz(operation)


def fuzz(operation):
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @schemathesis.pytest.given(case=operation.as_strategy())
    def holds(case):
        case.call_and_validate(headers={"Authorization": "Bearer good"})

    holds()


def test_a_request_the_server_refuses_is_told_as_the_gateway_tells_it(address):
    told = httpx.get(
        f"{address}/v1/things/t1",
        headers={"Accept-Language": "en", "X": "x" * 9000},
        trust_env=False,
    )

    assert (told.status_code, told.json()["code"]) == (431, "headers_too_large")
