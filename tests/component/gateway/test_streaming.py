"""Files through the gateway's framework on a real server: bounded in size, number and time."""

from __future__ import annotations

import gc
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import eventlet
import httpx
import pytest
from eventlet.event import Event

from contracts.errors import TooManyAtOnce
from edge.server import WebServer
from gateway import streaming
from gateway.app import App
from gateway.http import FORM_LIMIT_BYTES, JSON, MULTIPART, Answer, Request, route
from gateway.problems import EdgeProblem, edge_refusal
from gateway.streaming import CHUNK_BYTES, FILE_LIMIT_BYTES, FilePlaces
from tests.builders.waiting import HANG_SECONDS
from tests.component.edge.raw_http import ROOMY, answer, connect, is_closed, status
from tests.unit.gateway import things

SHORT_SECONDS = 0.5
OCTETS = "application/octet-stream"
BOUNDARY = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'


class Shelf:
    """What handlers work with: files taken in, and how many bytes to hand out."""

    def __init__(self) -> None:
        self.taken: list[SimpleNamespace] = []
        self.release: Event | None = None
        self.handed_out = 0
        self.fails_after: int | None = None


@route(
    "POST",
    "/files",
    summary="Take a file",
    consumes=MULTIPART,
    texts={"note": r"[a-z]+"},
    answers={201: JSON},
    public=True,
    limit_bytes=FORM_LIMIT_BYTES,
    body_seconds=HANG_SECONDS,
)
def take_file(shelf: Shelf, request: Request) -> Answer:
    """Take a file, chunk by chunk."""
    form = request.form()
    upload = form.file()
    chunks = [len(chunk) for chunk in upload.chunks()]
    shelf.taken.append(SimpleNamespace(chunks=chunks, upload=upload, texts=form.texts))
    if shelf.release:
        shelf.release.wait()
    return Answer(201, {"size": upload.size, "name": upload.filename})


@route(
    "POST",
    "/hurried-files",
    summary="Take a file at once",
    consumes=MULTIPART,
    answers={201: JSON},
    public=True,
    limit_bytes=FORM_LIMIT_BYTES,
    body_seconds=SHORT_SECONDS,
)
def take_hurried_file(shelf: Shelf, request: Request) -> Answer:
    """Take a file that comes at once."""
    return take_file(shelf, request)


@route("GET", "/files/{size}", summary="Hand out", answers={200: OCTETS}, public=True)
def hand_out(shelf: Shelf, request: Request) -> Answer:
    """Hand out so many bytes."""
    size = int(request.path["size"])

    def pieces() -> Iterator[bytes]:
        for start in range(0, size, CHUNK_BYTES):
            if shelf.fails_after is not None and start >= shelf.fails_after:
                raise RuntimeError("the rest is gone")
            shelf.handed_out += 1
            yield bytes(min(CHUNK_BYTES, size - start))

    return Answer(200, pieces(), etag="v1", content_type=OCTETS, length=size)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def served(shelf: Shelf, request: pytest.FixtureRequest) -> Iterator[SimpleNamespace]:
    routes = [take_file.route, take_hurried_file.route, hand_out.route]
    app = App(routes, shelf, things.authenticate, most_files=8)
    limits = replace(ROOMY, **getattr(request, "param", {}))
    server = WebServer(app, port=0, refusal=edge_refusal, limits=limits)
    server.start()
    yield SimpleNamespace(
        app=app,
        server=server,
        address=("127.0.0.1", server.port),
        url=f"http://127.0.0.1:{server.port}",
        open=[],
    )
    server.stop(0)


@pytest.fixture
def client(served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.url, trust_env=False, timeout=HANG_SECONDS) as found:
        yield found


def send(client: httpx.Client, size: int, **texts: str) -> httpx.Response:
    return client.post("/files", files={"file": ("a.pdf", bytes(size), OCTETS)}, data=texts)


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])
def test_a_file_arrives_in_chunks_of_one_size_whatever_its_own(client, shelf, size):
    told = send(client, size, note="abc")

    assert (told.status_code, told.json()) == (201, {"size": size, "name": "a.pdf"})
    (taken,) = shelf.taken
    assert sum(taken.chunks) == size
    assert all(chunk == CHUNK_BYTES for chunk in taken.chunks[:-1])
    assert taken.texts == {"note": "abc"}


