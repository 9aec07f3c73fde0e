"""Orders on due dates may be worked off in another order than they were given."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import permutations
from operator import itemgetter

import pytest

from collecting.extensions.extend import keep, move_due_dates
from contracts.fields import wire_time
from tests.builders.duties import DUE, EARLY, MILLISECOND, OPERATOR
from tests.component.collecting.test_extensions import WEEK, a_proposal, announced

ORDERS = [
    {"lao_due_at": wire_time(DUE + 3 * WEEK)},
    {"lao_due_at": wire_time(DUE + 2 * WEEK)},
    {"scope": {"district": "8104"}, "lao_due_at": wire_time(DUE + 4 * WEEK)},
    {"withdraws": 3},
]


def work_off(store, order: Iterable[int], **of_round: str) -> None:
    """Give all ORDERS one after the other, and have them worked off in another order."""
    kept = [
        keep(
            store,
            f"job-{n}",
            a_proposal(**of_round, **facts),
            by=OPERATOR,
            at=EARLY + n * MILLISECOND,
        )
        for n, facts in enumerate(ORDERS)
    ]
    for n in order:
        move_due_dates(store, kept[n], at=EARLY, show=lambda *_: None)


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_in_whatever_order_orders_are_worked_off_the_last_ones_stand(
    store, database, spread, order
):
    work_off(store, order)

    owed = [store.obligations.get(each.id) for each in spread]
    assert {each.due_at for each in owed} == {DUE + 2 * WEEK}
    assert [len(each.stood) for each in owed] == [2, 2, 1, 1]
    moved = [
        (facts["extension_no"], told["obligation_id"], told["due_at"], told["stood"])
        for key, facts in announced(database)
        if key == "licences.due_dates_moved.v1"
        for told in facts["obligations"]
    ]
    assert {told[1]: told for told in sorted(moved, key=itemgetter(0))} == {
        each.id: (
            each.extension_no,
            each.id,
            wire_time(each.due_at),
            [one.to_wire() for one in each.stood],
        )
        for each in owed
    }
