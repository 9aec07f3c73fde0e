"""What the dashboard hears of due dates is what the ledger has."""

from __future__ import annotations

from itertools import permutations

import pytest

from contracts.reports.events import DueDatesMovedV2
from services.aggregation.domain import Due, merge_all
from services.aggregation.sources.table import said_by
from tests.component.collecting.test_extensions import announced
from tests.component.collecting.test_orders_of_extensions import work_off
from tests.unit.reports.duties import a_round, an_obligation


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_in_whatever_order_orders_are_worked_off_and_heard_the_last_ones_stand(
    store, database, order
):
    store.rounds.add(a_round())
    spread = [
        an_obligation(f"o{number}", province_code=district[:2], district_code=district)
        for number, district in enumerate(("8104", "8104", "8105", "9001"))
    ]
    store.obligations.add(spread)

    work_off(store, order, round_id=a_round().id)

    heard = merge_all(
        standing
        for key, facts in announced(database)
        if key == DueDatesMovedV2.key()
        for standing in said_by(DueDatesMovedV2.read(facts))
    )
    for each in (store.obligations.get(owed.id) for owed in spread):
        assert heard[each.id].due == Due(each.extension_no, each.due_at, each.stood)
