"""The server against clients that are slow, large, many, rude or gone, over raw sockets."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from time import monotonic
from types import SimpleNamespace

import eventlet
import httpx
import pytest
from eventlet.event import Event
from eventlet.patcher import original
from prometheus_client import REGISTRY

from chassis.http1 import BodyRefused, read_body
from chassis.web import WebLimits, WebServer

BODY_SECONDS = 0.3
LIMIT_BYTES = 1000
QUICK = WebLimits(
    head_seconds=0.3, idle_seconds=0.5, write_seconds=1, linger_seconds=0.2, backlog=256
)
POST = b"POST / HTTP/1.1\r\nHost: x\r\n"
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


class Site:
    """An app that says how many bytes it got; `/held` answers only when `release` is sent."""

    def __init__(self) -> None:
        self.entered = Event()
        self.release = Event()

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] == "/bug":
            raise RuntimeError("the password is hunter2")
        if environ["PATH_INFO"] == "/held":
            if not self.entered.ready():
                self.entered.send()
            self.release.wait()
        if environ["PATH_INFO"] == "/unread":
            return self._say(start_response, "200 OK", b"unread")
        try:
            body = read_body(environ, LIMIT_BYTES, BODY_SECONDS)
        except BodyRefused as refused:
            return self._say(start_response, f"{refused.status} Refused", b"")
        return self._say(start_response, "200 OK", b"%d" % len(body))

    def _say(self, start_response, status, said):
        start_response(status, [("Content-Length", str(len(said)))])
        return [said]


Serve = Callable[..., SimpleNamespace]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve the site with some limits; returns its server, its site and its address."""
    servers: list[WebServer] = []

    def start(limits: WebLimits = QUICK, **options: object) -> SimpleNamespace:
        site = Site()
        server = WebServer(site, **{"port": 0, "limits": limits, **options})
        server.start()
        servers.append(server)
        return SimpleNamespace(
            server=server, site=site, address=("127.0.0.1", server.port), open=[]
        )

    yield start
    for server in servers:
        server.stop(0)


def limits(**changes: float) -> WebLimits:
    return WebLimits(**{**vars(QUICK), **changes})


def connect(served: SimpleNamespace, sent: bytes = b"") -> socket.socket:
    client = socket.create_connection(served.address, timeout=3)
    client.sendall(sent)
    served.open.append(client)
    return client


def answer(client: socket.socket) -> bytes:
    """Return the next answer with a Content-Length on a connection, or what came before EOF."""
    received = b""
    while b"\r\n\r\n" not in received and (more := client.recv(1)):
        received += more
    head, _, _ = received.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            left = int(line.split(b":")[1])
            while left and (more := client.recv(left)):
                received += more
                left -= len(more)
    return received


def is_closed(client: socket.socket) -> bool:
    """Wait for the server's end of the connection."""
    return client.recv(1) == b""


def status(received: bytes) -> int:
    return int(received.split(b" ", 2)[1])


def test_several_requests_are_answered_on_one_connection(serve):
    client = connect(serve(), POST + b"Content-Length: 3\r\n\r\nabc" + GET)

    assert answer(client).endswith(b"\r\n\r\n3")
    assert answer(client).endswith(b"\r\n\r\n0")


def test_a_half_sent_body_is_408_within_its_deadline_and_others_are_served_meanwhile(serve):
    served = serve()
    since = monotonic()
    half_sent = connect(served, POST + b"Content-Length: 10\r\n\r\nabc")

    assert status(answer(connect(served, GET))) == 200
    assert monotonic() - since < BODY_SECONDS

    refusal = answer(half_sent)
    assert status(refusal) == 408
    assert b"Connection: close" in refusal
    assert BODY_SECONDS * 0.9 < monotonic() - since < BODY_SECONDS * 3
    assert is_closed(half_sent)


def test_two_hundred_half_sent_bodies_stop_nobody_and_count_as_nothing_in_flight(serve):
    served = serve(limits(max_in_flight=5))
    half_sent = [connect(served, POST + b"Content-Length: 10\r\n\r\nabc") for _ in range(200)]

    assert status(answer(connect(served, GET))) == 200
    assert [status(answer(client)) for client in half_sent] == [408] * 200


