"""Reads HTTP/1.1 requests off a socket, strictly, within their size and their time."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic
from typing import Any, BinaryIO, ClassVar

import eventlet

_REQUEST_LINE = re.compile(rb"([A-Z]{1,20}) ([\x21-\x7e]+) HTTP/(\d)\.(\d)\r?\n")
_FIELD = rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):([^\x00-\x08\x0a-\x1f\x7f]*)"
_HEADER = re.compile(_FIELD + rb"\r?\n")
_TRAILER = re.compile(_FIELD + rb"\r\n")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\x00-\x08\x0a-\x1f\x7f]*)?\r\n")
_CHUNK_LINE_BYTES = 512
_CHUNKS_AT_ONCE = 64
_CHUNK_BYTES = 16  # a body may have no more chunks than if each of them had so many
_TRAILER_LINES = 32
_PIECE_BYTES = 64 << 10


class HeadRefused(Exception):
    """The request line or a header breaks the protocol or a limit; `status` says how."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class BodyRefused(Exception):
    """A body that cannot be taken; `status` is the HTTP answer it deserves."""

    status: ClassVar[int]


class BodyTooLarge(BodyRefused):
    """The body is, or declares itself, larger than the limit."""

    status = 413


class BodyTooSlow(BodyRefused):
    """The body was not all there when its time was up."""

    status = 408


class BodyCutShort(BodyRefused):
    """The client stopped sending, or broke the chunked coding, before the body was whole."""

    status = 400


class TimedReader(io.RawIOBase):
    """The reading side of a socket: no read outlasts `deadline`, whatever drips in meanwhile."""

    def __init__(self, socket: Any, write_seconds: float) -> None:
        super().__init__()
        self._socket = socket
        self._write_seconds = write_seconds
        self.deadline = 0.0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self.deadline - monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)
        try:
            return int(self._socket.recv_into(buffer))
        finally:
            self._socket.settimeout(self._write_seconds)


class Headers(dict[str, str]):
    """Header fields by lower-case name; repeated ones are joined with a comma."""

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)


@dataclass(frozen=True, slots=True)
class Head:
    """A request line and its headers, checked."""

    method: str
    target: str
    version: str
    headers: Headers
    keep_alive: bool
    body_length: int | None
    """Bytes of the body; None when it comes in chunks."""

    @property
    def raw_path(self) -> str:
        """The target up to its query, still percent-encoded."""
        return self.target.partition("?")[0]


def read_head(
    reader: BinaryIO, *, line_bytes: int, path_bytes: int, head_bytes: int, fields: int
) -> Head:
    """Read up to the empty line. Raises HeadRefused with 400, 414, 431, 501 or 505."""
    method, target, version = _read_request_line(reader, line_bytes)
    if len(target) > path_bytes and len(target.partition("?")[0]) > path_bytes:
        raise HeadRefused(414)
    headers = _read_headers(reader, line_bytes, head_bytes, fields)
    if version == "HTTP/1.1" and "host" not in headers:
        raise HeadRefused(400)
    wishes = {wish.strip() for wish in headers.get("connection", "").lower().split(",")}
    keep_alive = "close" not in wishes if version == "HTTP/1.1" else "keep-alive" in wishes
    return Head(method, target, version, headers, keep_alive, _body_length(version, headers))


def _read_request_line(reader: BinaryIO, line_bytes: int) -> tuple[str, str, str]:
    line = reader.readline(line_bytes + 1)
    if line in (b"\r\n", b"\n"):  # RFC 9112, 2.2: some clients end a body with one too many
        line = reader.readline(line_bytes + 1)
    if len(line) > line_bytes:
        raise HeadRefused(414)
    found = _REQUEST_LINE.fullmatch(line)
    if not found:
        raise HeadRefused(400)
    method, target, major, minor = (part.decode("latin-1") for part in found.groups())
    if major != "1":
        raise HeadRefused(505)
    if target.startswith(("http://", "https://")):
        target = "/" + [*target.split("/", 3), ""][3]
    return method, target, "HTTP/1.0" if minor == "0" else "HTTP/1.1"


