"""The example routes as an app, and a way to call it without a server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from gateway.app import App
from gateway.routes import routes_of
from tests.unit.gateway import things
from tests.unit.gateway.calling import Answered, answer_of

Call = Callable[..., Answered]


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
    ) -> Answered:
        if json is not None:
            data, content_type = orjson.dumps(json), "application/json"
        if signed_in:
            headers["Authorization"] = "Bearer good"
        return answer_of(app, method, path, data=data, content_type=content_type, **headers)

    return call
