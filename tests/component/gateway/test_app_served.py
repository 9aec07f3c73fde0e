"""The framework behind the real server: fuzzed by its own description, refused by the server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from edge.server import WebServer
from gateway import operations
from gateway.app import App
from gateway.openapi import openapi_route
from gateway.problems import edge_refusal
from gateway.routes import routes_of
from tests.unit.gateway import things

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_headers_conformance,response_schema_conformance,negative_data_rejection,"
    "unsupported_method,ignored_auth"
)


@pytest.fixture
def address() -> Iterator[str]:
    """The example routes served, those that break on purpose left out."""
    routes = [
        *(one for one in routes_of(things, operations) if "/accidents" not in one.path),
    ]
    app = App([*routes, openapi_route(routes)], things.Ask(), things.authenticate)
    server = WebServer(app, port=0, refusal=edge_refusal)
    server.start()
    yield f"http://127.0.0.1:{server.port}"
    server.stop(1)


def test_the_description_holds_under_fuzzing(address, tmp_path):
    told = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            *("run", f"{address}/openapi.json", "--header", "Authorization: Bearer good"),
            *("--checks", CHECKS, "--phases", "coverage,fuzzing", "--max-examples", "20"),
            *("--generation-deterministic", "--no-color"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.returncode == 0, told.stdout
    assert "9 selected" in told.stdout


def test_a_request_the_server_refuses_is_told_as_the_gateway_tells_it(address):
    told = httpx.get(
        f"{address}/v1/things/t1",
        headers={"Accept-Language": "en", "X": "x" * 9000},
        trust_env=False,
    )

    assert (told.status_code, told.json()["code"]) == (431, "headers_too_large")
