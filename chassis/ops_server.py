"""Serves the few pages that operators see of a process, on a port that the public never sees."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from email.utils import formatdate
from http import HTTPStatus
from typing import Any

import eventlet
import structlog

from contracts.safe_headers import SAFE_HEADERS

log = structlog.get_logger(__name__)

Page = tuple[int, str, bytes]
"""Status, content type and body."""

Pages = Mapping[str, Callable[[], Page]]
"""What makes each page, by its path."""

AT_ONCE = 64
SECONDS = 10  # for a client to ask, and again to take its answer
HEAD_BYTES = 8 << 10
RETRY_AFTER_SECONDS = 5
_SAFE = "".join(f"{name}: {value}\r\n" for name, value in SAFE_HEADERS)


class OpsServer:
    """Answers GET and HEAD, one request a connection and AT_ONCE of them at a time.

    For operators, who wait when it is busy; strangers are served by another room.
    """

    def __init__(self, pages: Pages, *, host: str, port: int) -> None:
        self._pages = pages
        self._address = (host, port)
        self._talking = eventlet.GreenPool(AT_ONCE)
        self._listener: Any = None

    @property
    def port(self) -> int:
        """The port in use, also when 0 was asked for."""
        return int(self._listener.getsockname()[1])

    def start(self) -> None:
        """Listen, and answer from now on. Raises OSError if the port is taken."""
        self._listener = eventlet.listen(self._address)
        self._accepting = eventlet.spawn(self._accept_for_ever)

    def stop(self, grace_seconds: float) -> None:
        """Take no new connection; let those open be answered within the grace."""
        if self._listener is None:
            return
        self._accepting.kill()
        self._listener.close()
        with eventlet.Timeout(grace_seconds, False):
            self._talking.waitall()

    def _accept_for_ever(self) -> None:
        while True:
            try:
                self._talking.spawn_n(self._talk, self._listener.accept()[0])
            except OSError as problem:
                log.warning("connection_not_accepted", error=problem.strerror)
                eventlet.sleep(0.1)  # nothing tells when a file descriptor comes free

    def _talk(self, sock: Any) -> None:
        with sock, suppress(OSError, eventlet.Timeout):  # who is gone or dawdles is told nothing
            with eventlet.Timeout(SECONDS):
                head = sock.recv(HEAD_BYTES)
                while b"\r\n\r\n" not in head and len(head) < HEAD_BYTES:
                    more = sock.recv(HEAD_BYTES - len(head))
                    if not more:
                        return
                    head += more
            answer = answer_to(head, self._pages)
            with eventlet.Timeout(SECONDS):
                sock.sendall(answer)


def answer_to(head: bytes, pages: Pages) -> bytes:
    """Return the answer to a request as it goes over the wire; a bug in a page is logged."""
    method, _, rest = head.decode("latin-1").partition(" ")
    page = pages.get(rest.partition(" ")[0].partition("?")[0])
    more = ""
    if page is None:
        status, content_type, body = 404, "text/plain", b"not found\n"
    elif method not in ("GET", "HEAD"):
        status, content_type, body = 405, "text/plain", b"only GET\n"
        more = "Allow: GET, HEAD\r\n"
    else:
        status, content_type, body = _made(page)
    if status == 503:
        more = f"Retry-After: {RETRY_AFTER_SECONDS}\r\n"
    told = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nDate: {formatdate(usegmt=True)}\r\n"
        f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n"
        f"{_SAFE}{more}Connection: close\r\n\r\n"
    )
    return told.encode("latin-1") + (b"" if method == "HEAD" else body)


def _made(page: Callable[[], Page]) -> Page:
    try:
        return page()
    except Exception:
        log.exception("page_failed")
        return 500, "text/plain", b"failed; the log says how\n"
