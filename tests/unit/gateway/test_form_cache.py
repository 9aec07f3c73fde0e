"""A filing does not wait for reports when the round's form is known, whatever was missed."""

from typing import Any

import eventlet
import pytest
from eventlet.event import Event

from contracts.collecting.rounds import RoundPurged
from contracts.errors import ServiceUnavailable
from gateway.form_cache import FormCache
from tests.builders.waiting import HANG_SECONDS, soon

FORM = {"id": "ethics", "version": 1}


class Reports:
    """Knows one round; may be away, or have purged it."""

    def __init__(self) -> None:
        self.refusal: Exception | None = None
        self.asked = self.refused = 0
        self.may_refuse = Event()

    def get_round(self, by: dict[str, Any], round_id: str) -> dict[str, Any]:
        self.asked += 1
        if self.refusal is not None:
            self.may_refuse.wait()
            self.refused += 1
            raise self.refusal
        return {"form": FORM, "state": "open", "year_be": 2570, "year_basis": "calendar"}

    def get_form(self, form_id: str, version: int) -> dict[str, Any]:
        return {"id": form_id, "version": version, "title_th": "", "year_basis": "calendar"}


@pytest.fixture
def reports():
    return Reports()


@pytest.fixture
def forms(reports, monkeypatch):
    monkeypatch.setattr("gateway.form_cache.Form", lambda definition: definition["id"])
    forms = FormCache(reports)
    assert forms.of_round({}, "round") == FORM["id"]
    return forms


def test_a_round_in_doubt_is_used_while_reports_is_away_and_asked_for_again(reports, forms):
    reports.refusal = ServiceUnavailable(service="reports")
    forms.doubt_all()

    for times in (1, 2, 3):
        with eventlet.Timeout(HANG_SECONDS):
            assert forms.of_round({}, "round") == FORM["id"]
        reports.may_refuse.send()
        soon(lambda times=times: reports.refused == times)
        reports.may_refuse = Event()

    assert reports.asked == 4


def test_a_round_in_doubt_is_asked_for_once(reports, forms):
    forms.doubt_all()
    for _ in range(3):
        forms.of_round({}, "round")
        eventlet.sleep(0)

    assert reports.asked == 2


def test_a_round_that_was_purged_unheard_is_forgotten(reports, forms):
    reports.refusal = RoundPurged(round_id="round", purged_at="x")
    forms.doubt_all()
    forms.of_round({}, "round")
    reports.may_refuse.send()
    soon(lambda: reports.refused)

    with pytest.raises(RoundPurged):
        forms.of_round({}, "round")
