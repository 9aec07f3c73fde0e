"""How does a process serve HTTP? So that no client, however slow, stops the others.

Eventlet's WSGI writes the answers; accepting, reading, refusing and stopping are done here.
"""

from __future__ import annotations

import errno
import io
import socket
import sys
import urllib.parse
from collections.abc import Callable, Iterable
from contextlib import suppress
from http import HTTPStatus
from time import monotonic, time
from typing import Any

import eventlet
import structlog
from eventlet import greenio, hubs, wsgi
from prometheus_client import Counter, Gauge

from chassis.http1 import (
    Body,
    BodyRefused,
    Head,
    HeadRefused,
    Load,
    TimedReader,
    environ_name,
    read_head,
)
from chassis.web_limits import WebLimits

log = structlog.get_logger(__name__)

_connections = Gauge("web_connections_open", "Client connections open now.")
_in_flight = Gauge("web_requests_in_flight", "Requests being worked on now.")
_refused = Counter("web_refused", "Requests refused before anybody looked into them.", ["reason"])
_shed = _refused.labels("in_flight")

OPS_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
AT_ONCE = 64
_NO_ROOM = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}

Refusal = Callable[[int, Head | None], tuple[str, bytes]]
"""Makes the content type and body of a refusal from its status and the head, if one was read."""

Sheds = Callable[[Head, Load], bool]
"""Whether a request is turned away because of what the server is carrying already."""


def plain_refusal(status: int, _head: Head | None) -> tuple[str, bytes]:
    """Return a problem document with nothing but the status in it."""
    title = HTTPStatus(status).phrase
    document = f'{{"type":"about:blank","title":"{title}","status":{status}}}'
    return "application/problem+json", document.encode()


