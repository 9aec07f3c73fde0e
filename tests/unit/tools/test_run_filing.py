from datetime import date

import httpx
import pytest

from services.reports.forms import get_form
from tools.journey.client import Api, JourneyFailed
from tools.journey.filing import Filer, Manner

DUTY = "/v1/obligations/ethics-2568-1-o-1"
TAKEN_IN = {"filing_id": "f", "accepted_at": "…", "status_url": "/v1/filings/f?ticket=t"}
RECEIPT = {"number": "0000-0000-0000", "on_time": True}


def a_filer(**answers):
    """A filer before a gateway that gives these answers, one after the other, by path."""
    waiting = {
        "/v1/sessions": [(201, {"token": "t"})],
        "/v1/obligations": [
            (
                200,
                {"items": [{"id": "ethics-2568-1-o-1", "organisation": {"district_code": "8101"}}]},
            )
        ],
        f"{DUTY}/filings": answers["filings"],
        "/v1/filings/f": answers.get("status", []),
        "/v1/filings/f/receipt": [(200, RECEIPT)],
    }

    def answer(request):
        status, content = waiting[request.url.path].pop(0)
        return httpx.Response(status, json=content)

    http = httpx.Client(transport=httpx.MockTransport(answer), base_url="http://sucharit.test")
    form = get_form("ethics-2568", 1).definition
    return Filer(Api(http), "a password", form, date(2026, 1, 31))


def file_one(filer):
    return filer.file("6810409-1", "ethics-2568-1", Manner())


def test_what_is_taken_in_but_not_recorded_is_looked_up_until_there_is_a_receipt():
    filer = a_filer(
        filings=[(202, TAKEN_IN)],
        status=[(200, {"state": "accepted"}), (200, {"state": "recorded"})],
    )

    assert file_one(filer).receipt == RECEIPT


def test_what_is_taken_in_and_then_rejected_is_said_with_the_reason():
    rejected = {"state": "rejected", "problem": {"code": "window_closed"}}
    filer = a_filer(filings=[(202, TAKEN_IN)], status=[(200, rejected)])

    with pytest.raises(JourneyFailed, match=r"f was rejected: .*window_closed"):
        file_one(filer)


def test_a_repeat_that_is_not_answered_alike_is_found():
    once = {"receipt": RECEIPT}
    filer = a_filer(filings=[(201, once), (201, once)])

    with pytest.raises(JourneyFailed, match="was not answered alike"):
        filer.file_all("ethics-2568-1", ["6810409-1"], lambda done, total: None)
