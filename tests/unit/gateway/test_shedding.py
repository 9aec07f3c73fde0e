"""When there is too much to do, those who look are turned away before any who files is."""

import pytest

from edge.http1 import Head, Headers, Load
from gateway.resources import all_routes
from gateway.router import Router
from gateway.shedding import FilingsFirst

ROUTER = Router(all_routes())
FILING = ("POST", "/v1/obligations/o1/filings?pretty=1")
LISTING = ("GET", "/v1/obligations/o1/filings")
HEALTH = ("GET", "/healthz")
NOWHERE = ("POST", "/v1/nowhere/filings")


def turned_away(in_flight: int) -> list[tuple[str, str]]:
    sheds = FilingsFirst(8, ROUTER)
    return [
        (method, target)
        for method, target in (FILING, LISTING, HEALTH, NOWHERE)
        if sheds(
            Head(method, target, "HTTP/1.1", Headers(), keep_alive=True, body_length=0),
            Load(in_flight=in_flight),
        )
    ]


@pytest.mark.parametrize(
    ("in_flight", "shed"),
    [
        (0, []),
        (5, []),
        (6, [LISTING, NOWHERE]),
        (7, [LISTING, NOWHERE]),
        (8, [FILING, LISTING, NOWHERE]),
    ],
)
def test_filings_have_every_place_and_the_rest_three_quarters(in_flight, shed):
    assert turned_away(in_flight) == shed


def test_only_filing_is_shed_last_and_only_health_never():
    shed = {(one.shed, one.method, one.path) for one in all_routes() if one.shed != "first"}

    assert shed == {
        ("last", "POST", "/v1/obligations/{obligation_id}/filings"),
        ("never", "GET", "/healthz"),
    }
