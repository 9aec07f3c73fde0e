"""Requests nobody should send, made from the description of the API by Hypothesis.

Most of a request is as the description says, so that it comes far; one value, header, cursor, file
or archive in it is odd. Hypothesis makes a request that is answered wrongly as small as it can.
"""

from __future__ import annotations

import base64
import io
import json
import struct
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

Schema = Mapping[str, Any]
Draw = Any

# Each has broken something somewhere: calendars, 64 bits, surrogates, operators, depth, length.
TIMES = (
    "9999-12-31T23:59:59-12:00",
    "0001-01-01T00:00:00+14:00",
    "2570-01-31T23:59:59+07:00",
    "2026-02-30T00:00:00Z",
    "2026-12-31T23:59:60Z",
    "2026-W01-1T00:00:00+07:00",
    "2026-01-01T00:00:00+23:59:59.999999",
    "9999-12-31",
    "0000-00-00",
)
TEXTS = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\u200b",
    "\ufeff",
    "\u202e",
    "$where",
    "$gt",
    "a.b",
    "__proto__",
    "..%2f..",
    "ก" * 10_000,
    "e\u0301" * 3_000,
    "9" * 400,
    "\U0001f600",
)
NUMBERS = (-1, 0, 2**31, 2**53, 2**63, 2**64 - 1, -(2**63), 0.1, -0.0, 1e308, 5e-324)
RAW = {
    "half a surrogate": '"\\ud800"',
    "no number": "NaN",
    "1e400": "1e400",
    "10**30": "1" + "0" * 30,
}


def _deep(levels: int) -> Any:
    value: Any = "x"
    for number in range(levels):
        value = [value] if number % 2 else {"a": value}
    return value


LARGE = (
    _deep(20),
    _deep(90),
    _deep(150),
    [{}] * 3_000,
    [[]] * 3_000,
    {f"n{n}": n for n in range(1_500)},
)
odd_values = st.sampled_from(
    [*TIMES, *TEXTS, *NUMBERS, *LARGE, None, True, [], {}, [None], {"": ""}]
)
header_texts = st.sampled_from(
    [
        *("", "*", '"1"', '"-1"', '"99999999999999999999999"', '"1e5"', '"0x10"', '" 7"', 'W/"1"'),
        *('"1", "2"', '"' * 9, '"\xb2"', ",".join(['"a"'] * 500), "\xff\xfe", "a" * 4_000),
    ]
)


# Pages for people are the same whoever asks. The operator's fuzzing finds ids that exist, and would
# close what other tests still need.
_OFFICER = ("/", "/verify", "/activate", "/problems/{code}", "/v1/sessions/current")
NOT_FUZZED = {
    "operator": (
        *_OFFICER,
        "/v1/organisations/{organisation_id}/changes",
        "/v1/slots/{slot_id}/handovers",
        "/v1/slots/{slot_id}/locks",
        "/v1/slots/{slot_id}/closures",
    ),
    "officer": _OFFICER,
    "nobody": (),
}
"""The paths left out of the fuzzing by the description, by who asks."""

# They end sessions, shut accounts or act on what other tests still need.
LEFT_OUT = frozenset(
    {
        "DELETE /v1/sessions/current",
        "POST /v1/password-changes",
        "POST /v1/second-factors",
        "POST /v1/second-factors/confirmations",
        "POST /v1/second-factors/removals",
        "POST /v1/organisations/imports",
        "POST /v1/organisations/{organisation_id}/changes",
        "DELETE /v1/organisations/{organisation_id}/changes/{change_id}",
        "POST /v1/slots/{slot_id}/handovers",
        "POST /v1/slots/{slot_id}/locks",
        "DELETE /v1/slots/{slot_id}/locks",
        "POST /v1/slots/{slot_id}/closures",
        "POST /v1/issuances",
        "POST /v1/issuances/{issuance_id}/slip-readings",
        "POST /v1/issuances/{issuance_id}/handouts",
        "POST /v1/rounds/{round_id}/open",
        "POST /v1/rounds/{round_id}/close",
        "POST /v1/rounds/{round_id}/purge",
    }
)
"""The routes no odd request is sent to; every other route of the description gets some."""


