"""The consolidated report, the dashboard and the ledger say the same of the same history."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from collecting.extensions import extend as extending
from collecting.extensions.rules import Extension, Orders
from collecting.filings.rules.decide import decide
from collecting.filings.rules.moments import Revision, line_at
from collecting.filings.shapes import event_of
from collecting.obligations import acts
from collecting.obligations.open import announcements
from collecting.obligations.rules import orders
from collecting.obligations.rules.obligation import Obligation, State
from collecting.obligations.rules.orders import Order
from contracts.errors import ServiceError
from contracts.events import Event
from contracts.principal import Principal, Role
from services.aggregation.domain import Counts, merge_all
from services.reports.consolidation.rules.figures import Consolidation
from services.reports.ethics import ETHICS
from tests.length import examples
from tests.unit.aggregation.lives import said_by
from tests.unit.collecting.duties import DUE
from tests.unit.collecting.test_orders_of_acts import OWED, ROUND, Step, attempted, steps, tried

OFFICE = Principal("s-c", "central", Role.CENTRAL_HR_BODY, "country", "")
FILES = ("file", "nil", "amend", "withdraw")
BY_ORDER = st.sampled_from(["exempt", "lift"])
histories = st.lists(steps | st.builds(replace, steps, does=BY_ORDER), min_size=3, max_size=20)


class History:
    """What was done to one obligation, as each of the three hears of it."""

    def __init__(self) -> None:
        self.owed: Obligation = OWED
        self.given: list[Extension] = []
        self.revisions: list[Revision] = []
        self.events: list[Event] = list(announcements([OWED], ROUND, ETHICS))

    def go_on(self, step: Step, at: Any) -> None:
        """Try one step; what is refused changes nothing."""
        if step.does in FILES:
            attempt = attempted(step, at, self.owed)
            filing = decide(attempt, ROUND, self.owed)
            self.owed = filing.obligation
            self.events.append(event_of(filing, "R", ETHICS.events))
            kept = (attempt.kind, at, attempt.reason_class, attempt.answers)
            self.revisions.append(Revision(self.owed.revision, *kept))
        elif step.does in ("exempt", "lift"):
            order = Order(OFFICE, at, "ก 1", "ยุบเลิก")
            if step.does == "exempt":
                self.owed = orders.exempted(self.owed, ROUND, State.EXEMPT, order)
            else:
                self.owed = orders.owed_again(self.owed, ROUND, order)
            self.events.append(acts.event_of(self.owed, ETHICS.events))
        else:
            before, self.owed = self.owed, tried(step, at, self.owed, self.given)
            if step.does in ("extend", "unextend"):
                moved = extending.moved_event(self.given[-1], ROUND, [self.owed], ETHICS.events)
                self.events.append(moved)
            elif self.owed.act_no > before.act_no:
                self.events.append(acts.event_of(self.owed, ETHICS.events))


@settings(max_examples=examples(200))
@given(histories, st.randoms(use_true_random=False))
def test_in_any_order_of_events_the_three_agree_on_every_count(history, random):
    lived, at = History(), DUE - timedelta(days=2)
    for step in history:
        at += timedelta(days=step.days)
        try:
            lived.go_on(step, at)
        except ServiceError:
            continue

    heard = random.sample(lived.events, len(lived.events))
    (standing,) = merge_all(each for event in heard for each in said_by(event)).values()
    line = line_at(at, lived.owed, lived.revisions, ROUND, Orders(lived.given))
    consolidated = Consolidation(())
    consolidated.add(line)
    total = consolidated.figures()["total"]
    counted = standing.counts().figures()

    shared = {name: total[name] for name in total if name in counted}
    assert shared == {name: counted[name] for name in shared}
    assert len(shared) >= len(Counts().figures()) - 1
    assert standing.counts().filed == lived.owed.is_in_force
    if lived.owed.is_in_force:
        assert standing.is_on_time is lived.owed.on_time
