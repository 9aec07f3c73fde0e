"""Answers with files: a PDF to read in the browser, a file to save, a long one chunk by chunk."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, count
from pathlib import PurePosixPath
from urllib.parse import quote

from gateway.http import Answer

PDF = "application/pdf"


def pdf(base64: str, filename: str) -> Answer:
    """Answer with a PDF that a browser shows."""
    disposition = {"Content-Disposition": f'inline; filename="{filename}"'}
    return Answer(200, b64decode(base64), disposition, content_type=PDF)


def saved_as(filename: str, *, stem: str) -> dict[str, str]:
    """Return the header that makes a browser save a file under its name (RFC 6266).

    `stem` is its name, less the suffix, for those that read ASCII only.
    """
    plain = stem + PurePosixPath(filename).suffix
    name = f"filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
    return {"Content-Disposition": f"attachment; {name}"}


def in_chunks(read: Callable[[int], str]) -> Iterator[bytes]:
    """Yield what `read` gives for 0, 1, 2 … in base64, until it gives nothing."""
    for number in count():
        chunk = b64decode(read(number))
        if not chunk:
            return
        yield chunk


def streamed(
    chunks: Iterator[bytes],
    headers: Mapping[str, str],
    *,
    etag: str,
    content_type: str,
    length: int,
) -> Answer:
    """Answer with a file as it comes. Raises what reading its beginning raises."""
    first = next(chunks, b"")  # a refusal can still be told while nothing is sent
    return Answer(
        200,
        chain([first], chunks),
        headers,
        etag=etag,
        content_type=content_type,
        length=length,
    )
