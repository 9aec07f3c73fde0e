"""An upload is taken apart member by member; one bad member spoils no other."""

from __future__ import annotations

from io import BytesIO
from random import Random
from zipfile import ZipFile, ZipInfo

import pytest

from collecting.files.kinds import KINDS
from collecting.workbooks.archives import MOST_WORKBOOKS, Archive, budget_of_an_upload, name_of
from collecting.workbooks.layout import layout_of
from collecting.workbooks.parts import WORKBOOK_BYTES
from collecting.workbooks.wording import of_file
from contracts.collecting.workbooks import TooManyWorkbooks, WorkbooksUnreadable
from tests.builders.licences.kind import FORM_OF_LAST_YEAR
from tests.builders.workbooks import a_workbook, zipped

WORKBOOK = a_workbook(layout_of(FORM_OF_LAST_YEAR), {})


_KINDS_IN_ORDER = ("text", "old_office", "zip", "open_document", "empty", "pdf")


def members(data, filename="upload.zip"):
    return list(Archive(BytesIO(data), filename, budget_of_an_upload()))


def test_a_single_workbook_is_an_upload_of_one():
    (member,) = members(WORKBOOK, "อบต.xlsx")

    assert (member.name, member.data) == ("อบต.xlsx", WORKBOOK)


def test_members_come_in_their_order_without_what_computers_leave_beside_them():
    archive = zipped(
        {
            "อำเภอ/1.xlsx": b"PK1",
            "__MACOSX/._1.xlsx": b"",
            "~$2.xlsx": b"",
            ".DS_Store": b"",
            "อำเภอ/Thumbs.db": b"",
            "desktop.ini": b"",
            "2.XLSX": b"PK2",
        }
    )

    found = members(archive)

    assert [(one.name, one.data, one.code) for one in found] == [
        ("อำเภอ/1.xlsx", b"PK1", ""),
        ("2.XLSX", b"PK2", ""),
    ]


def test_what_is_no_workbook_is_known_by_its_bytes_whatever_it_is_called():
    archive = zipped(
        {
            "1.csv": "ชื่อ,จำนวน".encode(),
            "2.xlsx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(50),
            "3.zip": zipped({"1.xlsx": WORKBOOK}),
            "4.ods": zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}),
            "5.xlsx": b"",
            "6.pdf": b"%PDF-1.7",
            "7": WORKBOOK,
        }
    )

    found = [(one.code, one.kind) for one in members(archive)]

    refused = [("not_a_workbook", kind) for kind in _KINDS_IN_ORDER]
    assert found == [*refused, ("", "")]
    for code, kind in refused:
        told = of_file(code, kind)
        assert KINDS[kind].name in told.message
        assert KINDS[kind].name_th in told.message_th


def test_a_broken_member_is_told_and_the_next_is_read():
    archive = bytearray(zipped({"a.xlsx": b"PK" + b"a" * 48, "b.xlsx": b"PK" + b"b" * 48}))
    with ZipFile(BytesIO(bytes(archive))) as whole:
        archive[whole.getinfo("a.xlsx").header_offset + 36] ^= 0xFF

    first, second = members(bytes(archive))

    assert (first.code, first.data) == ("unreadable_member", b"")
    assert second.data == b"PK" + b"b" * 48


def test_a_member_beyond_the_limit_is_never_unpacked():
    (member,) = members(zipped({"bomb.xlsx": bytes(200 << 20)}))

    assert (member.code, member.data) == ("workbook_too_large", b"")


@pytest.mark.parametrize(
    ("name", "size", "code"),
    [
        ("a.xlsx", WORKBOOK_BYTES, "not_a_workbook"),
        ("a.xlsx", WORKBOOK_BYTES + 1, "workbook_too_large"),
        ("a", WORKBOOK_BYTES + 1, "not_a_workbook"),
    ],
)
def test_a_member_is_looked_into_up_to_the_size_of_a_workbook(name, size, code):
    (member,) = members(zipped({name: bytes(size)}))

    assert member.code == code


def test_a_workbook_that_is_larger_than_any_is_never_cut_to_one_that_is_not():
    with ZipFile(BytesIO(WORKBOOK)) as parts:
        larger = {name: parts.read(name) for name in parts.namelist()}
    larger["xl/media/1.bin"] = Random(1).randbytes(WORKBOOK_BYTES)

    (member,) = members(zipped({"a": zipped(larger)}))

    assert member.code == ""
    assert len(member.data) > WORKBOOK_BYTES


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", zipped({}), zipped({"folder/": b""})])
def test_what_is_no_archive_of_files_is_refused(data):
    with pytest.raises(WorkbooksUnreadable):
        members(data)


def test_what_was_uploaded_instead_of_an_archive_is_named():
    with pytest.raises(WorkbooksUnreadable) as refused:
        members("ชื่อ,จำนวน".encode(), "รายงาน.csv")

    assert "รายงาน.csv is a text or .csv file" in str(refused.value)
    assert "เป็นไฟล์ข้อความหรือ .csv" in refused.value.in_thai()


def test_as_many_files_as_one_upload_may_hold_are_taken():
    archive = zipped({f"{number}.xlsx": b"" for number in range(MOST_WORKBOOKS)})

    assert len(members(archive)) == MOST_WORKBOOKS


def test_more_files_than_one_upload_may_hold_are_refused():
    archive = zipped({f"{number}.xlsx": b"" for number in range(MOST_WORKBOOKS + 1)})

    with pytest.raises(TooManyWorkbooks) as refused:
        members(archive)

    assert refused.value.details == {"files": "501", "most": "500"}


@pytest.mark.parametrize("encoding", ["utf-8", "cp874"])
def test_thai_names_are_read_however_they_were_packed(encoding):
    entry = ZipInfo("อบต.สมมติ.xlsx".encode(encoding).decode("cp437"))

    assert name_of(entry) == "อบต.สมมติ.xlsx"