def _read_headers(reader: BinaryIO, line_bytes: int, head_bytes: int, fields: int) -> Headers:
    headers = Headers()
    for _ in range(fields + 1):
        line = reader.readline(line_bytes + 1)
        if line in (b"\r\n", b"\n"):
            return headers
        head_bytes -= len(line)
        if len(line) > line_bytes or head_bytes < 0:
            raise HeadRefused(431)
        found = _HEADER.fullmatch(line)
        if not found:
            raise HeadRefused(400)
        name = found[1].decode("ascii").lower()
        value = found[2].strip(b" \t").decode("latin-1")
        if name not in headers:
            headers[name] = value
        elif name in ("host", "content-length", "transfer-encoding"):
            raise HeadRefused(400)
        else:
            headers[name] += "," + value
    raise HeadRefused(431)


def _body_length(version: str, headers: Headers) -> int | None:
    length, coding = headers.get("content-length"), headers.get("transfer-encoding")
    if coding is not None:
        if length is not None or version == "HTTP/1.0":
            raise HeadRefused(400)
        if coding.lower() != "chunked":
            raise HeadRefused(501)
        return None
    if length is None:
        return 0
    if not (length.isascii() and length.isdigit() and len(length) <= 15):
        raise HeadRefused(400)
    return int(length)


@lru_cache(maxsize=256)
def environ_name(header: str) -> str:
    """Return the WSGI name of a header, "" for one that could pass for another (RFC 3875)."""
    return "" if "_" in header else "HTTP_" + header.upper().replace("-", "_")


@dataclass(slots=True)
class Load:
    """What a server is carrying now."""

    connections: int = 0
    in_flight: int = 0
    """Requests being worked on, those still waiting for their client's body left out."""


class Body:
    """A request's body, not read until taken. `finished` once nothing of it is left to come.

    Its other attributes are what eventlet's response writer asks of an input.
    """

    def __init__(
        self,
        reader: BinaryIO,
        clock: TimedReader,
        load: Load,
        *,
        length: int | None,
        invite: Callable[[], None] | None = None,
    ) -> None:
        self._reader = reader
        self._clock = clock
        self._load = load
        self._invite = invite
        self.content_length = length
        self.chunked_input = length is None
        self.position = 0
        self.headers_sent: list[int] | None = None
        self.finished = length == 0

    @property
    def should_send_hundred_continue(self) -> bool:
        return self._invite is not None and not self.finished

    def discard(self) -> None:
        """Do nothing: a connection with an unfinished body is closed, not read on."""

    def pieces(self, limit_bytes: int, deadline_seconds: float) -> Iterator[bytes]:
        """Yield the body as it comes, in small pieces. Raises BodyTooLarge (before reading, when it
        says its length), BodyTooSlow, BodyCutShort.
        """
        if self.finished:
            return
        if self.content_length is not None and self.content_length > limit_bytes:
            raise BodyTooLarge
        self._clock.deadline = monotonic() + deadline_seconds
        self._load.in_flight -= 1
        try:
            if self._invite:
                self._invite()
            for piece in self._read(limit_bytes):
                self.position += len(piece)
                yield piece
            self.finished = True
        except TimeoutError as late:
            raise BodyTooSlow from late
        except OSError as gone:
            raise BodyCutShort from gone
        finally:
            self._load.in_flight += 1

    def _read(self, limit_bytes: int) -> Iterator[bytes]:
        if self.content_length is None:
            return self._read_chunks(limit_bytes)
        return self._read_exactly(self.content_length)

    def _read_exactly(self, size: int) -> Iterator[bytes]:
        while size:
            piece = self._reader.read(min(size, _PIECE_BYTES))
            if not piece:
                raise BodyCutShort
            size -= len(piece)
            yield piece

    def _read_chunks(self, limit_bytes: int) -> Iterator[bytes]:
        most_chunks = _CHUNKS_AT_ONCE + limit_bytes // _CHUNK_BYTES
        chunks = 0
        while size := self._read_chunk_size():
            chunks += 1
            if self.position + size > limit_bytes or chunks > most_chunks:
                raise BodyTooLarge
            if chunks % _CHUNKS_AT_ONCE == 0:
                eventlet.sleep(0)  # a client that sends fast must not starve the others
            yield from self._read_exactly(size)
            if self._reader.read(2) != b"\r\n":
                raise BodyCutShort
        for _ in range(_TRAILER_LINES):
            line = self._reader.readline(_CHUNK_LINE_BYTES)
            if line == b"\r\n":
                return
            if not _TRAILER.fullmatch(line):
                break
        raise BodyCutShort

    def _read_chunk_size(self) -> int:
        found = _CHUNK_SIZE.fullmatch(self._reader.readline(_CHUNK_LINE_BYTES))
        if not found:
            raise BodyCutShort
        return int(found[1], 16)
