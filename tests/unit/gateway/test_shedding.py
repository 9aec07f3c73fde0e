"""When there is too much to do, those who look are turned away before any who files."""

import pytest

from chassis.http1 import Load
from gateway.shedding import FilingsFirst

FILING = {"REQUEST_METHOD": "POST", "PATH_INFO": "/v1/obligations/o1/filings"}
LISTING = {"REQUEST_METHOD": "GET", "PATH_INFO": "/v1/obligations/o1/filings"}
HEALTH = {"REQUEST_METHOD": "GET", "PATH_INFO": "/healthz"}


@pytest.mark.parametrize(
    ("in_flight", "turned_away"),
    [(0, []), (5, []), (6, [LISTING]), (7, [LISTING]), (8, [FILING, LISTING])],
)
def test_filings_have_every_place_and_the_rest_three_quarters(in_flight, turned_away):
    sheds = FilingsFirst(max_in_flight=8)

    assert [
        each for each in (FILING, LISTING, HEALTH) if sheds(each, Load(in_flight=in_flight))
    ] == turned_away
