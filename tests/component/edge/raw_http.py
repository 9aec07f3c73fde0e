"""A small site served with short limits, and raw sockets to treat it badly with."""

from __future__ import annotations

import socket
from types import SimpleNamespace

from eventlet.event import Event

from edge.http1 import BodyRefused
from edge.limits import WebLimits

BODY_SECONDS = 0.3
LIMIT_BYTES = 1000
QUICK = WebLimits(
    head_seconds=0.3, idle_seconds=0.5, write_seconds=1, linger_seconds=0.2, backlog=256
)
POST = b"POST / HTTP/1.1\r\nHost: x\r\n"
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


class Site:
    """An app that says how many bytes it got; `/held` answers only when `release` is sent."""

    def __init__(self) -> None:
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
            body = b"".join(environ["wsgi.input"].pieces(LIMIT_BYTES, BODY_SECONDS))
        except BodyRefused as refused:
            return self._say(start_response, f"{refused.status} Refused", b"")
        return self._say(start_response, "200 OK", b"%d" % len(body))

    def _say(self, start_response, status, said):
        start_response(status, [("Content-Length", str(len(said)))])
        return [said]


def limits(**changes: float) -> WebLimits:
    return WebLimits(**{**vars(QUICK), **changes})


def connect(served: SimpleNamespace, sent: bytes = b"") -> socket.socket:
    client = socket.create_connection(served.address, timeout=3)
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