@pytest.mark.parametrize(
    ("files", "texts", "pointer", "code"),
    [
        (["file", "file"], [], "/file", "repeated"),
        (["file"], ["note", "note"], "/note", "repeated"),
        (["file", "note"], ["note"], "/note", "repeated"),
        (["file", "second"], [], "/second", "unknown_field"),
        (["file"], ["remark"], "/remark", "unknown_field"),
        (["other"], [], "/other", "unknown_field"),
        ([], ["note"], "/file", "required"),
    ],
)
def test_no_part_of_a_form_is_dropped(served, client, shelf, files, texts, pointer, code):
    parts = [(name, ("a.pdf", bytes(CHUNK_BYTES * 2), OCTETS)) for name in files]
    parts += [(name, (None, b"abc", "text/plain")) for name in texts]

    told = client.post("/files", files=parts)

    assert told.status_code == 422
    assert [(one["pointer"], one["code"]) for one in told.json()["errors"]] == [(pointer, code)]
    assert not shelf.taken
    assert served.app._incoming.taken == 0


def test_a_compressed_form_is_415(client):
    told = client.post(
        "/files", files={"file": ("a.pdf", b"x", OCTETS)}, headers={"Content-Encoding": "gzip"}
    )

    assert (told.status_code, told.json()["code"]) == (415, "content_encoding_unsupported")


@pytest.mark.parametrize(
    ("held", "refusal"),
    [
        ({"one": 1}, None),
        ({"one": 2}, TooManyAtOnce),
        ({"two": 2, "three": 2, "four": 2, "one": 1}, None),
        ({"two": 2, "three": 2, "four": 2, "five": 2}, EdgeProblem),
    ],
)
def test_places_are_bounded_for_all_and_for_each(held, refusal):
    places = FilePlaces(8)
    for caller, times in held.items():
        for _ in range(times):
            places.take(caller)

    if refusal is None:
        places.take("one")
        places.give_back("one")
    else:
        with pytest.raises(refusal):
            places.take("one")
    assert places.taken == sum(held.values())


def test_a_text_the_route_does_not_take_as_it_is_is_422_at_its_place(client):
    told = send(client, 1, note="ABC")

    assert told.status_code == 422
    assert told.json()["errors"][0]["pointer"] == "/note"


def test_a_file_is_on_disk_only_beyond_a_chunk_and_only_until_it_is_answered(served, shelf):
    shelf.release = Event()
    with httpx.Client(base_url=served.url, trust_env=False) as client:
        sending = [eventlet.spawn(send, client, size) for size in (CHUNK_BYTES, CHUNK_BYTES + 1)]
        while len(shelf.taken) < 2:
            eventlet.sleep(0.01)
        small, large = sorted((each.upload for each in shelf.taken), key=lambda one: one.size)
        assert not small.spool._rolled
        assert Path(f"/proc/self/fd/{large.spool.fileno()}").exists()

        shelf.release.send()
        assert [each.wait().status_code for each in sending] == [201, 201]

    assert small.spool.closed
    assert large.spool.closed


def test_more_files_than_a_caller_may_have_on_disk_are_429_and_small_ones_pass(served, shelf):
    shelf.release = Event()
    with httpx.Client(base_url=served.url, trust_env=False) as client:
        sending = [eventlet.spawn(send, client, CHUNK_BYTES * 2) for _ in range(2)]
        while len(shelf.taken) < 2:
            eventlet.sleep(0.01)

        refused = send(client, CHUNK_BYTES * 2)
        passing = eventlet.spawn(send, client, 10)
        while len(shelf.taken) < 3:
            eventlet.sleep(0.01)
        shelf.release.send()

        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_at_once")
        assert refused.headers["Retry-After"]
        assert [each.wait().status_code for each in (*sending, passing)] == [201] * 3
        assert send(client, CHUNK_BYTES * 2).status_code == 201


