"""Serves HTTP so that no client, however slow, stops the others.

Eventlet's WSGI writes the answers; accepting, reading, refusing and stopping are done here.
"""

from __future__ import annotations

import errno
import socket
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from http import HTTPStatus
from ipaddress import IPv6Network
from time import monotonic, time
from typing import Any

import eventlet
import structlog
from eventlet import greenio, wsgi
from prometheus_client import Gauge

from contracts.safe_headers import SAFE_HEADERS
from edge.connection import Connection, refused, shut
from edge.http1 import Head, Load
from edge.limits import WebLimits

log = structlog.get_logger(__name__)

_connections = Gauge("web_connections_open", "Client connections open now.")
_in_flight = Gauge("web_requests_in_flight", "Requests being worked on now.")

_SAFE = "".join(f"{name}: {value}\r\n" for name, value in SAFE_HEADERS)
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


def place_of(peer: str) -> str:
    """Return what a peer's places are counted by: its address, of IPv6 the network of 64 bits that
    one customer has.
    """
    if ":" not in peer:
        return peer
    return str(IPv6Network((peer.partition("%")[0], 64), strict=False))


class WebServer:
    """A WSGI server; with `shares_port`, the kernel spreads connections over all that do.

    Over `max_connections`, or `connections_per_address` of a peer that is no proxy, a new one is
    told 503 and closed unread; over `max_in_flight` (or whatever `sheds` decides) a request is told
    so before its body is read.
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
        is_proxy: Callable[[str], bool] = lambda _peer: False,
    ) -> None:
        self.app = app
        self.limits = limits or WebLimits()
        self.sheds = sheds or self._is_full
        self.refusal = refusal
        self.is_proxy = is_proxy
        self.load = Load()
        self.stopping = False
        self.idle: set[Any] = set()
        self._address = (host, port)
        self._shares_port = shares_port
        self._listener: Any = None
        self._held: Counter[str] = Counter()
        self._talking: dict[Any, eventlet.greenthread.GreenThread] = {}
        self._turning_away = eventlet.GreenPool(64)

    @property
    def port(self) -> int:
        """The port in use, also when 0 was asked for."""
        return int(self._listener.getsockname()[1])

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
            shut(sock, socket.SHUT_RD)  # a request already sent is still answered

    def _accept_for_ever(self) -> None:
        while True:
            try:
                self._take_in(*self._listener.accept())
                self._take_in_the_queue(AT_ONCE)
            except OSError as problem:
                log.warning("connection_not_accepted", error=problem.strerror)
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
        place = place_of(address[0])
        reason = self._has_no_place_for(place, address[0])
        if reason is None:
            self.load.connections += 1
            self._held[place] += 1
            self._talking[sock] = eventlet.spawn(self._talk, sock, address, place)
            return
        refused.labels(reason).inc()
        if self._turning_away.free() > 0:
            self._turning_away.spawn_n(self._turn_away, sock)
        else:
            sock.close()

    def _has_no_place_for(self, place: str, peer: str) -> str | None:
        if self.load.connections >= self.limits.max_connections:
            return "connections"
        if self._held[place] < self.limits.connections_per_address or self.is_proxy(peer):
            return None
        return "connections_of_address"

    @property
    def head_seconds(self) -> float:
        """For the head of a request: few when nearly all places are taken."""
        is_nearly_full = self.load.connections >= self.limits.max_connections * 3 // 4
        return self.limits.full_head_seconds if is_nearly_full else self.limits.head_seconds

    def _talk(self, sock: Any, address: Any, place: str) -> None:
        try:
            Connection((address, sock, wsgi.STATE_IDLE), self._writer)
        except (OSError, EOFError):
            log.debug("client_went_away")
        except Exception:
            log.exception("connection_broke")
        finally:
            sock.close()
            self._talking.pop(sock)
            self.load.connections -= 1
            self._held[place] -= 1
            if not self._held[place]:
                del self._held[place]

    def _turn_away(self, sock: Any) -> None:
        with suppress(OSError):  # the client may be gone before it is told
            sock.sendall(self.refuse(503, None))
            self.linger(sock)
        sock.close()

    def _is_full(self, head: Head, load: Load) -> bool:
        return load.in_flight >= self.limits.max_in_flight

    def refuse(self, status: int, head: Head | None, *, closes: bool = True) -> bytes:
        """Return a whole refusal as it goes over the wire; it says if the connection closes."""
        content_type, body = self.refusal(status, head)
        wait = f"Retry-After: {self.limits.retry_after_seconds}\r\n" if status == 503 else ""
        told = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
            f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n{wait}"
            f"{_SAFE}Date: {wsgi.format_date_time(time())}\r\n"
            f"{'Connection: close' if closes else 'Connection: keep-alive'}\r\n\r\n"
        )
        has_body = head is None or head.method != "HEAD"
        return told.encode("latin-1") + (body if has_body else b"")

    def linger(self, sock: Any) -> None:
        """Drop what the client still sends, for a while: closing at once would reset the
        connection and could destroy the answer before it is read.
        """
        shut(sock, socket.SHUT_WR)
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
