"""Nobody can have all the places: not one address, and not with half-sent heads."""

import socket

import eventlet
import pytest

from edge.server import place_of
from tests.builders.waiting import HANG_SECONDS
from tests.component.edge.raw_http import GET, answer, connect, is_closed, limits, status

PER_ADDRESS = 3
PLACES = limits(max_connections=8, connections_per_address=PER_ADDRESS)


def connect_from(served, address, sent=b""):
    client = socket.create_connection(
        served.address, timeout=HANG_SECONDS, source_address=(address, 0)
    )
    client.sendall(sent)
    served.open.append(client)
    return client


@pytest.mark.parametrize(("held", "told"), [(PER_ADDRESS - 1, 200), (PER_ADDRESS, 503)])
def test_an_address_has_so_many_places_and_others_are_served_all_the_same(serve, held, told):
    served = serve(PLACES)
    for _ in range(held):
        connect(served, b"GET / HT")

    assert status(answer(connect(served, GET))) == told
    assert status(answer(connect_from(served, "127.0.0.2", GET))) == 200


def test_a_place_that_was_left_is_free_again(serve):
    served = serve(PLACES)
    held = [connect(served, b"GET / HT") for _ in range(PER_ADDRESS)]
    assert status(answer(connect(served, GET))) == 503

    held[0].close()

    with eventlet.Timeout(HANG_SECONDS):
        while status(answer(connect(served, GET))) == 503:
            pass


def test_a_proxy_may_have_every_place(serve):
    served = serve(PLACES, is_proxy=lambda peer: peer == "127.0.0.1")
    for _ in range(PLACES.max_connections - 1):
        connect(served, b"GET / HT")

    assert status(answer(connect(served, GET))) == 200


def test_when_nearly_all_places_are_taken_a_head_has_less_time(serve):
    served = serve(limits(max_connections=4, full_head_seconds=0.2))
    patient = [connect(served, b"GET / HT") for _ in range(2)]
    assert served.server.head_seconds == HANG_SECONDS

    hurried = connect(served, b"GET / HT")

    assert status(answer(hurried)) == 408
    assert is_closed(hurried)
    patient[0].sendall(b"TP/1.1\r\nHost: x\r\n\r\n")
    assert status(answer(patient[0])) == 200


@pytest.mark.parametrize(
    ("peer", "place"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_of_ipv6_a_whole_network_of_64_bits_is_one_address(peer, place):
    assert place_of(peer) == place