def test_twenty_mebibytes_are_taken_and_one_byte_more_is_413(client):
    assert send(client, FILE_LIMIT_BYTES).status_code == 201

    told = send(client, FILE_LIMIT_BYTES + 1)

    assert (told.status_code, told.json()["code"]) == (413, "body_too_large")
    assert told.json()["limit_bytes"] == FILE_LIMIT_BYTES


def test_a_body_that_says_it_is_too_large_is_413_before_any_of_it_is_read(served):
    head = b"POST /files HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"
    client = connect(served, head + b"Content-Length: %d\r\n\r\n" % (FORM_LIMIT_BYTES + 1))

    assert status(answer(client)) == 413


def test_a_disk_that_is_full_is_503_not_a_bug(client, monkeypatch):
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(streaming.SpooledTemporaryFile, "rollover", full)

    assert send(client, CHUNK_BYTES * 2).status_code == 503


def test_an_upload_sent_by_halves_is_408_in_time_and_its_place_is_free_again(served, shelf):
    head = b"POST /hurried-files HTTP/1.1\r\nHost: x\r\n"
    head += b"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000000\r\n\r\n"
    half = head + BOUNDARY + bytes(CHUNK_BYTES * 2)

    halves = [connect(served, half) for _ in range(2)]

    assert [status(answer(client)) for client in halves] == [408, 408]
    assert all(is_closed(client) for client in halves)
    gc.collect()
    assert served.app._incoming.taken == 0
    assert served.server.load.in_flight == 0


@pytest.mark.parametrize("body", [b"", b"no form", b"--b\r\n", BOUNDARY + b"never ends"])
def test_what_is_no_form_is_400_and_leaves_nothing_open(served, client, body):
    told = client.post(
        "/files", content=body, headers={"Content-Type": "multipart/form-data; boundary=b"}
    )

    assert told.status_code in (400, 422)
    assert served.app._incoming.taken == 0


def test_a_form_whose_heads_never_end_is_refused_before_it_fills_the_memory(client):
    told = client.post(
        "/files",
        content=b"--b\r\nX: " + b"x" * (2 << 20),
        headers={"Content-Type": "multipart/form-data; boundary=b"},
    )

    assert (told.status_code, told.json()["code"]) == (400, "malformed_form")


def test_a_download_comes_whole_with_its_length_and_is_not_made_when_it_is_known(client, shelf):
    told = client.get(f"/files/{3 * CHUNK_BYTES + 1}")

    assert len(told.content) == int(told.headers["Content-Length"]) == 3 * CHUNK_BYTES + 1
    made = shelf.handed_out
    assert client.head("/files/1000").headers["Content-Length"] == "1000"
    assert client.get("/files/1000", headers={"If-None-Match": '"v1"'}).status_code == 304
    assert shelf.handed_out == made


@pytest.mark.parametrize("served", [{"answer_seconds": SHORT_SECONDS}], indirect=True)
def test_a_download_is_made_only_as_fast_as_it_is_read_and_cut_when_it_is_not(served, shelf):
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(served.address)
    client.sendall(b"GET /files/20000000 HTTP/1.1\r\nHost: x\r\n\r\n")

    while not served.server.load.in_flight:
        eventlet.sleep(0.01)
    while served.server.load.in_flight:
        eventlet.sleep(0.01)
        assert client.recv(1024)
    client.close()

    assert shelf.handed_out < 80
    assert served.app._outgoing.taken == 0


def test_more_downloads_than_there_are_places_of_a_caller_are_429_until_one_ends(served, client):
    readers = [
        connect(served, b"GET /files/20000000 HTTP/1.1\r\nHost: x\r\n\r\n") for _ in range(2)
    ]
    while served.app._outgoing.taken < 2:
        eventlet.sleep(0.01)

    refused = client.get("/files/10")
    for reader in readers:
        reader.close()
    while served.app._outgoing.taken:
        eventlet.sleep(0.01)

    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_at_once")
    assert client.get("/files/10").status_code == 200


def test_a_download_that_breaks_off_ends_short_of_its_length(client, shelf, served):
    shelf.fails_after = CHUNK_BYTES

    with pytest.raises(httpx.RemoteProtocolError):
        client.get(f"/files/{4 * CHUNK_BYTES}")

    assert served.app._outgoing.taken == 0
