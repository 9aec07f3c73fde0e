"""What the ledger says of its receipts to whoever compares them with what was counted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.builders.duties import MILLISECOND
from tests.builders.recording import RECORDED, record
from tests.unit.collecting.duties import an_attempt, owing


@pytest.mark.parametrize(("ms", "settled"), [(-1, 3), (0, 3), (1, 1)])
def test_receipts_are_counted_by_round_those_of_late_apart_and_events_while_they_wait(
    store, database, ms, settled
):
    recently = RECORDED + timedelta(seconds=60)
    owed = owing(store, 3)
    record(store.ledger, [an_attempt(owed[0])])
    database["filings"].update_many({}, {"$set": {"outbox": []}})
    late = recently + ms * MILLISECOND
    record(store.ledger, [an_attempt(owed[1]), an_attempt(owed[2])], at=late)

    (counted,) = store.ledger.count_receipts(recently=recently)

    assert counted == {
        "round_id": "licences-2569-1",
        "mode": "live",
        "receipts": 3,
        "settled": settled,
        "unsent": 2,
    }
