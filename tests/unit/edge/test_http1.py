"""The limits of a request's head and body, each on the limit and one beyond it."""

import io
from types import SimpleNamespace

import pytest

from edge.http1 import Body, BodyCutShort, BodyTooLarge, HeadRefused, Load, read_head

LINE, PATH, HEAD, FIELDS = 60, 30, 150, 4


def read(text):
    """Return the status a head is refused with, or None, and the head."""
    limits = {"line_bytes": LINE, "path_bytes": PATH, "head_bytes": HEAD, "fields": FIELDS}
    try:
        return None, read_head(io.BytesIO(text), **limits)
    except HeadRefused as refused:
        return refused.status, None


def a_line(length, before, after):
    return before + b"x" * (length - len(before) - len(after)) + after


@pytest.mark.parametrize(("length", "status"), [(LINE - 1, None), (LINE, None), (LINE + 1, 414)])
def test_a_request_line(length, status):
    assert read(a_line(length, b"GET /?", b" HTTP/1.1\r\n") + b"Host: x\r\n\r\n")[0] == status


@pytest.mark.parametrize(("length", "status"), [(PATH - 1, None), (PATH, None), (PATH + 1, 414)])
def test_a_path(length, status):
    head = b"GET " + a_line(length, b"/", b"") + b"?a=1 HTTP/1.1\r\nHost: x\r\n\r\n"

    assert read(head)[0] == status


@pytest.mark.parametrize(("length", "status"), [(LINE - 1, None), (LINE, None), (LINE + 1, 431)])
def test_a_header_line(length, status):
    head = b"GET / HTTP/1.1\r\nHost: x\r\n" + a_line(length, b"A: ", b"\r\n") + b"\r\n"

    assert read(head)[0] == status


@pytest.mark.parametrize(("length", "status"), [(HEAD - 1, None), (HEAD, None), (HEAD + 1, 431)])
def test_all_header_lines_together(length, status):
    first = b"Host: x\r\n" + a_line(LINE, b"A: ", b"\r\n") + a_line(LINE, b"B: ", b"\r\n")

    told, head = read(
        b"GET / HTTP/1.1\r\n" + first + a_line(length - len(first), b"C: ", b"\r\n") + b"\r\n"
    )

    assert told == status
    assert head is None or len(head.headers) == 4


@pytest.mark.parametrize(
    ("count", "status"), [(FIELDS - 1, None), (FIELDS, None), (FIELDS + 1, 431)]
)
def test_header_fields(count, status):
    lines = b"".join(b"N%d: 1\r\n" % number for number in range(count - 1))

    assert read(b"GET / HTTP/1.1\r\nHost: x\r\n" + lines + b"\r\n")[0] == status


@pytest.mark.parametrize(
    ("length", "status"),
    [("0", None), ("9" * 15, None), ("9" * 16, 400), ("-1", 400), ("+1", 400), ("\u0661", 400)],
)
def test_the_digits_of_a_length(length, status):
    head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode()

    told, found = read(head)

    assert told == status
    assert found is None or found.body_length == int(length)


GET = b"GET / HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /\r\n\r\n", 400),
        (b"GET / HTTP/0.9\r\n\r\n", 505),
        (b"PRI * HTTP/2.0\r\n\r\n", 505),
        (b"GET / RTSP/1.0\r\nHost: x\r\n\r\n", 400),
        (b"GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET /  HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"get / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"M-SEARCH / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (GET + b"A: a\r\n b\r\n\r\n", 400),
        (GET + b"A: \x07\r\n\r\n", 400),
        (GET + b"A: \x7f\r\n\r\n", 400),
        (GET + b"Content-Length: 3, 3\r\n\r\n", 400),
    ],
)
def test_a_head_that_some_library_takes_is_refused(sent, status):
    """Those that llhttp or h11 would let pass: see decision 0008."""
    assert read(sent)[0] == status


def body_of(sent, length=None):
    clock = SimpleNamespace(deadline=0.0)
    return Body(io.BytesIO(sent), clock, Load(), length=length)


@pytest.mark.parametrize(
    "sent",
    [
        b"000000001\r\nx\r\n0\r\n\r\n",
        b"1;\x00\r\nx\r\n0\r\n\r\n",
        b"1;a\rb\r\nx\r\n0\r\n\r\n",
        b"1;" + b"a" * 600 + b"\r\nx\r\n0\r\n\r\n",
        b"0\r\nT: " + b"t" * 600 + b"\r\n\r\n",
        b"0\r\n" + b"T: t\r\n" * 33 + b"\r\n",
        b"0\r\nT: a\r\n t\r\n\r\n",
    ],
)
def test_so_are_chunks_and_trailers(sent):
    with pytest.raises(BodyCutShort):
        list(body_of(sent).pieces(10, 1.0))


@pytest.mark.parametrize(("length", "is_taken"), [(9, True), (10, True), (11, False)])
@pytest.mark.parametrize("in_chunks", [False, True])
def test_a_body(length, is_taken, in_chunks):
    sent = b"x" * length
    if in_chunks:
        sent = b"".join(b"1\r\nx\r\n" for _ in sent) + b"0\r\n\r\n"
    body = body_of(sent, None if in_chunks else length)

    if is_taken:
        assert b"".join(body.pieces(10, 1.0)) == b"x" * length
        assert body.finished
    else:
        with pytest.raises(BodyTooLarge):
            list(body.pieces(10, 1.0))
        assert not body.finished
