"""The example routes as an app, and a way to call it without a server."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from edge.http1 import Body, Load
from gateway.app import App
from gateway.http import routes_of
from tests.unit.gateway import things


@dataclass
class Told:
    """What the app answered."""

    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.raw)


Call = Callable[..., Told]


@pytest.fixture
def ask() -> things.Ask:
    return things.Ask({"t1": {"id": "t1", "name": "first", "version": 7}})


@pytest.fixture
def call(ask: things.Ask) -> Call:
    """Call the app: `call(method, path, json=…, data=…, signed_in=True, **headers)`."""
    app = App(routes_of(things), ask, things.authenticate)

    def call(
        method: str,
        path: str,
        *,
        json: Any = None,
        data: bytes = b"",
        content_type: str = "",
        signed_in: bool = False,
        **headers: str,
    ) -> Told:
        if json is not None:
            data, content_type = orjson.dumps(json), "application/json"
        if signed_in:
            headers["Authorization"] = "Bearer good"
        raw_path, _, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": method,
            "RAW_PATH_INFO": raw_path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": content_type,
            "REMOTE_ADDR": "192.0.2.1",
            "wsgi.input": Body(
                io.BytesIO(data), SimpleNamespace(deadline=0.0), Load(), length=len(data)
            ),
            **{"HTTP_" + name.upper().replace("-", "_"): said for name, said in headers.items()},
        }
        started: list[Any] = []
        body = b"".join(app(environ, lambda *facts: started.extend(facts)))
        status, told = started
        assert len({name for name, _ in told}) == len(told), "a header is told twice"
        return Told(int(status.split()[0]), dict(told), body)

    return call
