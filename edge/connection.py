"""One client's connection: its requests read, refused or answered, one after another."""

from __future__ import annotations

import io
import socket
import sys
import urllib.parse
from collections.abc import Iterable
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any

import eventlet
import structlog
from eventlet import greenio, hubs, wsgi
from prometheus_client import Counter

from contracts.safe_headers import SAFE_HEADERS
from edge.http1 import Body, BodyRefused, Head, HeadRefused, TimedReader, environ_name, read_head

if TYPE_CHECKING:
    from edge.server import WebServer

log = structlog.get_logger(__name__)

refused = Counter("web_refused", "Requests refused before anybody looked into them.", ["reason"])
_shed = refused.labels("in_flight")


class Connection(wsgi.HttpProtocol):
    """One client's connection: its requests one after another, each within the limits."""

    def setup(self) -> None:
        self.web: WebServer = self.server.web
        self.connection = self.request
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.timed = TimedReader(self.connection, self.web.limits.write_seconds)
        self.rfile = io.BufferedReader(self.timed, 16 << 10)
        self.wfile = self.connection.makefile("wb", self.wbufsize)
        self.is_unread = False

    def handle(self) -> None:
        self.close_connection = 0
        self.waiting_seconds = self.web.head_seconds
        self.handle_one_request()
        self.waiting_seconds = self.web.limits.idle_seconds
        while not self.close_connection:
            eventlet.sleep(0)  # a client with a full pipe must not starve the others
            self.handle_one_request()

    def handle_one_request(self) -> None:
        """Read a head, refuse it or have it answered; leave `close_connection` as it must be."""
        self.head: Head | None = None
        if not self._is_spoken_to():
            self.close_connection = 1
            return None
        try:
            self.head = head = self._read_head()
        except TimeoutError:
            return self._refuse(408, "slow")
        except HeadRefused as refused:
            return self._refuse(refused.status, "malformed")
        self.close_connection = 0 if head.keep_alive else 1
        self.command, self.path = head.method, head.target
        self.request_version, self.headers = head.version, head.headers
        self.body = self._body(head)
        if self.web.sheds(head, self.web.load):
            return self._shed()
        self.environ = self._environ(head)
        self.application = self._answer
        self.overdue: Any = None
        self.web.load.in_flight += 1
        try:
            self.handle_one_response()
        finally:
            self.web.load.in_flight -= 1
            if self.overdue:
                self.overdue.cancel()
        return None

    def _is_spoken_to(self) -> bool:
        """Wait for the first byte of a request; closing silently is all an idle client gets."""
        waiting_seconds = 0.001 if self.web.stopping else self.waiting_seconds
        self.timed.deadline = monotonic() + waiting_seconds
        self.web.idle.add(self.connection)
        try:
            return bool(self.rfile.peek(1))
        except TimeoutError:
            return False
        finally:
            self.web.idle.discard(self.connection)

    def _read_head(self) -> Head:
        limits = self.web.limits
        self.timed.deadline = monotonic() + self.web.head_seconds
        return read_head(
            self.rfile,
            line_bytes=limits.request_line_bytes,
            path_bytes=limits.path_bytes,
            head_bytes=limits.head_bytes,
            fields=limits.head_fields,
        )

    def _body(self, head: Head) -> Body:
        invited = head.headers.get("expect", "").lower() == "100-continue"
        return Body(
            self.rfile,
            self.timed,
            self.web.load,
            length=head.body_length,
            invite=self._invite if invited and head.version == "HTTP/1.1" else None,
        )

    def _invite(self) -> None:
        self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.wfile.flush()

    def _environ(self, head: Head) -> dict[str, Any]:
        raw_path, _, query = head.target.partition("?")
        path = urllib.parse.unquote(raw_path, "latin-1") if "%" in raw_path else raw_path
        environ: dict[str, Any] = {
            environ_name(name): value for name, value in head.headers.items() if "_" not in name
        }
        for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            environ[name] = environ.pop("HTTP_" + name, "")
        environ |= {
            "REQUEST_METHOD": head.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "RAW_PATH_INFO": raw_path,
            "QUERY_STRING": query,
            "SERVER_PROTOCOL": head.version,
            "SERVER_NAME": self.server.address[0],
            "SERVER_PORT": str(self.server.address[1]),
            "REMOTE_ADDR": self.client_address[0],
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": self.body,
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            "eventlet.input": self.body,
            "eventlet.posthooks": [],
        }
        return environ

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Have the app answer; close after it when the body was left unread or we are stopping."""

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            self.is_unread = not self.body.finished
            if self.web.stopping or self.is_unread:
                self.close_connection = 1
            self.overdue = self.overdue or hubs.get_hub().schedule_call_global(
                self.web.limits.answer_seconds, shut, self.connection, socket.SHUT_RDWR
            )
            return start_response(status, headers, exc_info)

        try:
            return self.web.app(environ, start)
        except (Exception, eventlet.Timeout):
            log.exception("request_left_unanswered", path=environ["PATH_INFO"])
            content_type, body = self.web.refusal(500, self.head)
            start("500 Internal Server Error", [*SAFE_HEADERS, ("Content-Type", content_type)])
            return [body]

    def _shed(self) -> None:
        """Refuse a request and keep its connection, when the rest of it is soon here: connecting
        again would cost a server that has too much to do more than reading on.
        """
        limits = self.web.limits
        self.web.load.in_flight += 1  # which reading a body takes back while it lasts
        try:
            for _ in self.body.pieces(limits.shed_body_bytes, limits.linger_seconds):
                pass
        except BodyRefused:
            return self._refuse(503, "in_flight")
        finally:
            self.web.load.in_flight -= 1
        _shed.inc()
        keeps = not (self.web.stopping or self.close_connection)
        self.close_connection = 0 if keeps else 1
        self._write(self.web.refuse(503, self.head, closes=not keeps))
        return None

    def _refuse(self, status: int, reason: str) -> None:
        refused.labels(reason).inc()
        self.close_connection = 1
        self.is_unread = True
        self._write(self.web.refuse(status, self.head))

    def _write(self, refusal: bytes) -> None:
        self.wfile.write(refusal)
        self.wfile.flush()

    def finish(self) -> None:
        with suppress(OSError):  # the client may be gone; nothing is left to tell it
            self.wfile.close()
        if self.is_unread:
            self.web.linger(self.connection)
        greenio.shutdown_safe(self.connection)
        self.connection.close()


def shut(sock: Any, how: int) -> None:
    """Shut a socket down one way or both, if it is not yet."""
    with suppress(OSError):  # already closed from the other side
        sock.shutdown(how)
