"""A broker whose memory or disk is full takes no filing, says so quickly, and recovers."""

import time
from itertools import cycle
from uuid import uuid4

import pytest

from tests.builders.broker import ALARMS, alarmed
from tests.builders.waiting import soon
from tests.faults.conftest import OFFICERS


@pytest.mark.parametrize("of", ALARMS)
def test_an_alarm_of_the_broker_refuses_filings_until_it_is_over(stack, country, during_load, of):
    """Others than those of the load file one after the other until the alarm is noticed: who was
    taken in just before waits for the record, and is told meanwhile that the filing is safe.
    """
    round_id = country.open_round()
    others = [
        (officer, officer.obligation_of(round_id)["id"], uuid4().hex)
        for officer in country.officers[OFFICERS:]
    ]
    seconds = []
    in_turn = cycle(others)  # whoever was taken in already is told so again

    def refused():
        officer, obligation_id, key = next(in_turn)
        began = time.monotonic()
        told = officer.file(obligation_id, key)
        seconds.append(time.monotonic() - began)
        return told if told.status_code == 503 else None

    with during_load() as load, alarmed(stack, of):
        told = soon(refused)
    again = [officer.file(obligation_id, key) for officer, obligation_id, key in others]

    assert max(seconds) < load.longest_seconds()
    assert int(told.headers["Retry-After"]) > 0
    assert {answer.status_code for answer in again} == {201}
    assert country.figures(round_id)["amended"] == 0
