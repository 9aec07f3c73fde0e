"""The server reading requests: slow, large, broken or hostile ones, over raw sockets."""

import socket

import eventlet
import httpx
import pytest

from contracts.safe_headers import SAFE_HEADERS
from edge import http1
from tests.builders.waiting import HANG_SECONDS
from tests.component.edge.raw_http import (
    GET,
    LIMIT_BYTES,
    POST,
    ROOMY,
    SHORT_SECONDS,
    answer,
    connect,
    is_closed,
    limits,
    status,
)


def test_several_requests_are_answered_on_one_connection(serve):
    client = connect(serve(), POST + b"Content-Length: 3\r\n\r\nabc" + GET)

    assert answer(client).endswith(b"\r\n\r\n3")
    assert answer(client).endswith(b"\r\n\r\n0")


def test_a_half_sent_body_is_408_within_its_deadline_and_others_are_served_meanwhile(serve):
    served = serve()
    patient = connect(served, POST + b"Content-Length: 10\r\n\r\nabc")
    assert status(answer(connect(served, GET))) == 200

    served.site.body_seconds = SHORT_SECONDS
    half_sent = connect(served, POST + b"Content-Length: 10\r\n\r\nabc")

    refusal = answer(half_sent)
    assert status(refusal) == 408
    assert b"Connection: close" in refusal
    assert is_closed(half_sent)
    patient.sendall(b"defghij")
    assert status(answer(patient)) == 200


def test_two_hundred_half_sent_bodies_stop_nobody_and_count_as_nothing_in_flight(serve):
    served = serve(limits(max_in_flight=5))
    served.site.body_seconds = SHORT_SECONDS
    half_sent = [connect(served, POST + b"Content-Length: 10\r\n\r\nabc") for _ in range(200)]

    assert status(answer(connect(served, GET))) == 200
    assert [status(answer(client)) for client in half_sent] == [408] * 200


def test_a_body_that_drips_is_408_at_the_deadline_however_steadily_it_comes(serve):
    served = serve()
    served.site.body_seconds = SHORT_SECONDS
    dripping = connect(served, POST + b"Content-Length: 1000\r\n\r\n")

    def drip():
        while True:
            dripping.sendall(b".")
            eventlet.sleep(0.02)

    dripper = eventlet.spawn(drip)
    refusal = answer(dripping)
    dripper.kill()

    assert status(refusal) == 408  # though no pause was long, and it would have come whole


def test_a_head_that_drips_is_408_at_the_deadline(serve):
    served = serve(limits(head_seconds=SHORT_SECONDS))
    client = connect(served, b"GET / HT")

    assert status(answer(client)) == 408
    assert is_closed(client)


def test_a_client_that_says_nothing_is_closed_without_a_word(serve):
    assert is_closed(connect(serve(limits(head_seconds=SHORT_SECONDS))))


def test_a_connection_left_idle_after_an_answer_is_closed(serve):
    client = connect(serve(limits(idle_seconds=SHORT_SECONDS)), GET)
    answer(client)

    assert is_closed(client)


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
    assert is_closed(client)
    client.sendall(b"x" * 50_000)  # a reset would make this raise


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
    "chunks",
    [
        *(b"x\r\n", b"-1\r\n", b"0x1\r\na\r\n", b"1\r\nab\r\n", b"1\na\r\n", b"\r\n"),
        *(b"0\r\n\n", b"0\r\nT: t\n\r\n", b"0\r\nno trailer\r\n\r\n", b"0\r\nT: \x00\r\n\r\n"),
        *(b"0\r\nT : t\r\n\r\n", b"0\r\n t\r\n\r\n", b"0\r\nT: t\r\r\n\r\n"),
    ],
)
def test_broken_chunks_are_400_and_end_the_connection(serve, chunks):
    client = connect(serve(), POST + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + GET)

    assert status(answer(client)) == 400
    assert is_closed(client)


MOST_CHUNKS = http1._CHUNKS_AT_ONCE + LIMIT_BYTES // http1._CHUNK_BYTES


@pytest.mark.parametrize(("chunks", "told"), [(MOST_CHUNKS, 200), (MOST_CHUNKS + 1, 413)])
def test_a_body_may_not_come_in_more_chunks_than_its_bytes_are_worth(serve, chunks, told):
    body = b"1\r\nx\r\n" * chunks + b"0\r\n\r\n"

    client = connect(serve(), POST + b"Transfer-Encoding: chunked\r\n\r\n" + body)

    assert status(answer(client)) == told


@pytest.mark.parametrize(
    ("path", "query", "told"),
    [(0, 0, 200), (0, 2_000, 200), (1, 0, 414), (1, 2_000, 414)],
)
def test_a_path_is_bounded_more_closely_than_its_query(serve, path, query, told):
    target = b"/" + b"x" * (ROOMY.path_bytes - 1 + path) + b"?" + b"y" * query

    client = connect(serve(), b"GET " + target + b" HTTP/1.1\r\nHost: x\r\n\r\n")

    assert status(answer(client)) == told


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
    refusing = serve(sheds=lambda head, load: False)
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


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HT", 408),
        (b"GET /" + b"x" * ROOMY.request_line_bytes + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * ROOMY.request_line_bytes + b"\r\n\r\n", 431),
        (b"GET /bug HTTP/1.1\r\nHost: x\r\n\r\n", 500),
        (b"GET / HTTP/2.0\r\n\r\n", 505),
    ],
)
def test_what_the_server_refuses_itself_has_the_headers_of_every_answer(serve, sent, told):
    seconds = SHORT_SECONDS if told == 408 else HANG_SECONDS
    refusal = answer(connect(serve(limits(head_seconds=seconds)), sent))

    assert status(refusal) == told
    for name, value in SAFE_HEADERS:
        assert f"\r\n{name}: {value}\r\n".lower().encode() in refusal.lower()


def test_so_has_what_is_turned_away(serve):
    refusals = [
        answer(connect(serve(limits(max_connections=0)), GET)),
        answer(connect(serve(limits(max_in_flight=0)), GET)),
    ]

    assert [status(refusal) for refusal in refusals] == [503, 503]
    for name, value in SAFE_HEADERS:
        assert all(f"\r\n{name}: {value}\r\n".encode() in refusal for refusal in refusals)
