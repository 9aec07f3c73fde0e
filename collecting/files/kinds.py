"""What a file is that is not taken, by its bytes, in people's words, and what to do with it."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from collecting.files.unpack import BROKEN_ZIP, open_zip, pieces_of

_HEAD_BYTES = 4096
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument."
_APPLE_AND_FILM = re.compile(rb".{4}ftyp(.{4})", re.DOTALL)
_APPLE_PHOTOS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis", b"avif")


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file that people have, and what to do with it when evidence is wanted.

    Where a workbook is wanted it is to be saved as one, unless that has an advice of its own.
    """

    name_th: str
    name: str
    advice_th: str
    advice: str
    workbook_advice_th: str
    workbook_advice: str


def _kinds() -> dict[str, FileKind]:
    with Path(__file__).with_name("kinds.csv").open(encoding="utf-8", newline="") as file:
        return {row.pop("kind"): FileKind(**row) for row in csv.DictReader(file)}


KINDS = _kinds()
_BEGINNINGS = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_office"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"GIF8", "image"),
    (b"BM", "image"),
    (b"RIFF", "image"),
    (b"\xff\xd8\xff", "photo"),
    (b"\x89PNG", "photo"),
    (b"%PDF-", "pdf"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b", "archive"),
)


def kind_of(content: bytes) -> str:
    """Return the kind of a file, one of KINDS."""
    if not content:
        return "empty"
    if content.startswith(b"PK"):
        return _kind_of_zip(content)
    found = _APPLE_AND_FILM.match(content)
    if found:
        return "heic" if found[1] in _APPLE_PHOTOS else "unknown"
    for beginning, kind in _BEGINNINGS:
        if content.startswith(beginning):
            return kind
    return _kind_of_text(content[:_HEAD_BYTES])


def _kind_of_zip(content: bytes) -> str:
    try:
        with open_zip(BytesIO(content)) as members:
            entries = members.infolist()
            if any(entry.filename == "[Content_Types].xml" for entry in entries):
                return "office"
            if entries and entries[0].filename == "mimetype":
                said = next(pieces_of(members, entries[0]), b"")
                return "open_document" if said.startswith(_OPEN_DOCUMENT) else "zip"
    except BROKEN_ZIP:
        return "office"
    return "zip"


def _kind_of_text(head: bytes) -> str:
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "unknown"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "web_page"
    is_text = sum(byte < 0x20 and byte not in b"\t\r\n\f" for byte in head) == 0
    return "text" if is_text else "unknown"
