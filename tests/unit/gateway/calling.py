"""Calls an app without a server."""

from __future__ import annotations

import io
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import orjson

from edge.http1 import Body, Load
from gateway.app import App


@dataclass
class Answered:
    """What the app answered."""

    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.raw)


def answer_of(
    app: App,
    method: str,
    path: str,
    *,
    data: bytes = b"",
    content_type: str = "application/json",
    **headers: str,
) -> Answered:
    """Send a request to the app and return what it answers, which has no header twice."""
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
    status, sent = started
    assert len({name for name, _ in sent}) == len(sent), "a header is sent twice"
    return Answered(int(status.split()[0]), dict(sent), body)
