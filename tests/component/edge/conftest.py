"""The small site of raw_http.py, served."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest

from edge.limits import WebLimits
from edge.server import WebServer
from tests.component.edge.raw_http import ROOMY, Site

Serve = Callable[..., SimpleNamespace]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve the site with some limits; returns its server, its site and its address."""
    servers: list[WebServer] = []

    def start(limits: WebLimits = ROOMY, **options: object) -> SimpleNamespace:
        site = Site()
        server = WebServer(site, **{"port": 0, "limits": limits, **options})
        server.start()
        servers.append(server)
        return SimpleNamespace(
            server=server, site=site, address=("127.0.0.1", server.port), open=[]
        )

    yield start
    for server in servers:
        server.stop(0)
