"""The consolidated report, the dashboard and the ledger say the same of any history."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
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
from services.aggregation.domain import Standing, merge_all
from services.aggregation.sources.table import said_by
from services.reports.consolidation.rules.figures import Consolidation
from services.reports.ethics import ETHICS
from tests.builders.duties import DUE
from tests.length import examples
from tests.unit.collecting import test_orders_of_acts
from tests.unit.collecting.test_orders_of_acts import Step, attempted, steps, tried
from tests.unit.reports.duties import an_obligation

OWED = an_obligation()
ROUND = replace(test_orders_of_acts.ROUND, id=OWED.round_id, kind=ETHICS.name)
OFFICE = Principal("s-c", "central", Role.CENTRAL_HR_BODY, "country", "")
FILES = ("file", "nil", "amend", "withdraw")
BY_ORDER = st.sampled_from(["exempt", "waive", "lift"])
BEGIN = DUE - timedelta(days=2)
histories = st.lists(steps | st.builds(replace, steps, does=BY_ORDER), min_size=3, max_size=20)


class History:
    """What was done to one obligation, as each of the three hears of it."""

    def __init__(self) -> None:
        self.owed: Obligation = OWED
        self.given: list[Extension] = []
        self.revisions: list[Revision] = []
        self.events = [(BEGIN, event) for event in announcements([OWED], ROUND, ETHICS)]

    def go_on(self, step: Step, at: datetime) -> None:
        """Try one step. Raises ServiceError, and then changes nothing."""
        self.events.extend((at, event) for event in self._done(step, at))

    def _done(self, step: Step, at: datetime) -> Iterator[Event]:
        if step.does in FILES:
            attempt = attempted(step, at, self.owed)
            filing = decide(attempt, ROUND, self.owed)
            self.owed = filing.obligation
            yield event_of(filing, "R", ETHICS.events)
            kept = (attempt.kind, at, attempt.reason_class, attempt.answers)
            self.revisions.append(Revision(self.owed.revision, *kept))
        elif step.does in ("exempt", "waive", "lift"):
            order = Order(OFFICE, at, "ก 1", "ยุบเลิก")
            if step.does == "lift":
                self.owed = orders.owed_again(self.owed, ROUND, order)
            else:
                state = State.EXEMPT if step.does == "exempt" else State.WAIVED
                self.owed = orders.exempted(self.owed, ROUND, state, order)
            yield acts.event_of(self.owed, ETHICS.events)
        else:
            before, self.owed = self.owed, tried(step, at, self.owed, self.given)
            if step.does in ("extend", "unextend"):
                yield extending.moved_event(self.given[-1], ROUND, [self.owed], ETHICS.events)
            elif self.owed.act_no > before.act_no:
                yield acts.event_of(self.owed, ETHICS.events)

    def heard_until(self, moment: datetime, random: Random) -> Standing:
        """What the dashboard knows then, the events heard in any order and some of them twice."""
        sent = [event for at, event in self.events if at <= moment]
        heard = random.sample(sent, len(sent)) + random.choices(sent, k=3)
        (standing,) = merge_all(each for event in heard for each in said_by(event)).values()
        return standing

    def consolidated_at(self, moment: datetime) -> dict[str, Any]:
        """The total of the report as of that moment, built when all was over."""
        recorded = [one for one in self.revisions if one.accepted_at <= moment]
        given = [replace(order, subjects=ETHICS.subject_ids) for order in self.given]
        line = line_at(moment, self.owed, recorded, ROUND, Orders(given))
        consolidation = Consolidation(())
        consolidation.add(line)
        return consolidation.total()


@settings(max_examples=examples(200))
@given(histories, st.randoms(use_true_random=False))
def test_in_any_order_of_events_and_at_any_moment_the_three_agree_on_every_count(history, random):
    lived, moments = History(), [BEGIN]
    for step in history:
        moments.append(moments[-1] + timedelta(days=step.days))
        with suppress(ServiceError):
            lived.go_on(step, moments[-1])

    for moment in moments:
        shown = lived.heard_until(moment, random).counts().figures()
        total = lived.consolidated_at(moment)
        assert total == {"key": total["key"], "name": total["name"], **shown}
    standing = lived.heard_until(moments[-1], random)
    assert standing.counts().filed == lived.owed.is_in_force
    if lived.owed.is_in_force:
        assert standing.is_on_time is lived.owed.on_time
