"""Each round's receipts, the events sent of them and the filings counted, side by side."""

from datetime import UTC, datetime

import pytest

from services.aggregation.reconciliation import reconciled

AT = datetime(2026, 1, 15, 3, 0, tzinfo=UTC)
LEDGER = {"round_id": "r1", "mode": "live", "receipts": 7, "unsent": 2, "settled": 5}


@pytest.mark.parametrize(
    ("counted", "shown", "difference"),
    [({"r1": 5}, 5, 0), ({"r1": 4}, 4, 1), ({"r1": 8}, 8, -1), ({"another": 5}, 0, 5), ({}, 0, 5)],
)
def test_a_round_is_compared_with_what_was_counted_of_it_and_of_no_other(
    counted, shown, difference
):
    (row,) = reconciled([LEDGER], counted, at=AT)

    assert row == {
        "round_id": "r1",
        "mode": "live",
        "receipts": 7,
        "events": 5,
        "counted": shown,
        "difference": difference,
        "as_of": AT,
    }
