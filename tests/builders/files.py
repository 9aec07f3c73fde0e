"""Small files of every kind that evidence may be, and a few that it may not."""

from __future__ import annotations

import io
import zipfile
import zlib

from openpyxl import Workbook

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
PNG = b"\x89PNG\r\n\x1a\n" + bytes.fromhex("0000000d49484452") + bytes(17)
CONTENT_TYPES = ("[Content_Types].xml", b"<Types/>")


def xlsx() -> bytes:
    """A real workbook."""
    book = Workbook()
    book.active.append(["หลักฐาน", 1])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of members by name."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return kept.getvalue()


def docx(*more: tuple[str, bytes]) -> bytes:
    """A document as far as its members tell, with more in it."""
    return zipped(CONTENT_TYPES, ("word/document.xml", b"<document/>"), *more)


def pdf_of(size: int, seed: int = 0) -> bytes:
    """A file of that size that begins as a PDF and does not repeat itself."""
    pattern = zlib.crc32(str(seed).encode()).to_bytes(4, "big")
    body = b"".join(zlib.crc32(pattern, each).to_bytes(4, "big") for each in range(4096))
    return (PDF + body * (size // len(body) + 1))[:size]
