"""Tells what a file really is by its bytes; its name and what the client says prove nothing."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from zipfile import ZipInfo

import filetype

from collecting.files.kinds import KINDS, kind_of
from collecting.files.unpack import BROKEN_ZIP, is_plain, open_zip, pieces_of
from contracts.collecting.evidence import DOCX, MEDIA_TYPES, XLSX, EvidenceTypeRefused

MOST_MEMBERS = 5_000
UNPACKED_BYTES = 100 << 20
NAME_LENGTH = 120
PDF_MARK = b"%PDF-"
PDF_MARK_WITHIN = 1024
_MAY_PRECEDE_A_PDF = ("text", "unknown")

_OFFICE = {"xl/workbook.xml": XLSX, "word/document.xml": DOCX}
_MACROS = re.compile(r"(^|/)vbaProject\.bin$|(^|/)(macrosheets|activeX)/", re.IGNORECASE)


def media_type_of(content: bytes) -> str:
    """Return one of MEDIA_TYPES. Raises EvidenceTypeRefused, which names what it is instead.

    Printers and mail put lines before the mark of a PDF; every reader looks for it that far.
    """
    if content.startswith(b"PK"):
        return _office_type(content)
    media_type = filetype.guess_mime(content)
    if media_type in MEDIA_TYPES:
        return str(media_type)
    kind = kind_of(content)
    if kind in _MAY_PRECEDE_A_PDF and PDF_MARK in content[:PDF_MARK_WITHIN]:
        return "application/pdf"
    raise _refused(content)


def any_member(content: bytes, look: Callable[[Iterator[bytes]], bool]) -> bool:
    """Whether `look` says so of any member of an office file, each given unpacked, in pieces.

    Raises EvidenceTypeRefused when a member is not what the directory says.
    """
    try:
        with open_zip(io.BytesIO(content)) as members:
            return any(look(pieces_of(members, member)) for member in members.infolist())
    except BROKEN_ZIP as broken:
        raise _refused(content) from broken


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
        with open_zip(io.BytesIO(content)) as members:
            listed = members.infolist()
    except BROKEN_ZIP as broken:
        raise _refused(content) from broken
    names = {member.filename for member in listed}
    found = [media_type for name, media_type in _OFFICE.items() if name in names]
    if len(found) != 1 or "[Content_Types].xml" not in names or not _is_harmless(listed):
        raise _refused(content)
    return found[0]


def _is_harmless(listed: list[ZipInfo]) -> bool:
    return (
        len(listed) <= MOST_MEMBERS
        and sum(member.file_size for member in listed) <= UNPACKED_BYTES
        and all(is_plain(member) for member in listed)
        and not any(_MACROS.search(member.filename) for member in listed)
    )


def _refused(content: bytes) -> EvidenceTypeRefused:
    kind = KINDS[kind_of(content)]
    return EvidenceTypeRefused(
        pointer="/file",
        found=kind.name,
        found_th=kind.name_th,
        advice=kind.advice,
        advice_th=kind.advice_th,
    )
