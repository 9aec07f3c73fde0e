"""The ops port of a process: who dawdles there holds nobody up."""

import socket

import eventlet
import pytest
from eventlet.event import Event

from chassis import ops_server
from chassis.ops_server import OpsServer
from contracts.safe_headers import SAFE_HEADERS
from tests.builders.waiting import soon

GET = b"GET /page HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture
def server():
    """A server of one page."""
    serving = OpsServer({"/page": lambda: (200, "text/plain", b"here")}, host="127.0.0.1", port=0)
    serving.start()
    yield serving
    serving.stop(0)


def ask(server, sent):
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(sent)
        return client.makefile("rb").read()


def test_a_page_is_answered_with_the_headers_of_every_answer_and_the_connection_closed(server):
    told = ask(server, GET)

    assert told.startswith(b"HTTP/1.1 200 OK\r\n")
    assert told.endswith(b"\r\n\r\nhere")
    for name, value in SAFE_HEADERS:
        assert f"\r\n{name}: {value}\r\n".encode() in told


@pytest.mark.parametrize("sent", [b"\r\n\r\n", b"\xff\x00 \r\n\r\n", b"x" * ops_server.HEAD_BYTES])
def test_what_is_no_request_gets_no_page(server, sent):
    assert ask(server, sent).startswith(b"HTTP/1.1 404 ")


def test_half_sent_requests_in_every_place_are_let_go_and_others_served(server, monkeypatch):
    monkeypatch.setattr(ops_server, "SECONDS", 0.3)
    half_sent = [
        socket.create_connection(("127.0.0.1", server.port)) for _ in range(ops_server.AT_ONCE)
    ]
    for client in half_sent:
        client.sendall(b"GET /pa")

    assert ask(server, GET).endswith(b"here")
    for client in half_sent:
        with client:
            assert client.recv(1) == b""


def is_refused(port):
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionError as problem:  # reset, when it stood in the queue as that was closed
        return isinstance(problem, ConnectionRefusedError)
    return False


def test_stopping_answers_what_was_asked_and_takes_nobody_new():
    entered, release = Event(), Event()

    def held():
        entered.send()
        release.wait()
        return 200, "text/plain", b"held"

    server = OpsServer({"/page": held}, host="127.0.0.1", port=0)
    server.start()
    asking = eventlet.spawn(ask, server, GET)
    entered.wait()
    port = server.port
    stopping = eventlet.spawn(server.stop, 10)

    soon(lambda: is_refused(port))
    release.send()
    stopping.wait()
    assert asking.wait().endswith(b"held")


def test_a_port_in_use_stops_the_start_and_stopping_after_that_is_harmless(server):
    late = OpsServer({}, host="127.0.0.1", port=server.port)

    with pytest.raises(OSError, match="in use"):
        late.start()

    late.stop(0)
