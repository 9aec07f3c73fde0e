"""Is a file small and plain enough to be opened? Asked before anything in it is parsed."""

from __future__ import annotations

import zlib
from io import BytesIO
from zipfile import BadZipFile, ZipFile, ZipInfo

WORKBOOK_BYTES = 1 << 20
UNPACKED_BYTES = 16 << 20
MOST_PARTS = 100
MOST_TAGS = 200_000

CONTENT_TYPES = "[Content_Types].xml"
# Raised by zipfile for what is no zip, is cut short, encrypted or packed in an unknown way.
UNREADABLE_ZIP = (BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, zlib.error)
_DECLARATION = "<!"
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")


class Unusable(Exception):
    """A file that is not read at all; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def require_plain(data: bytes) -> None:
    """Refuse what is no workbook, unpacks to too much, or has document type declarations.

    A part cannot unpack to more than its entry in the zip says. Raises Unusable.
    """
    if len(data) > WORKBOOK_BYTES:
        raise Unusable("workbook_too_large")
    try:
        with ZipFile(BytesIO(data)) as parts:
            entries = parts.infolist()
            _require_bounded(entries)
            for entry in entries:
                _require_markup_only(parts.read(entry))
    except UNREADABLE_ZIP as problem:
        raise Unusable("not_a_workbook") from problem


def _require_bounded(entries: list[ZipInfo]) -> None:
    if CONTENT_TYPES not in {entry.filename for entry in entries}:
        raise Unusable("not_a_workbook")
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_PARTS or unpacked > UNPACKED_BYTES:
        raise Unusable("workbook_too_large")


def _require_markup_only(part: bytes) -> None:
    """Refuse entities, which unfold, and more elements than memory should be spent on."""
    if part.count(b"<") > MOST_TAGS:
        raise Unusable("workbook_too_large")
    if any(
        f"{_DECLARATION}{word}".encode(encoding) in part
        for word in ("DOCTYPE", "ENTITY")
        for encoding in _ENCODINGS
    ):
        raise Unusable("not_a_workbook")
