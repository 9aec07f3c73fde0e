"""A small site, and raw sockets to treat it badly with.

Its limits are long, so that a slow machine meets none; a test of a limit asks for a short one.
"""

from __future__ import annotations

import socket
from types import SimpleNamespace

from eventlet.event import Event

from edge.http1 import BodyRefused
from edge.limits import WebLimits
from tests.builders.waiting import HANG_SECONDS

SHORT_SECONDS = 0.3
LIMIT_BYTES = 1000
ROOMY = WebLimits(
    head_seconds=HANG_SECONDS,
    full_head_seconds=HANG_SECONDS,
    idle_seconds=HANG_SECONDS,
    write_seconds=HANG_SECONDS,
    answer_seconds=HANG_SECONDS,
    linger_seconds=HANG_SECONDS,
    backlog=256,
)
POST = b"POST / HTTP/1.1\r\nHost: x\r\n"
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


class Site:
    """An app that says how many bytes it got; `/held` answers only when `release` is sent."""

    def __init__(self) -> None:
        self.body_seconds = HANG_SECONDS
        self.entered = Event()
        self.release = Event()

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] == "/bug":
            raise RuntimeError("the password is hunter2")
        if environ["PATH_INFO"] == "/held":
            if not self.entered.ready():
                self.entered.send()
            self.release.wait()
        if environ["PATH_INFO"] == "/unread":
            return self._say(start_response, "200 OK", b"unread")
        try:
            body = b"".join(environ["wsgi.input"].pieces(LIMIT_BYTES, self.body_seconds))
        except BodyRefused as refused:
            return self._say(start_response, f"{refused.status} Refused", b"")
        return self._say(start_response, "200 OK", b"%d" % len(body))

    def _say(self, start_response, status, said):
        start_response(status, [("Content-Length", str(len(said)))])
        return [said]


def limits(**changes: float) -> WebLimits:
    return WebLimits(**{**vars(ROOMY), **changes})


def connect(served: SimpleNamespace, sent: bytes = b"") -> socket.socket:
    client = socket.create_connection(served.address, timeout=HANG_SECONDS)
    client.sendall(sent)
    served.open.append(client)
    return client


def answer(client: socket.socket) -> bytes:
    """Return the next answer with a Content-Length on a connection, or what came before EOF."""
    received = b""
    while b"\r\n\r\n" not in received and (more := client.recv(1)):
        received += more
    head, _, _ = received.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            left = int(line.split(b":")[1])
            while left and (more := client.recv(left)):
                received += more
                left -= len(more)
    return received


def is_closed(client: socket.socket) -> bool:
    """Wait for the server's end of the connection."""
    return client.recv(1) == b""


def status(received: bytes) -> int:
    return int(received.split(b" ", 2)[1])