def test_a_body_that_drips_is_408_at_the_deadline_however_steadily_it_comes(serve):
    served = serve()
    dripping = connect(served, POST + b"Content-Length: 1000\r\n\r\n")
    since = monotonic()

    def drip():
        while monotonic() - since < 2:
            dripping.sendall(b".")
            eventlet.sleep(0.02)

    dripper = eventlet.spawn(drip)
    refusal = answer(dripping)
    dripper.kill()

    assert status(refusal) == 408
    assert monotonic() - since < BODY_SECONDS * 3


def test_a_head_that_drips_is_408_at_the_deadline(serve):
    served = serve()
    client = connect(served, b"GET / HT")

    assert status(answer(client)) == 408
    assert is_closed(client)


def test_a_client_that_says_nothing_is_closed_without_a_word(serve):
    assert is_closed(connect(serve()))


def test_a_connection_left_idle_after_an_answer_is_closed(serve):
    client = connect(serve(), GET)
    answer(client)
    since = monotonic()

    assert is_closed(client)
    assert monotonic() - since == pytest.approx(QUICK.idle_seconds, abs=0.3)


def test_a_body_that_says_it_is_too_large_is_413_before_a_byte_of_it_is_sent(serve):
    client = connect(serve(), POST + b"Content-Length: 1001\r\n\r\n")

    refusal = answer(client)

    assert status(refusal) == 413
    assert b"Connection: close" in refusal
    assert is_closed(client)


def test_a_client_that_sends_on_regardless_still_reads_its_413(serve):
    served = serve()

    refused = httpx.post(
        f"http://127.0.0.1:{served.server.port}/", content=b"x" * (3 << 20), trust_env=False
    )

    assert refused.status_code == 413


def test_a_refused_client_with_bytes_still_on_the_way_is_not_reset(serve):
    client = connect(serve(), POST + b"Content-Length: 200000\r\n\r\n" + b"x" * 100_000)

    assert status(answer(client)) == 413
    client.sendall(b"x" * 50_000)
    assert is_closed(client)


