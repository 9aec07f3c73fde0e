"""A broker whose memory or disk is full takes no filing, says so quickly, and recovers."""

import pytest

from tests.builders.broker import ALARMS, alarmed

REFUSED = 60


@pytest.mark.parametrize("of", ALARMS)
def test_an_alarm_of_the_broker_refuses_filings_until_it_is_over(stack, during_load, of):
    with during_load() as load:
        refused = load.tally.answers[503]
        with alarmed(stack, of):
            load.wait_until(refused + REFUSED, lambda: load.tally.answers[503])
