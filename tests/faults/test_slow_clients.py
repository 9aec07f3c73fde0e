"""Clients who send half a filing, or a byte a second, hold up nobody and are told 408."""

import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.builders.waiting import HANG_SECONDS
from tests.faults.conftest import OFFICERS

HALF_SENT = 200
BODY_BYTES = 4_000
SOON_SECONDS = 3.0


def head_of_a_filing(officer, number):
    return (
        f"POST /v1/obligations/no-such-obligation/filings HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: {officer.client.headers['Authorization']}\r\n"
        f"Idempotency-Key: half-{number}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {BODY_BYTES}\r\n\r\n"
    ).encode()


def status_of(sock):
    return int(sock.recv(1 << 10).split(b" ", 2)[1])


@pytest.fixture
def half_sent(stack, country):
    """Connections to the gateway, each with half a body sent."""
    address = ("127.0.0.1", stack.site.port)
    socks = []
    for number in range(HALF_SENT):
        sock = socket.create_connection(address, HANG_SECONDS)
        sock.sendall(head_of_a_filing(country.officers[number % OFFICERS], number))
        sock.sendall(b"{" + b" " * (BODY_BYTES // 2))
        socks.append(sock)
    yield socks
    for sock in socks:
        sock.close()


@pytest.fixture
def slow(stack, country):
    """A connection to the gateway on which a body comes, as slowly as `drip` is called."""
    with socket.create_connection(("127.0.0.1", stack.site.port), HANG_SECONDS) as sock:
        sock.sendall(head_of_a_filing(country.officers[0], "slow"))
        yield sock


def drip(sock, seconds):
    """Send a byte a second, for so long or until there is an answer."""
    sock.settimeout(1.0)
    for _ in range(int(seconds)):
        sock.sendall(b" ")
        try:
            return status_of(sock)
        except TimeoutError:
            continue
    return None


def test_officers_file_while_others_send_half_a_body(stack, half_sent, slow, during_load):
    with during_load([stack.url], slowest_seconds=SOON_SECONDS), ThreadPoolExecutor(2) as beside:
        slow_answer = beside.submit(drip, slow, HANG_SECONDS)
        answers = {status_of(sock) for sock in half_sent}

    assert answers == {408}
    assert slow_answer.result() == 408
