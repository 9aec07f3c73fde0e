"""An exemption that is lifted leaves what can still be filed owed, and what cannot missed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from collecting.obligations.rules.obligation import State
from collecting.obligations.rules.orders import Order, exempted, owed_again
from collecting.rounds.rules import RoundState
from contracts.principal import Principal, Role
from tests.builders.duties import CLOSES, EARLY, MILLISECOND
from tests.unit.collecting.duties import a_round, an_obligation

OFFICE = Principal("s", "central", Role.CENTRAL_HR_BODY, "country", "")
WEEK = timedelta(days=7)


@pytest.mark.parametrize(("step", "state"), [(-1, "open"), (0, "open"), (1, "missed")])
@pytest.mark.parametrize(
    "extended_to", [None, CLOSES + WEEK], ids=["the window's end", "an extension's"]
)
def test_at_the_last_moment_of_filing_it_is_owed_and_after_it_is_missed(step, state, extended_to):
    closed = a_round(state=RoundState.CLOSED)
    owed = an_obligation()
    if extended_to:
        owed = an_obligation(due_at=extended_to, extension_no=1)
    exempt = exempted(owed, closed, State.EXEMPT, Order(OFFICE, EARLY, "1", "-"))
    lifted_at = (extended_to or CLOSES) + step * MILLISECOND

    assert owed_again(exempt, closed, Order(OFFICE, lifted_at)).state == state
