"""What a file is that is not taken, by its bytes, in people's words, and what to do with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO

from services.reports.unpacking import BROKEN_ZIP, open_zip, pieces_of

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
    workbook_advice_th: str = ""
    workbook_advice: str = ""


_SAVE_AS_OFFICE = (
    "โปรดเปิดแล้วบันทึกเป็น .xlsx, .docx หรือ .pdf",
    "Open it and save it as .xlsx, .docx or .pdf.",
)
_SAVE_AS_PHOTO = (
    "โปรดแปลงเป็น JPEG หรือ PDF แล้วส่งใหม่",
    "Convert it to JPEG or PDF and send that.",
)
_UNPACK = (
    "โปรดแตกไฟล์ก่อน แล้วส่งไฟล์ที่อยู่ข้างใน",
    "Unpack it first and send the files that are in it.",
)
KINDS = {
    "empty": FileKind(
        "ไฟล์ว่าง (0 ไบต์)",
        "an empty file (0 bytes)",
        "โปรดเปิดดูว่ามีเนื้อหาแล้วส่งใหม่",
        "Look whether there is anything in it and send it again.",
    ),
    "heic": FileKind(
        "ภาพถ่าย HEIC/AVIF ของโทรศัพท์",
        "a photograph as telephones keep it (HEIC or AVIF)",
        "โปรดส่งเป็น JPEG (บน iPhone: ตั้งค่า › กล้อง › รูปแบบ › เข้ากันได้มากที่สุด หรือส่งออกเป็น JPEG)",
        "Send it as JPEG (on an iPhone: Settings, Camera, Formats, Most Compatible, or export it).",
    ),
    "tiff": FileKind("ภาพ TIFF", "a TIFF image", *_SAVE_AS_PHOTO),
    "image": FileKind("ภาพชนิดอื่น", "an image of another kind", *_SAVE_AS_PHOTO),
    "old_office": FileKind(
        "ไฟล์ Office รุ่นเก่า (.doc, .xls, .ppt) หรือไฟล์ที่ตั้งรหัสผ่าน",
        "a file of an older Office (.doc, .xls, .ppt) or one with a password",
        "โปรดเปิดแล้วบันทึกเป็น .xlsx, .docx หรือ .pdf โดยไม่ตั้งรหัสผ่าน",
        "Open it and save it as .xlsx, .docx or .pdf without a password.",
    ),
    "open_document": FileKind(
        "ไฟล์ OpenDocument (.ods, .odt)", "an OpenDocument file (.ods, .odt)", *_SAVE_AS_OFFICE
    ),
    "office": FileKind(
        "ไฟล์ Office ที่มีแมโคร เสียหาย หรือเป็นชนิดอื่น",
        "an Office file with macros, a damaged one, or one of another kind",
        *_SAVE_AS_OFFICE,
    ),
    "zip": FileKind(
        "ไฟล์ .zip ที่มีไฟล์อื่นอยู่ข้างใน",
        "a .zip with other files in it",
        *_UNPACK,
        "โปรดแตกไฟล์ก่อน แล้วใส่ไฟล์ .xlsx ที่อยู่ข้างในไว้ใน .zip ชั้นเดียว",
        "Unpack it first and put the .xlsx files that are in it into one .zip.",
    ),
    "archive": FileKind(
        "ไฟล์บีบอัด (.rar, .7z, .gz)",
        "a packed file (.rar, .7z, .gz)",
        *_UNPACK,
    ),
    "pdf": FileKind("ไฟล์ PDF", "a PDF file", *_SAVE_AS_OFFICE),
    "photo": FileKind("ภาพ JPEG หรือ PNG", "a JPEG or PNG image", *_SAVE_AS_OFFICE),
    "web_page": FileKind(
        "หน้าเว็บ", "a web page", "โปรดพิมพ์หน้านั้นเป็น PDF แล้วส่งใหม่", "Print it to PDF and send that."
    ),
    "text": FileKind("ไฟล์ข้อความหรือ .csv", "a text or .csv file", *_SAVE_AS_OFFICE),
    "unknown": FileKind("ไฟล์ชนิดที่ระบบไม่รู้จัก", "a file of no known kind", *_SAVE_AS_OFFICE),
}
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
