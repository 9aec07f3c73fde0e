"""Unpacking what somebody sent. What a zip says of itself is a claim: its directory is bounded
before it is read, and what comes out is counted as it comes, in pieces, against a budget.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from time import thread_time
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

DIRECTORY_BYTES = 1 << 20  # some 10,000 entries; an upload of 500 files takes 60 KiB
PIECE_BYTES = 64 << 10

# Raised by zipfile for what is no zip, is cut short, encrypted or packed in an unknown way.
BROKEN_ZIP = (
    BadZipFile,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    struct.error,
    zlib.error,
)
_END = struct.Struct("<4s4H2LH")  # of a zip: its last record, when there is no comment
_ZIP64_LOCATOR = b"PK\x06\x07"
_ZIP64_LOCATOR_BYTES = 20
_ENCRYPTED_OR_PATCHED = 0x1 | 0x20 | 0x40
_METHODS = (ZIP_STORED, ZIP_DEFLATED)


class BudgetSpent(Exception):
    """More came out, or took longer, than one upload may."""


class Budget:
    """What may be spent on one upload in all: bytes that come out, elements of XML, and seconds of
    a processor while `working`, so that a busy machine refuses nothing that an idle one takes.
    """

    def __init__(self, *, unpacked: int, elements: int, seconds: float) -> None:
        self._unpacked = unpacked
        self._elements = elements
        self._seconds = seconds
        self._began: float | None = None

    @property
    def is_spent(self) -> bool:
        """Whether nothing more can be done for this upload."""
        worked = 0.0 if self._began is None else thread_time() - self._began
        return self._unpacked < 0 or self._elements < 0 or worked > self._seconds

    @contextmanager
    def working(self) -> Iterator[None]:
        """Count the seconds of this thread's work within."""
        self._began = thread_time()
        try:
            yield
        finally:
            self._seconds -= thread_time() - self._began
            self._began = None

    def spend(self, *, unpacked: int = 0, elements: int = 0) -> None:
        """Note what was spent. Raises BudgetSpent when it is more than there was."""
        self._unpacked -= unpacked
        self._elements -= elements
        if self.is_spent:
            raise BudgetSpent


class Share:
    """What one file of an upload may cost of its budget."""

    def __init__(self, of: Budget, *, unpacked: int, elements: int) -> None:
        self._of = of
        self._unpacked = unpacked
        self._elements = elements

    def spend(self, *, unpacked: int = 0, elements: int = 0) -> None:
        """Note what was spent. Raises BudgetSpent beyond what the file or its upload may."""
        self._unpacked -= unpacked
        self._elements -= elements
        self._of.spend(unpacked=unpacked, elements=elements)
        if self._unpacked < 0 or self._elements < 0:
            raise BudgetSpent


def open_zip(file: BinaryIO) -> ZipFile:
    """Open a zip whose directory is small. Raises one of BROKEN_ZIP.

    No program leaves a comment behind the directory or makes it larger than four gigabytes need.
    """
    size = file.seek(0, 2)
    file.seek(max(0, size - _END.size - _ZIP64_LOCATOR_BYTES))
    tail = file.read()
    signature, *_, directory, _, comment = _END.unpack(tail[-_END.size :])
    is_endless = directory > DIRECTORY_BYTES or tail[: -_END.size].startswith(_ZIP64_LOCATOR)
    if signature != b"PK\x05\x06" or comment or is_endless:
        raise BadZipFile
    return ZipFile(file)


def is_plain(entry: ZipInfo) -> bool:
    """Whether a member is packed in a way that can be unpacked in pieces, without a password."""
    return entry.compress_type in _METHODS and not entry.flag_bits & _ENCRYPTED_OR_PATCHED


def pieces_of(
    members: ZipFile, entry: ZipInfo, budget: Budget | Share | None = None
) -> Iterator[bytes]:
    """Yield a member in pieces, never more than its entry says.

    Raises one of BROKEN_ZIP, BudgetSpent.
    """
    if not is_plain(entry):
        raise BadZipFile
    with members.open(entry) as opened:
        for piece in iter(partial(opened.read, PIECE_BYTES), b""):
            if budget is not None:
                budget.spend(unpacked=len(piece))
            yield piece