class WebServer:
    """A WSGI server; with `shares_port`, the kernel spreads connections over all that do.

    Over `max_connections`, a new one is told 503 and closed unread; over `max_in_flight` (or
    whatever `sheds` decides) a request is told so before its body is read.
    """

    def __init__(
        self,
        app: Callable[..., Iterable[bytes]],
        *,
        port: int,
        host: str = "127.0.0.1",
        shares_port: bool = False,
        limits: WebLimits | None = None,
        sheds: Sheds | None = None,
        refusal: Refusal = plain_refusal,
    ) -> None:
        self.app = app
        self.limits = limits or WebLimits()
        self.sheds = sheds or self._is_full
        self.refusal = refusal
        self.load = Load()
        self.stopping = False
        self.idle: set[Any] = set()
        self._address = (host, port)
        self._shares_port = shares_port
        self._listener: Any = None
        self._talking: dict[Any, eventlet.greenthread.GreenThread] = {}
        self._turning_away = eventlet.GreenPool(64)

    @property
    def port(self) -> int:
        """The port in use, also when 0 was asked for."""
        return self._listener.getsockname()[1]

    def start(self) -> None:
        """Listen, and serve in green threads from now on. Raises OSError if the port is taken."""
        self._listener = eventlet.listen(
            self._address, backlog=self.limits.backlog, reuse_port=self._shares_port
        )
        self._writer = wsgi.Server(
            self._listener,
            self._listener.getsockname(),
            self.app,
            log_output=False,
            debug=False,
            keepalive=self.limits.idle_seconds,
        )
        self._writer.capitalize_response_headers = False
        self._writer.web = self
        _connections.set_function(lambda: self.load.connections)
        _in_flight.set_function(lambda: self.load.in_flight)
        self._accepting = eventlet.spawn(self._accept_for_ever)

    def stop(self, grace_seconds: float) -> bool:
        """Take no new connection, close idle ones, let requests in flight finish and be answered.

        Returns whether all ended within the grace; those that did not are cut.
        """
        if self._listener is not None and not self.stopping:
            self._close_the_door()
        with eventlet.Timeout(grace_seconds, False):
            for thread in list(self._talking.values()):
                thread.wait()
            return True
        for thread in list(self._talking.values()):
            thread.kill()
        return False

    def _close_the_door(self) -> None:
        self.stopping = True
        self._accepting.kill()
        self._take_in_the_queue(self.limits.backlog)  # closing would reset them
        self._listener.close()
        for sock in list(self.idle):
            _shut(sock, socket.SHUT_RD)  # a request already sent is still answered

    def _accept_for_ever(self) -> None:
        while True:
            try:
                self._take_in(*self._listener.accept())
                self._take_in_the_queue(AT_ONCE)
            except OSError as problem:
                log.warning("a connection was not accepted", error=problem.strerror)
                # Nothing tells when a file descriptor comes free.
                eventlet.sleep(0.1 if problem.errno in _NO_ROOM else 0)
                continue
            eventlet.sleep(0)  # a flood of connections must not starve those being served

    def _take_in_the_queue(self, most: int) -> None:
        """Serve up to so many that the kernel has accepted already. One at a time would leave its
        queue full when all come at once, and those it drops come again after seconds.
        """
        with suppress(BlockingIOError):
            for _ in range(most):
                sock, address = self._listener.fd.accept()
                self._take_in(greenio.GreenSocket(sock), address)

    def _take_in(self, sock: Any, address: Any) -> None:
        sock.settimeout(self.limits.write_seconds)
        if self.load.connections < self.limits.max_connections:
            self.load.connections += 1
            self._talking[sock] = eventlet.spawn(self._talk, sock, address)
            return
        _refused.labels("connections").inc()
        if self._turning_away.free() > 0:
            self._turning_away.spawn_n(self._turn_away, sock)
        else:
            sock.close()

    def _talk(self, sock: Any, address: Any) -> None:
        try:
            Connection((address, sock, wsgi.STATE_IDLE), self._writer)
        except (OSError, EOFError):
            log.debug("a client went away")
        except Exception:
            log.exception("a connection broke")
        finally:
            sock.close()
            self._talking.pop(sock)
            self.load.connections -= 1

    def _turn_away(self, sock: Any) -> None:
        with suppress(OSError):  # the client may be gone before it is told
            sock.sendall(self.refuse(503, None))
            self.linger(sock)
        sock.close()

    def _is_full(self, head: Head, load: Load) -> bool:
        return load.in_flight >= self.limits.max_in_flight and head.raw_path not in OPS_PATHS

    def refuse(self, status: int, head: Head | None, *, closes: bool = True) -> bytes:
        """Return a whole refusal as it goes over the wire; it says if the connection closes."""
        content_type, body = self.refusal(status, head)
        wait = f"Retry-After: {self.limits.retry_after_seconds}\r\n" if status == 503 else ""
        told = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
            f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n{wait}"
            f"Date: {wsgi.format_date_time(time())}\r\n"
            f"{'Connection: close' if closes else 'Connection: keep-alive'}\r\n\r\n"
        )
        has_body = head is None or head.method != "HEAD"
        return told.encode("latin-1") + (body if has_body else b"")

    def linger(self, sock: Any) -> None:
        """Drop what the client still sends, for a while: closing at once would reset the
        connection and could destroy the answer before it is read.
        """
        _shut(sock, socket.SHUT_WR)
        until = monotonic() + self.limits.linger_seconds
        dropped, left = 0, self.limits.linger_seconds
        with suppress(OSError):
            while left > 0 and dropped < self.limits.linger_bytes:
                sock.settimeout(left)
                got = len(sock.recv(64 << 10))
                if not got:
                    return
                dropped += got
                left = until - monotonic()


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
        self.waiting_seconds = self.web.limits.head_seconds
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
        self.timed.deadline = monotonic() + limits.head_seconds
        return read_head(
            self.rfile,
            line_bytes=limits.request_line_bytes,
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
        environ = {
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
                self.web.limits.answer_seconds, _shut, self.connection, socket.SHUT_RDWR
            )
            return start_response(status, headers, exc_info)

        try:
            return self.web.app(environ, start)
        except (Exception, eventlet.Timeout):
            log.exception("a request was left unanswered", path=environ["PATH_INFO"])
            content_type, body = self.web.refusal(500, self.head)
            start("500 Internal Server Error", [("Content-Type", content_type)])
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
        _refused.labels(reason).inc()
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


def _shut(sock: Any, how: int) -> None:
    with suppress(OSError):  # already closed from the other side
        sock.shutdown(how)