def test_a_body_in_chunks_is_read_and_refused_as_soon_as_it_grows_too_large(serve):
    served = serve()
    chunked = POST + b"Transfer-Encoding: chunked\r\n\r\n"

    small = connect(served, chunked + b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: t\r\n\r\n" + GET)
    large = connect(served, chunked + b"3E8\r\n" + b"x" * 1000 + b"\r\n1\r\n")

    assert answer(small).endswith(b"\r\n\r\n5")
    assert answer(small).endswith(b"\r\n\r\n0")
    assert status(answer(large)) == 413
    assert is_closed(large)


@pytest.mark.parametrize(
    "chunks", [b"x\r\n", b"-1\r\n", b"0x1\r\na\r\n", b"1\r\nab\r\n", b"1\na\r\n", b"\r\n"]
)
def test_broken_chunks_are_400_and_end_the_connection(serve, chunks):
    client = connect(serve(), POST + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + GET)

    assert status(answer(client)) == 400
    assert is_closed(client)


def test_a_body_cut_short_by_its_sender_is_400(serve):
    client = connect(serve(), POST + b"Content-Length: 10\r\n\r\nabc")
    client.shutdown(socket.SHUT_WR)

    assert status(answer(client)) == 400


def test_what_follows_an_unread_body_is_never_taken_for_a_request(serve):
    client = connect(
        serve(),
        b"POST /unread HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(GET) + GET,
    )

    assert b"Connection: close" in answer(client)
    assert is_closed(client)


def test_an_error_with_its_body_read_keeps_the_connection(serve):
    refusing = serve(sheds=lambda environ, load: False)
    client = connect(refusing, POST + b"Content-Length: 3\r\n\r\nabc")
    answer(client)

    client.sendall(GET)

    assert status(answer(client)) == 200


def test_a_client_that_waits_for_100_continue_is_invited(serve):
    expecting = POST + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n"
    served = serve()

    invited = connect(served, expecting % 3)
    assert answer(invited) == b"HTTP/1.1 100 Continue\r\n\r\n"
    invited.sendall(b"abc" + GET)
    assert answer(invited).endswith(b"\r\n\r\n3")
    assert status(answer(invited)) == 200

    uninvited = connect(served, expecting % 1001)
    assert status(answer(uninvited)) == 413


@pytest.mark.parametrize(
    ("head", "refusal"),
    [
        (b"GARBAGE\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\n folded: b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n", 400),
        (POST + b"Content-Length: +3\r\n\r\nabc", 400),
        (POST + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400),
        (POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc", 400),
        (b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (POST + b"Transfer-Encoding: gzip\r\n\r\n", 501),
        (b"GET /" + b"x" * 8200 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 8200 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 101 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + (b"A: " + b"x" * 8000 + b"\r\n") * 5 + b"\r\n", 431),
        (b"GET / HTTP/2.0\r\n\r\n", 505),
    ],
)
def test_a_head_against_the_protocol_or_its_limits_is_refused_and_closed(serve, head, refusal):
    client = connect(serve(), head + GET)

    told = answer(client)

    assert status(told) == refusal
    assert b"application/problem+json" in told
    assert is_closed(client)


def test_a_header_that_could_pass_for_another_is_dropped(serve):
    client = connect(serve(), b"POST / HTTP/1.1\r\nHost: x\r\nContent_Length: 9\r\n\r\n" + GET)

    assert [status(answer(client)) for _ in range(2)] == [200, 200]


def test_a_connection_over_the_bound_is_told_503_at_once_and_served_after_one_left(serve):
    served = serve(limits(max_connections=2, idle_seconds=5, head_seconds=5))
    first, second = connect(served, GET), connect(served)
    answer(first)
    since = monotonic()

    told = answer(connect(served, POST + b"Content-Length: 500\r\n\r\n"))

    assert status(told) == 503
    assert b"Retry-After: 5" in told
    assert monotonic() - since < 0.5
    second.close()
    with eventlet.Timeout(2):
        while status(answer(connect(served, GET))) == 503:
            pass


def test_a_request_over_the_bound_in_flight_is_told_503_with_its_body_unread(serve):
    served = serve(limits(max_in_flight=1))
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


def test_who_is_shed_can_be_decided_from_outside(serve):
    served = serve(sheds=lambda environ, load: environ["REQUEST_METHOD"] == "GET")

    assert status(answer(connect(served, GET))) == 503
    assert status(answer(connect(served, POST + b"\r\n"))) == 200


def test_a_bug_in_the_app_is_500_with_no_insides_and_the_server_goes_on(serve):
    served = serve()

    told = answer(connect(served, b"GET /bug HTTP/1.1\r\nHost: x\r\n\r\n"))

    assert status(told) == 500
    assert b"hunter2" not in told
    assert status(answer(connect(served, GET))) == 200


def test_a_client_with_a_full_pipe_does_not_starve_another(serve):
    served = serve(limits(head_seconds=5))
    greedy = connect(served)
    flood = eventlet.spawn(greedy.sendall, GET * 20_000)
    reading = eventlet.spawn(lambda: [answer(greedy) for _ in range(20_000)])
    eventlet.sleep(0)

    since = monotonic()
    assert status(answer(connect(served, GET))) == 200
    waited = monotonic() - since
    flood.kill()
    reading.kill()

    assert waited < 1


def test_a_client_that_never_reads_its_answer_is_let_go(serve):
    def vast(environ, start_response):
        start_response("200 OK", [("Content-Length", str(64 << 20))])
        return [b"x" * (64 << 20)]

    served = serve(limits(write_seconds=0.2))
    served.server.app = vast
    connect(served, GET)

    with eventlet.Timeout(3):
        while served.server.load.connections == 0:
            eventlet.sleep(0)
        while served.server.load.connections:
            eventlet.sleep(0.01)


def test_stopping_finishes_what_is_in_flight_closes_the_idle_and_takes_nobody_new(serve):
    served = serve(limits(idle_seconds=30, head_seconds=30))
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
    queued = [blocking.create_connection(served.address, timeout=3) for _ in range(3)]
    for client in queued:
        client.sendall(GET)

    assert served.server.stop(1) is True
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
    first, second = serve(port=port), serve(port=port)

    assert first.server.stop(1) is True
    assert status(answer(connect(second, GET))) == 200
