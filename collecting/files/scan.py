"""Who looks for malware in a file, by setting: nobody, the built-in look for EICAR, or ClamAV."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable, Iterator
from contextlib import closing
from time import monotonic
from typing import ClassVar, Protocol
from urllib.parse import urlsplit

from chassis.run_in_thread import run_in_thread
from chassis.settings import SettingsIncomplete
from collecting.files.sniff import any_member
from contracts.collecting.evidence import MalwareFound, ScannerUnavailable

SCAN_SECONDS = 15.0
PIECE_BYTES = 256 << 10
REPLY_BYTES = 4096

# The EICAR test file, in parts so that no scanner takes offence at this one.
EICAR = b"X5O!P%@AP[4" + rb"\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"


class Scanner(Protocol):
    """Looks into a file; `state` is what a file is that it found nothing in: `clean` only when a
    real scanner has looked.
    """

    state: ClassVar[str]

    def scan(self, content: bytes) -> None:
        """Look into a file of a kind that is taken. Raises MalwareFound, ScannerUnavailable."""


class NoScanner:
    """Looks into nothing, and says so of every file."""

    state: ClassVar[str] = "unscanned"

    def scan(self, content: bytes) -> None:
        """Let it pass."""


class EicarScanner:
    """Knows one thing: the test file that every scanner knows, also packed in an office file.

    Of anything else it knows nothing, so nothing is clean because of it.
    """

    state: ClassVar[str] = "unscanned"

    def scan(self, content: bytes) -> None:
        """Look in a thread of its own. Raises MalwareFound."""
        if run_in_thread(_holds_eicar, content):
            raise MalwareFound(pointer="/file", signature="EICAR test file")


class ClamavScanner:
    """Asks clamd over its unix socket, each file on a connection of its own, within SCAN_SECONDS.

    Clamd's StreamMaxLength has to be 20 MiB or more.
    """

    state: ClassVar[str] = "clean"

    def __init__(self, path: str, seconds: float = SCAN_SECONDS) -> None:
        self._path = path
        self._seconds = seconds

    def scan(self, content: bytes) -> None:
        """Raises MalwareFound, ScannerUnavailable."""
        try:
            reply = self._ask(content)
        except OSError as problem:
            raise ScannerUnavailable from problem
        verdict = reply.removeprefix("stream: ")
        if verdict.endswith(" FOUND"):
            raise MalwareFound(pointer="/file", signature=verdict.removesuffix(" FOUND"))
        if verdict != "OK":
            raise ScannerUnavailable(reply=reply)

    def _ask(self, content: bytes) -> str:
        deadline = monotonic() + self._seconds
        with closing(socket.socket(socket.AF_UNIX)) as clamd:
            clamd.settimeout(self._seconds)
            clamd.connect(self._path)
            for message in _instream(content):
                clamd.settimeout(_left(deadline))
                clamd.sendall(message)
            return b"".join(_read(clamd, deadline)).decode("utf-8", "replace")


def scanner_of(setting: str) -> Scanner:
    """Return the scanner that REPORTS_SCANNER names. Raises SettingsIncomplete."""
    if setting == "none":
        return NoScanner()
    if setting == "eicar":
        return EicarScanner()
    parts = urlsplit(setting)
    if parts.scheme == "clamav" and parts.path.startswith("/") and not parts.netloc:
        return ClamavScanner(parts.path)
    raise SettingsIncomplete(
        "cannot start: REPORTS_SCANNER must be none, eicar or clamav:///path/to/socket, "
        f"not {setting!r}"
    )


def _holds_eicar(content: bytes) -> bool:
    if EICAR in content:
        return True
    return content.startswith(b"PK") and any_member(content, _spans_eicar)


def _spans_eicar(pieces: Iterable[bytes]) -> bool:
    end = b""
    for piece in pieces:
        if EICAR in end + piece:
            return True
        end = piece[-len(EICAR) :]
    return False


def _instream(content: bytes) -> Iterator[bytes]:
    """Yield the INSTREAM command: pieces with their lengths, and one of length 0."""
    yield b"zINSTREAM\0"
    for start in range(0, len(content), PIECE_BYTES):
        piece = content[start : start + PIECE_BYTES]
        yield struct.pack("!L", len(piece)) + piece
    yield struct.pack("!L", 0)


def _read(clamd: socket.socket, deadline: float) -> Iterator[bytes]:
    """Yield the reply up to the NUL that ends it."""
    for _ in range(REPLY_BYTES):
        clamd.settimeout(_left(deadline))
        part = clamd.recv(REPLY_BYTES)
        yield part.partition(b"\0")[0]
        if not part or b"\0" in part:
            return


def _left(deadline: float) -> float:
    left = deadline - monotonic()
    if left <= 0:
        raise TimeoutError("clamd has not answered in time")
    return left
