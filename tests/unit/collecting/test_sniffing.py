"""What a file is, whatever it is called."""

import io
import random
import zipfile

import pytest

from collecting.files import sniff, unpack
from collecting.files.sniff import any_member, media_type_of, name_of
from contracts.collecting.evidence import DOCX, XLSX, EvidenceTypeRefused
from tests.builders.files import CONTENT_TYPES, JPEG, PDF, PNG, docx, xlsx, zipped


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PDF, "application/pdf"),
        (JPEG, "image/jpeg"),
        (PNG, "image/png"),
        (xlsx(), XLSX),
        (docx(), DOCX),
    ],
    ids=["pdf", "jpeg", "png", "xlsx", "docx"],
)
def test_each_kind_that_is_taken_is_known_by_its_bytes(content, media_type):
    assert media_type_of(content) == media_type


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"just text",
        b"<html><script>alert(1)</script>",
        b"MZ" + bytes(100),
        b"GIF89a" + bytes(20),
        zipped(("readme.txt", b"a zip of anything")),
        zipped(("xl/workbook.xml", b"<workbook/>")),
        zipped(CONTENT_TYPES, ("ppt/presentation.xml", b"<p/>")),
        zipped(CONTENT_TYPES, ("xl/workbook.xml", b""), ("word/document.xml", b"")),
        zipped(CONTENT_TYPES, ("xl/workbook.xml", b""), ("xl/vbaProject.bin", b"macro")),
        docx()[:-10],
        docx() + b"trailing",
        b"PK\x03\x04" + bytes(200),
    ],
    ids=[
        *("empty", "text", "html", "program", "gif", "zip", "no-types", "pptx", "both"),
        *("macros", "cut", "trailing", "zeros"),
    ],
)
def test_anything_else_is_refused_also_a_zip_that_is_no_office_file(content):
    with pytest.raises(EvidenceTypeRefused):
        media_type_of(content)


@pytest.mark.parametrize(
    ("content", "found", "do"),
    [
        (b"", "an empty file", "send it again"),
        (b"\0\0\0\x18ftypheic" + bytes(50), "a photograph", "JPEG"),
        (b"II*\0" + bytes(50), "a TIFF image", "JPEG"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(50), "an older Office", "password"),
        (zipped(("mimetype", b"application/vnd.oasis.opendocument.text")), "OpenDocument", ".pdf"),
        (zipped(("1.pdf", PDF)), "a .zip", "Unpack"),
        (docx(("word/vbaProject.bin", b"macro")), "macros", ".docx"),
        (b"Rar!\x1a\x07" + bytes(50), "a packed file", "Unpack"),
        ("ชื่อ,จำนวน\n".encode(), "text", ".xlsx"),
        (b"a text with spaces", "text", ".xlsx"),
        (b"\xef\xbb\xbf<!DOCTYPE html><p>", "a web page", "PDF"),
        (bytes(100), "no known kind", ".pdf"),
    ],
)
def test_what_is_refused_is_named_with_what_to_do(content, found, do):
    with pytest.raises(EvidenceTypeRefused) as refused:
        media_type_of(content)

    told = str(refused.value)
    assert found in told
    assert do in told
    assert refused.value.details["advice_th"] in refused.value.in_thai()


@pytest.mark.parametrize("before", [b"", b"\r\n", b"@PJL JOB\r\n".ljust(1019)])
def test_the_mark_of_a_pdf_is_looked_for_where_readers_look(before):
    assert media_type_of(before + PDF) == "application/pdf"


def test_a_mark_that_ends_beyond_the_first_kibibyte_is_none():
    with pytest.raises(EvidenceTypeRefused):
        media_type_of(b" " * 1020 + PDF)


def test_a_file_that_would_swell_beyond_bounds_is_refused_unopened(monkeypatch):
    bomb = docx(*((f"word/{number}.xml", bytes(1 << 20)) for number in range(5)))
    monkeypatch.setattr(sniff, "UNPACKED_BYTES", 4 << 20)
    assert len(bomb) < 20_000

    with pytest.raises(EvidenceTypeRefused):
        media_type_of(bomb)


@pytest.mark.parametrize(("less", "is_taken"), [(0, True), (1, False)])
@pytest.mark.parametrize("limit", ["MOST_MEMBERS", "UNPACKED_BYTES"])
def test_an_office_file_has_so_many_members_and_bytes_and_no_more(
    monkeypatch, limit, less, is_taken
):
    content = docx(("word/media/1.txt", b"text"))
    with zipfile.ZipFile(io.BytesIO(content)) as members:
        listed = members.infolist()
    most = {"MOST_MEMBERS": len(listed), "UNPACKED_BYTES": sum(one.file_size for one in listed)}
    monkeypatch.setattr(sniff, limit, most[limit] - less)

    if is_taken:
        assert media_type_of(content) == DOCX
    else:
        with pytest.raises(EvidenceTypeRefused):
            media_type_of(content)


def test_a_directory_with_more_entries_than_can_be_read_quickly_is_refused(monkeypatch):
    monkeypatch.setattr(unpack, "DIRECTORY_BYTES", 1000)
    crowded = docx(*((f"word/{number}.xml", b"") for number in range(50)))

    with pytest.raises(EvidenceTypeRefused):
        media_type_of(crowded)


def test_a_second_directory_in_the_zip64_manner_is_not_followed():
    plain = docx()
    end = plain[-22:]
    locator = b"PK\x06\x07" + bytes(16)

    with pytest.raises(EvidenceTypeRefused):
        media_type_of(plain[:-22] + locator + end)


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_compression_no_office_program_writes_is_refused(method):
    with pytest.raises(EvidenceTypeRefused):
        media_type_of(zipped(CONTENT_TYPES, ("word/document.xml", b"<d/>"), method=method))


def test_whatever_is_done_to_a_zip_it_is_an_office_file_or_refused():
    chance = random.Random(4)
    whole = docx(("word/media/image.png", PNG * 20))

    for _ in range(2_000):
        broken = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        try:
            assert media_type_of(bytes(broken)) == DOCX
            assert not any_member(bytes(broken), lambda pieces: list(pieces) is None)
        except EvidenceTypeRefused:
            continue


@pytest.mark.parametrize(
    ("claimed", "media_type", "kept"),
    [
        ("หลักฐาน การอบรม.pdf", "application/pdf", "หลักฐาน การอบรม.pdf"),
        ("C:\\Users\\x\\photo.JPEG", "image/jpeg", "photo.JPEG"),
        ("../../etc/passwd", "application/pdf", "passwd.pdf"),
        ("page.html", "application/pdf", "page.html.pdf"),
        ("", "image/png", "evidence.png"),
        ("..", "image/png", "evidence.png"),
        ("a\r\nSet-Cookie: x\u202efdp.exe", XLSX, "aSet-Cookie: xfdp.exe.xlsx"),
        ("ก" * 300 + ".docx", DOCX, "ก" * 120 + ".docx"),
    ],
)
def test_a_name_is_kept_as_far_as_it_can_do_no_harm(claimed, media_type, kept):
    assert name_of(claimed, media_type) == kept
