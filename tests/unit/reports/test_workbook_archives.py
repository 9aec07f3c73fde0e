"""An upload is taken apart member by member; one bad member spoils no other."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile, ZipInfo

import pytest

from contracts.reports.workbook_errors import TooManyWorkbooks, WorkbooksUnreadable
from services.reports.forms import get_form
from services.reports.workbooks.archives import MOST_WORKBOOKS, Archive, name_of
from services.reports.workbooks.layout import layout_of
from tests.builders.workbooks import a_workbook, zipped

WORKBOOK = a_workbook(layout_of(get_form("ethics-2568", 1)), {})


def members(data, filename="upload.zip"):
    return list(Archive(BytesIO(data), filename))


def test_a_single_workbook_is_an_upload_of_one():
    (member,) = members(WORKBOOK, "อบต.xlsx")

    assert (member.name, member.data) == ("อบต.xlsx", WORKBOOK)


def test_members_come_in_their_order_without_what_computers_leave_beside_them():
    archive = zipped(
        {
            "อำเภอ/1.xlsx": b"1",
            "__MACOSX/._1.xlsx": b"",
            "~$2.xlsx": b"",
            ".DS_Store": b"",
            "2.XLSX": b"2",
            "notes.txt": b"",
        }
    )

    found = members(archive)

    assert [(one.name, one.data, one.code) for one in found] == [
        ("อำเภอ/1.xlsx", b"1", ""),
        ("2.XLSX", b"2", ""),
        ("notes.txt", b"", "not_a_workbook"),
    ]


def test_a_broken_member_is_told_and_the_next_is_read():
    archive = bytearray(zipped({"a.xlsx": b"a" * 50, "b.xlsx": b"b" * 50}))
    with ZipFile(BytesIO(bytes(archive))) as whole:
        archive[whole.getinfo("a.xlsx").header_offset + 36] ^= 0xFF

    first, second = members(bytes(archive))

    assert (first.code, first.data) == ("unreadable_member", b"")
    assert second.data == b"b" * 50


def test_a_member_beyond_the_limit_is_never_unpacked():
    (member,) = members(zipped({"bomb.xlsx": bytes(200 << 20)}))

    assert (member.code, member.data) == ("workbook_too_large", b"")


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", zipped({}), zipped({"folder/": b""})])
def test_what_is_no_archive_of_files_is_refused(data):
    with pytest.raises(WorkbooksUnreadable):
        Archive(BytesIO(data), "upload.zip")


def test_more_files_than_one_upload_may_hold_are_refused():
    archive = zipped({f"{number}.xlsx": b"" for number in range(MOST_WORKBOOKS + 1)})

    with pytest.raises(TooManyWorkbooks) as refused:
        Archive(BytesIO(archive), "upload.zip")

    assert refused.value.details == {"files": "501", "most": "500"}


@pytest.mark.parametrize("encoding", ["utf-8", "cp874"])
def test_thai_names_are_read_however_they_were_packed(encoding):
    entry = ZipInfo("อบต.สมมติ.xlsx".encode(encoding).decode("cp437"))

    assert name_of(entry) == "อบต.สมมติ.xlsx"
