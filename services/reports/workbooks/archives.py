"""Taking an upload apart: one workbook, or a .zip of workbooks. One at a time is in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO
from zipfile import ZipFile, ZipInfo

from contracts.reports.workbook_errors import TooManyWorkbooks, WorkbooksUnreadable
from services.reports.workbooks.guarding import CONTENT_TYPES, UNREADABLE_ZIP, WORKBOOK_BYTES

MOST_WORKBOOKS = 500
NAME_MAX = 200
_UTF8_NAME = 0x800
_NAMES_WITHOUT_FLAG = ("utf-8", "cp874")  # as macOS and Thai Windows write them


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an upload: its content, or the code of why there is none."""

    name: str
    data: bytes = b""
    code: str = ""


class Archive:
    """An upload taken apart. Raises WorkbooksUnreadable, TooManyWorkbooks."""

    def __init__(self, file: BinaryIO, filename: str) -> None:
        self._file = file
        self._filename = filename
        try:
            self._zip = ZipFile(file)
        except UNREADABLE_ZIP as problem:
            raise WorkbooksUnreadable(filename=filename) from problem
        entries = self._zip.infolist()
        self._is_workbook = any(entry.filename == CONTENT_TYPES for entry in entries)
        self._entries = [entry for entry in entries if _is_a_file(entry)]
        if not self._is_workbook and len(self._entries) > MOST_WORKBOOKS:
            raise TooManyWorkbooks(files=len(self._entries), most=MOST_WORKBOOKS)
        if not self._entries:
            raise WorkbooksUnreadable(filename=filename)

    def __len__(self) -> int:
        return 1 if self._is_workbook else len(self._entries)

    def __iter__(self) -> Iterator[Member]:
        if self._is_workbook:
            self._file.seek(0)
            yield Member(self._filename[:NAME_MAX], self._file.read(WORKBOOK_BYTES + 1))
            return
        for entry in self._entries:
            yield self._member(entry)

    def _member(self, entry: ZipInfo) -> Member:
        name = name_of(entry)[:NAME_MAX]
        if not name.lower().endswith(".xlsx"):
            return Member(name, code="not_a_workbook")
        if entry.file_size > WORKBOOK_BYTES:
            return Member(name, code="workbook_too_large")
        try:
            return Member(name, self._zip.read(entry))
        except UNREADABLE_ZIP:
            return Member(name, code="unreadable_member")


def name_of(entry: ZipInfo) -> str:
    """Return the name of a member; without the flag that says so it is not in UTF-8 for sure."""
    if entry.flag_bits & _UTF8_NAME:
        return entry.filename
    octets = entry.filename.encode("cp437", "replace")
    for encoding in _NAMES_WITHOUT_FLAG:
        try:
            return octets.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


def _is_a_file(entry: ZipInfo) -> bool:
    """Whether an entry is neither a folder nor what Office and macOS leave beside files."""
    path = PurePosixPath(entry.filename)
    hidden = path.name.startswith((".", "~$")) or "__MACOSX" in path.parts
    return not entry.is_dir() and not hidden
