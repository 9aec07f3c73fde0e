"""Taking an upload apart: one workbook, or a .zip of workbooks. One at a time is in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO
from zipfile import ZipFile, ZipInfo

from collecting.files.kinds import KINDS, kind_of
from collecting.files.unpack import BROKEN_ZIP, Budget, BudgetSpent, open_zip, pieces_of
from collecting.workbooks.parts import WORKBOOK_BYTES
from contracts.collecting.workbooks import TooManyWorkbooks, WorkbooksUnreadable

MOST_WORKBOOKS = 500
NAME_MAX = 200
# What reading one upload may cost in all. 500 workbooks as the form is take 40 MiB, 0.7 million
# elements and some 5 s of a processor.
UPLOAD_UNPACKED_BYTES = 256 << 20
UPLOAD_ELEMENTS = 5_000_000
UPLOAD_SECONDS = 60.0

_CONTENT_TYPES = "[Content_Types].xml"
_UTF8_NAME = 0x800
_NAMES_WITHOUT_FLAG = ("utf-8", "cp874")  # as macOS and Thai Windows write them
# What Windows and macOS leave beside files; names beginning with . or ~$ as well.
_LEFT_BESIDE = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"})


def budget_of_an_upload() -> Budget:
    """Return what reading one upload may cost."""
    return Budget(unpacked=UPLOAD_UNPACKED_BYTES, elements=UPLOAD_ELEMENTS, seconds=UPLOAD_SECONDS)


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an upload: its content, or the code of why there is none and what it is."""

    name: str
    data: bytes = b""
    code: str = ""
    kind: str = ""


class Archive:
    """An upload taken apart. Raises WorkbooksUnreadable, TooManyWorkbooks."""

    def __init__(self, file: BinaryIO, filename: str, budget: Budget) -> None:
        self._file = file
        self._filename = filename
        self._budget = budget
        try:
            self._zip = open_zip(file)
        except BROKEN_ZIP as problem:
            raise self._unreadable() from problem
        entries = self._zip.infolist()
        self._is_workbook = any(entry.filename == _CONTENT_TYPES for entry in entries)
        self._entries = [entry for entry in entries if _is_a_file(entry)]
        if not self._is_workbook and len(self._entries) > MOST_WORKBOOKS:
            raise TooManyWorkbooks(files=len(self._entries), most=MOST_WORKBOOKS)
        if not self._entries or self._entries[0].filename == "mimetype":
            raise self._unreadable()

    def _unreadable(self) -> WorkbooksUnreadable:
        self._file.seek(0)
        kind = KINDS[kind_of(self._file.read())]
        return WorkbooksUnreadable(
            filename=self._filename,
            found=kind.name,
            found_th=kind.name_th,
        )

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
        if self._budget.is_spent:
            return Member(name, code="budget_spent")
        if entry.file_size > WORKBOOK_BYTES and name.lower().endswith(".xlsx"):
            return Member(name, code="workbook_too_large")
        try:
            data = _unpacked(self._zip, entry, self._budget)
        except BudgetSpent:
            return Member(name, code="budget_spent")
        except BROKEN_ZIP:
            return Member(name, code="unreadable_member")
        kind = kind_of(data)
        if kind != "office":
            return Member(name, code="not_a_workbook", kind=kind)
        return Member(name, data)


def _unpacked(members: ZipFile, entry: ZipInfo, budget: Budget) -> bytes:
    """Return a member, or what it begins with when it is larger than any workbook."""
    data = bytearray()
    for piece in pieces_of(members, entry, budget):
        data += piece
        if len(data) > WORKBOOK_BYTES:
            break
    return bytes(data)


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
    """Whether an entry is neither a folder nor what Office, Windows or macOS left beside files."""
    path = PurePosixPath(entry.filename)
    is_left = path.name.startswith((".", "~$")) or path.name.lower() in _LEFT_BESIDE
    return not entry.is_dir() and not is_left and "__MACOSX" not in path.parts
