"""What is a file really? Decided by its bytes; its name and what the client says prove nothing."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import PurePosixPath

import filetype

from contracts.reports.evidence_errors import EvidenceTypeRefused
from contracts.reports.evidence_schemas import DOCX, MEDIA_TYPES, XLSX

MOST_MEMBERS = 5_000
DIRECTORY_BYTES = 1 << 20
UNPACKED_BYTES = 100 << 20
NAME_LENGTH = 120
PIECE_BYTES = 64 << 10

_OFFICE = {"xl/workbook.xml": XLSX, "word/document.xml": DOCX}
_MACROS = re.compile(r"(^|/)vbaProject\.bin$|(^|/)(macrosheets|activeX)/", re.IGNORECASE)
_END = struct.Struct("<4s4H2LH")  # of a zip: its last record, when there is no comment
_ZIP64_LOCATOR = b"PK\x06\x07"
_ZIP64_LOCATOR_BYTES = 20
_ENCRYPTED_OR_PATCHED = 0x1 | 0x20 | 0x40
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, NotImplementedError)


def media_type_of(content: bytes) -> str:
    """Return one of MEDIA_TYPES. Raises EvidenceTypeRefused."""
    media_type = filetype.guess_mime(content)
    if content.startswith(b"PK"):
        return _office_type(content)
    if media_type not in MEDIA_TYPES:
        raise EvidenceTypeRefused(pointer="/file")
    return str(media_type)


def any_member(content: bytes, look: Callable[[Iterator[bytes]], bool]) -> bool:
    """Whether `look` says so of any member of an office file, each given unpacked, in pieces.

    Raises EvidenceTypeRefused when a member is not what the directory says.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as members:
            for member in members.infolist():
                with members.open(member) as opened:
                    if look(iter(partial(opened.read, PIECE_BYTES), b"")):
                        return True
    except _BROKEN as broken:
        raise EvidenceTypeRefused(pointer="/file") from broken
    return False


def name_of(claimed: str, media_type: str) -> str:
    """Return a file name to keep: the last part of what was claimed, with an extension that fits
    what the file is.
    """
    last = re.split(r"[/\\]", claimed)[-1]
    shown = "".join(letter for letter in last if letter.isprintable()).strip(" .")
    extensions = MEDIA_TYPES[media_type]
    suffix = PurePosixPath(shown).suffix
    if suffix.lower() not in extensions:
        suffix = extensions[0]
    stem = shown.removesuffix(suffix)[:NAME_LENGTH] or "evidence"
    return stem + suffix


def _office_type(content: bytes) -> str:
    """Return which office file a zip is; one that could swell beyond all bounds is none."""
    try:
        _refuse_endless_directory(content)
        with zipfile.ZipFile(io.BytesIO(content)) as members:
            listed = members.infolist()
    except _BROKEN as broken:
        raise EvidenceTypeRefused(pointer="/file") from broken
    names = {member.filename for member in listed}
    found = [media_type for name, media_type in _OFFICE.items() if name in names]
    if len(found) != 1 or "[Content_Types].xml" not in names or not _is_harmless(listed):
        raise EvidenceTypeRefused(pointer="/file")
    return found[0]


def _is_harmless(listed: list[zipfile.ZipInfo]) -> bool:
    return (
        len(listed) <= MOST_MEMBERS
        and sum(member.file_size for member in listed) <= UNPACKED_BYTES
        and all(member.compress_type in _METHODS for member in listed)
        and not any(member.flag_bits & _ENCRYPTED_OR_PATCHED for member in listed)
        and not any(_MACROS.search(member.filename) for member in listed)
    )


def _refuse_endless_directory(content: bytes) -> None:
    """Refuse a directory that would take long to read. Office files have no comment at the end."""
    signature, *_, size, _, comment = _END.unpack(content[-_END.size :])
    before_end = content[-_END.size - _ZIP64_LOCATOR_BYTES : -_END.size]
    if (
        signature != b"PK\x05\x06"
        or comment
        or size > DIRECTORY_BYTES
        or before_end.startswith(_ZIP64_LOCATOR)
    ):
        raise zipfile.BadZipFile
