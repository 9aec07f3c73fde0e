"""The server with more than it takes, with bad apps and rude clients, and when it stops."""

import socket

import eventlet
import pytest
from eventlet.patcher import original
from prometheus_client import REGISTRY

from edge.server import WebServer
from tests.builders.waiting import HANG_SECONDS, soon
from tests.component.edge.raw_http import (
    GET,
    POST,
    SHORT_SECONDS,
    Site,
    answer,
    connect,
    is_closed,
    limits,
    status,
)


def test_a_connection_over_the_bound_is_told_503_at_once_and_served_after_one_left(serve):
    served = serve(limits(max_connections=2))
    first, second = connect(served, GET), connect(served)
    answer(first)

    told = answer(connect(served, POST + b"Content-Length: 500\r\n\r\n"))

    assert status(told) == 503
    assert b"Retry-After: 5" in told
    second.close()
    with eventlet.Timeout(HANG_SECONDS):
        while status(answer(connect(served, GET))) == 503:
            pass


def test_a_request_over_the_bound_in_flight_is_told_503_with_its_body_unread(serve):
    served = serve(limits(max_in_flight=1, linger_seconds=SHORT_SECONDS))
    held = connect(served, b"GET /held HTTP/1.1\r\nHost: x\r\n\r\n")
    served.site.entered.wait()

    def shed_so_far():
        return REGISTRY.get_sample_value("web_refused_total", {"reason": "in_flight"}) or 0

    before = shed_so_far()
    told = answer(connect(served, POST + b"Content-Length: 500\r\n\r\n"))
    served.site.release.send()

    assert (status(told), shed_so_far()) == (503, before + 1)
    assert b"Retry-After" in told
    assert status(answer(held)) == 200


def test_a_connection_is_kept_when_the_request_that_was_shed_is_all_there(serve):
    served = serve(limits(max_in_flight=1))
    held = connect(served, b"GET /held HTTP/1.1\r\nHost: x\r\n\r\n")
    served.site.entered.wait()
    client = connect(served, POST + b"Content-Length: 5\r\n\r\nfirst")
    told = answer(client)
    served.site.release.send()
    answer(held)

    client.sendall(POST + b"Content-Length: 6\r\n\r\nsecond")

    assert (status(told), b"Connection: keep-alive" in told) == (503, True)
    assert answer(client).endswith(b"\r\n\r\n6")
    assert served.server.load.in_flight == 0


def test_who_is_shed_can_be_decided_from_outside(serve):
    served = serve(sheds=lambda head, load: head.method == "GET")

    assert status(answer(connect(served, GET))) == 503
    assert status(answer(connect(served, POST + b"\r\n"))) == 200


def test_a_bug_in_the_app_is_500_with_no_insides_and_the_server_goes_on(serve):
    served = serve()

    told = answer(connect(served, b"GET /bug HTTP/1.1\r\nHost: x\r\n\r\n"))

    assert status(told) == 500
    assert b"hunter2" not in told
    assert status(answer(connect(served, GET))) == 200


def test_a_client_with_a_full_pipe_does_not_starve_another(serve):
    served = serve()
    greedy = connect(served)
    answered = []
    flood = eventlet.spawn(greedy.sendall, GET * 20_000)
    reading = eventlet.spawn(lambda: [answered.append(answer(greedy)) for _ in range(20_000)])
    soon(lambda: answered)
    before = len(answered)

    assert status(answer(connect(served, GET))) == 200
    meanwhile = len(answered) - before
    flood.kill()
    reading.kill()

    assert meanwhile < 1_000


def test_a_client_that_never_reads_its_answer_is_let_go(serve):
    def vast(environ, start_response):
        start_response("200 OK", [("Content-Length", str(64 << 20))])
        return [b"x" * (64 << 20)]

    served = serve(limits(write_seconds=0.2))
    served.server.app = vast
    connect(served, GET)

    with eventlet.Timeout(HANG_SECONDS):
        while served.server.load.connections == 0:
            eventlet.sleep(0)
        while served.server.load.connections:
            eventlet.sleep(0.01)


def test_stopping_finishes_what_is_in_flight_closes_the_idle_and_takes_nobody_new(serve):
    served = serve()
    idle = connect(served, GET)
    answer(idle)
    silent = connect(served)
    held = connect(served, b"GET /held HTTP/1.1\r\nHost: x\r\n\r\n")
    served.site.entered.wait()

    stopping = eventlet.spawn(served.server.stop, 5)
    assert is_closed(idle)
    assert is_closed(silent)
    with pytest.raises(ConnectionRefusedError):
        connect(served)
    assert not stopping.dead
    served.site.release.send()

    told = answer(held)
    assert status(told) == 200
    assert b"Connection: close" in told
    assert stopping.wait() is True


def test_stopping_still_answers_who_is_in_the_kernels_queue(serve):
    served = serve()
    blocking = original("socket")  # its calls do not let the server run
    queued = [blocking.create_connection(served.address, timeout=HANG_SECONDS) for _ in range(3)]
    for client in queued:
        client.sendall(GET)

    assert served.server.stop(HANG_SECONDS) is True
    for client in queued:
        with client:
            assert status(answer(client)) == 200


def test_stopping_cuts_what_outlasts_the_grace(serve):
    served = serve()
    held = connect(served, b"GET /held HTTP/1.1\r\nHost: x\r\n\r\n")
    served.site.entered.wait()

    assert served.server.stop(0.1) is False
    assert is_closed(held)


def test_two_servers_share_a_port(serve):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    first, second = (serve(port=port, shares_port=True) for _ in range(2))

    assert first.server.stop(HANG_SECONDS) is True
    assert status(answer(connect(second, GET))) == 200


def test_a_port_in_use_stops_the_start_and_stopping_after_that_is_harmless(serve):
    late = WebServer(Site(), port=serve().server.port)

    with pytest.raises(OSError, match="in use"):
        late.start()

    assert late.stop(0) is True
