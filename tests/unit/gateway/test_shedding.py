"""When there is too much to do, those who look are turned away before any who files."""

import pytest

from edge.http1 import Head, Headers, Load
from gateway.shedding import FilingsFirst


def head(method: str, target: str) -> Head:
    return Head(method, target, "HTTP/1.1", Headers(), keep_alive=True, body_length=0)


FILING = head("POST", "/v1/obligations/o1/filings?pretty=1")
LISTING = head("GET", "/v1/obligations/o1/filings")
HEALTH = head("GET", "/healthz")


@pytest.mark.parametrize(
    ("in_flight", "turned_away"),
    [(0, []), (5, []), (6, [LISTING]), (7, [LISTING]), (8, [FILING, LISTING])],
)
def test_filings_have_every_place_and_the_rest_three_quarters(in_flight, turned_away):
    sheds = FilingsFirst(max_in_flight=8)

    assert [
        each for each in (FILING, LISTING, HEALTH) if sheds(each, Load(in_flight=in_flight))
    ] == turned_away