class Spec:
    """The description, as far as making requests from it goes."""

    def __init__(self, document: Schema) -> None:
        self.document = document
        self.operations = [
            (method.upper(), path, operation)
            for path, operations in document["paths"].items()
            for method, operation in operations.items()
        ]

    def resolve(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return schema

    def instance(self, draw: Draw, schema: Schema, depth: int = 0) -> Any:
        """Draw what a schema describes; now and then a value in it is odd."""
        schema = self.resolve(schema)
        if draw(st.integers(0, 9)) == 9:
            return draw(odd_values)
        if "enum" in schema:
            return draw(st.sampled_from(schema["enum"]))
        kinds = schema.get("type", "string")
        kind = kinds[0] if isinstance(kinds, list) else kinds
        if kind == "object":
            wanted = schema.get("properties", {})
            return {
                name: self.instance(draw, inner, depth + 1)
                for name, inner in wanted.items()
                if name in schema.get("required", ()) or draw(st.booleans())
            }
        if kind == "array":
            items = draw(st.integers(0, 2)) if depth < 4 else 0
            return [self.instance(draw, schema.get("items", {}), depth + 1) for _ in range(items)]
        plain = {"integer": 2, "number": 1.5, "boolean": True}
        if kind in plain:
            return plain[kind]
        if schema.get("format") == "date-time":
            return "2026-12-01T09:00:00+07:00"
        return draw(st.sampled_from(["2026-12-01", "8104", "ทดลอง", "a", "local_officials"]))


@st.composite
def requests(draw: Draw, spec: Spec, known: Mapping[str, list[str]]) -> dict[str, Any]:
    """A request to any route but those left out, ready for httpx."""
    method, path, operation = draw(
        st.sampled_from([one for one in spec.operations if f"{one[0]} {one[1]}" not in LEFT_OUT])
    )
    query, headers = [], {}
    for one in operation["parameters"]:
        name = one["name"]
        if one["in"] == "path":
            ids = [*known.get(name, ()), "0", "9" * 25, "a" * 128, "2026-12-01", "1"]
            path = path.replace(f"{{{name}}}", quote(draw(st.sampled_from(ids)), safe=""))
        elif one["in"] == "query":
            if one.get("required") or draw(st.booleans()):
                value = draw(cursors() if name == "cursor" else query_values)
                query += [(name, value)] * draw(st.sampled_from([1, 1, 1, 2]))
        elif one.get("required") or draw(st.booleans()):
            headers[name] = draw(header_texts)
    body = b""
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        if kind == "application/json":
            body, headers["Content-Type"] = draw(json_bodies(spec, content["schema"])), kind
        else:
            headers["Content-Type"], body = draw(multiparts())
    return {
        "method": method,
        "url": path,
        "params": query,
        "headers": _bytes_of(headers),
        "content": body,
    }


def _bytes_of(headers: Mapping[str, str]) -> dict[str, bytes]:
    return {name: value.encode("latin-1") for name, value in headers.items()}


query_values = st.sampled_from(
    [
        *TIMES,
        *(text[:300] for text in TEXTS),
        *(str(number) for number in NUMBERS),
        "province",
        "81",
    ]
)


@st.composite
def json_bodies(draw: Draw, spec: Spec, schema: Schema) -> bytes:
    """A body of the shape described, or one with something in it that JSON or Python minds."""
    text = json.dumps(spec.instance(draw, schema), ensure_ascii=False)
    match draw(st.integers(0, 12)):
        case 0:
            text = text.replace('"ทดลอง"', draw(st.sampled_from(list(RAW.values()))))
        case 1:
            text = text[: draw(st.integers(0, len(text)))]
        case 2:
            text = "[" * 2_000 + "]" * 2_000
        case 3:
            return b"\xef\xbb\xbf" + text.encode()
        case 4:
            return text.encode("utf-16")
    return text.encode("utf-8", "surrogatepass")


@st.composite
def cursors(draw: Draw) -> str:
    """A cursor nobody was given: sort values that are odd, or what is no cursor at all."""
    position = draw(
        st.lists(odd_values | st.sampled_from(["2026-12-01T00:00:00.000+07:00", "1"]), max_size=4)
    )
    told = base64.urlsafe_b64encode(json.dumps(position).encode()).rstrip(b"=").decode()
    return draw(
        st.sampled_from([told[:512], told[: len(told) // 2][:512], "bnVsbA", "W10", "=", "-", "ก"])
    )


@st.composite
def drafts(draw: Draw, questions: list[str]) -> dict[str, Any]:
    """Answers with odd values in them, also within the items of lists."""
    answers = draw(
        st.dictionaries(
            st.sampled_from([*questions, "", "$set", "a.b", "\x00"]), odd_values, max_size=4
        )
    )
    if draw(st.booleans()):
        name = draw(st.sampled_from(questions))
        answers[name] = [
            draw(
                st.dictionaries(
                    st.sampled_from(["name", "held_on", "\x00", "$a"]), odd_values, max_size=2
                )
            )
        ]
    return answers


# -- multipart and archives ---------------------------------------------------------------------


@st.composite
def multiparts(draw: Draw) -> tuple[str, bytes]:
    """A multipart body: repeated, truncated, oddly named, with an archive in it or without."""
    boundary = draw(st.sampled_from(["b", "b" * 70, "b b", "ก".encode().decode("latin-1")]))
    parts = [
        _part(
            draw(
                st.sampled_from(
                    ["file", "file", "purpose", "obligation_id", "", 'fi"le', "x" * 500]
                )
            ),
            draw(
                st.sampled_from(
                    [None, "a.xlsx", "a.zip", "a.pdf", "ก.csv", "../../a", "\x00", "a" * 3_000]
                )
            ),
            draw(archives | st.sampled_from([b"", b"%PDF-1.4", b"\x00" * 100, b"a,b\n1,2\n"])),
        )
        for _ in range(draw(st.integers(0, 3)))
    ]
    line = b"--" + boundary.encode("latin-1")
    body = b"".join(line + b"\r\n" + part + b"\r\n" for part in parts) + line + b"--\r\n"
    if draw(st.booleans()):
        body = body[: draw(st.integers(0, len(body)))]
    said = draw(
        st.sampled_from([f"boundary={boundary}", f'boundary="{boundary}"', "x=1", "boundary="])
    )
    return f"multipart/form-data; {said}", body


def _part(name: str, filename: str | None, data: bytes) -> bytes:
    told = f'; filename="{filename}"' if filename is not None else ""
    return f'Content-Disposition: form-data; name="{name}"{told}\r\n\r\n'.encode() + data


def _archive(compression: int, members: Mapping[str, bytes]) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return kept.getvalue()


def _liar(archive: bytes, says: int) -> bytes:
    """The archive, whose directory says that each of its members has so many bytes."""
    lies = bytearray(archive)
    for mark, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = lies.find(mark)
        while at >= 0:
            lies[at + place : at + place + 4] = struct.pack("<I", says)
            at = lies.find(mark, at + 4)
    return bytes(lies)


_WORKBOOK = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}


_BOMB = {**_WORKBOOK, "xl/a.xml": b" " * (16 << 20)}
_MADE: dict[str, Callable[[], bytes]] = {
    "plain": lambda: _archive(zipfile.ZIP_DEFLATED, _WORKBOOK),
    "bomb": lambda: _archive(zipfile.ZIP_DEFLATED, _BOMB),
    "lying deflate": lambda: _liar(archive("bomb"), 10),
    "lying bzip2": lambda: _liar(_archive(zipfile.ZIP_BZIP2, _BOMB), 10),
    "lying lzma": lambda: _liar(_archive(zipfile.ZIP_LZMA, _BOMB), 10),
    "says too much": lambda: _liar(archive("plain"), 2**32 - 2),
    "endless directory": lambda: _archive(
        zipfile.ZIP_STORED, {str(number): b"" for number in range(20_000)}
    ),
    "odd names": lambda: _archive(zipfile.ZIP_STORED, {"../a.xlsx": b"x", "/a": b"x", "ก": b""}),
    "within another": lambda: _archive(zipfile.ZIP_STORED, {"a.zip": archive("bomb")}),
    "cut short": lambda: archive("plain")[:-10],
    "end alone": lambda: archive("plain")[-22:],
}


@cache
def archive(kind: str) -> bytes:
    """Return an archive that is not what it seems; each is small and holds 16 MiB at most."""
    return _MADE[kind]()


ARCHIVES = tuple(_MADE)
archives = st.sampled_from(ARCHIVES).map(archive)
