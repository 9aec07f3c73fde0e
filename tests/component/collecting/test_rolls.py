"""Every receipt stands in exactly one roll, whoever dies, sleeps or comes late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collecting.receipts.close_day import GRACE, close_days, sha256_of
from collecting.receipts.rules import STATEMENT_FIELDS, leaf_of, root_from
from collecting.receipts.store import Rolls
from collecting.rounds.rules import Mode, RoundState
from collecting.sealing.keys import Keyring
from collecting.sealing.receipts import Signer
from collecting.stores import Stores
from contracts.collecting.receipts import ReceiptNotInRoll, RollNotFound
from contracts.fields import BANGKOK_OFFSET
from tests.builders.licences.kind import LICENCES
from tests.builders.recording import record
from tests.builders.watching import Interrupted, explained, stages_of
from tests.unit.collecting.duties import a_round, an_attempt, owing

NOON = datetime(2026, 12, 20, 12, tzinfo=BANGKOK_OFFSET)
DAY = timedelta(days=1)
LAST_SECOND = NOON.replace(hour=23, minute=59, second=59)
TRIAL = a_round(id="licences-2569-1-trial1", mode=Mode.TRIAL)


@pytest.fixture
def signer(store):
    return Keyring(Signer(Ed25519PrivateKey.generate()), [], store.signing_keys, lambda: NOON)


@pytest.fixture
def close(store, signer):
    """Closes what is over at a moment, by default the next afternoon."""

    def run(at=NOON + DAY, *, by=None):
        close_days(by or store, signer, at=at)
        return store.rolls.list(None, before=None, limit=100)

    return run


def members(database, roll):
    """The ids of the filings whose receipts a roll holds, as its own leaves say."""
    found = database["receipt_rolls"].find_one({"_id": roll["_id"]})
    joined = b"".join(sheaf["leaves"] for sheaf in found["sheaves"])
    leaves = {joined[at : at + 32] for at in range(0, len(joined), 32)}
    assert len(leaves) == found["count"]
    return {
        filing["_id"]
        for filing in database["filings"].find()
        if leaf_of(filing["receipt"]["jws"]) in leaves
    }


def test_a_days_receipts_stand_in_its_roll_and_each_proves_it(store, signer, close, database):
    obligations = owing(store, 5)
    record(store.ledger, map(an_attempt, obligations), at=NOON)

    (roll,) = close()

    assert (roll["day"], roll["count"], roll["previous_day"]) == ("2026-12-20", 5, None)
    statement = {name: roll[name] for name in STATEMENT_FIELDS}
    assert signer.read(roll["jws"]) == statement
    assert roll["sha256"] == sha256_of(statement)
    filings = list(database["filings"].find())
    assert members(database, roll) == {filing["_id"] for filing in filings}
    for filing in filings:
        told, place = store.rolls.find_place(filing)
        assert told["_id"] == roll["_id"]
        assert root_from(leaf_of(filing["receipt"]["jws"]), place).hex() == roll["root"]


def test_a_closed_roll_is_announced_once(close, store, database):
    record(store.ledger, map(an_attempt, owing(store, 2)), at=NOON)

    close()
    close()

    (document,) = database["receipt_rolls"].find()
    (entry,) = document["outbox"]
    facts = orjson.loads(entry["body"])
    assert entry["key"] == "licences.receipt_roll_closed.v1"
    assert (facts["day_id"], facts["receipts"]) == ("2026-12-20", 2)
    assert (facts["root"], facts["statement"]) == (document["root"], document["jws"])


def test_a_day_is_not_closed_before_it_is_over(close, store, database):
    (owed,) = owing(store)
    record(store.ledger, [an_attempt(owed)], at=LAST_SECOND)
    (filing,) = database["filings"].find()

    assert close(LAST_SECOND + GRACE) == []
    with pytest.raises(ReceiptNotInRoll):
        store.rolls.find_place(filing)
    with pytest.raises(RollNotFound):
        store.rolls.get("2026-12-20", None)

    assert len(close(LAST_SECOND + GRACE + timedelta(seconds=1))) == 1


def test_days_missed_while_down_are_closed_in_order_each_following_the_last(close, store):
    obligations = owing(store, 6)
    for days, pair in enumerate([obligations[:2], obligations[2:4], obligations[4:]]):
        record(store.ledger, map(an_attempt, pair), at=NOON + 2 * days * DAY)

    third, second, first = close(NOON + 9 * DAY)

    assert [roll["day"] for roll in (first, second, third)] == [
        "2026-12-20",
        "2026-12-22",
        "2026-12-24",
    ]
    for before, after in ((first, second), (second, third)):
        assert after["previous_day"] == before["day"]
        assert after["previous_root"] == before["root"]
        assert after["previous_sha256"] == before["sha256"]


def test_what_is_recorded_before_midnight_and_seen_after_the_closing_stands_in_the_next_roll(
    close, store, database
):
    early, late, later = owing(store, 3)
    record(store.ledger, [an_attempt(early)], at=NOON)
    close()
    # A process that slept with its batch in hand wakes up: the time of recording is yesterday's.
    record(store.ledger, [an_attempt(late)], at=LAST_SECOND)
    assert len(close(NOON + DAY)) == 1
    record(store.ledger, [an_attempt(later)], at=NOON + DAY)

    second, first = close(NOON + 2 * DAY)

    assert (first["day"], first["count"]) == ("2026-12-20", 1)
    assert (second["day"], second["count"]) == ("2026-12-21", 2)
    assert len(members(database, first) | members(database, second)) == 3


class Killed(Exception):
    """What a process dies of."""


def die() -> None:
    raise Killed


@pytest.mark.parametrize(
    ("collection", "operation"),
    [("receipt_rolls", "insert_one"), ("filings", "update_many"), ("receipt_rolls", "update_one")],
)
def test_a_crash_at_any_step_leaves_every_receipt_in_exactly_one_roll(
    close, store, database, outbox, collection, operation
):
    first, second = owing(store, 2)
    record(store.ledger, [an_attempt(first)], at=NOON)
    dying = Stores(database, outbox, LICENCES)
    dying.rolls = Rolls(Interrupted(database, collection, operation, die), outbox)
    with pytest.raises(Killed):
        close(by=dying)
    record(store.ledger, [an_attempt(second)], at=NOON + DAY)

    after, before = close(NOON + 2 * DAY)

    assert members(database, before) | members(database, after) == {
        filing["_id"] for filing in database["filings"].find({"roll": {"$exists": True}})
    }
    assert (before["count"], after["count"]) == (1, 1)
    assert after["previous_sha256"] == before["sha256"]


def test_a_rival_that_closes_first_wins_and_nothing_is_rolled_twice(close, store, database, outbox):
    first, straggler, third = owing(store, 3)
    record(store.ledger, [an_attempt(first)], at=NOON)
    close()
    record(store.ledger, [an_attempt(third)], at=NOON + 3 * DAY)

    def rival() -> None:
        """Sees what the slower one has not seen, and closes another day than it is about to."""
        record(store.ledger, [an_attempt(straggler)], at=NOON + DAY)
        close(NOON + 4 * DAY)

    slower = Stores(database, outbox, LICENCES)
    slower.rolls = Rolls(Interrupted(database, "receipt_rolls", "insert_one", rival), outbox)

    rolls = close(NOON + 4 * DAY, by=slower)

    assert [roll["day"] for roll in rolls] == ["2026-12-23", "2026-12-21", "2026-12-20"]
    assert [roll["count"] for roll in rolls] == [1, 1, 1]
    assert len({roll["previous_day"] for roll in rolls}) == 3


def test_a_trial_has_rolls_of_its_own_which_go_with_it(close, store, database):
    record(store.ledger, map(an_attempt, owing(store, 2)), at=NOON)
    record(store.ledger, map(an_attempt, owing(store, 3, TRIAL)), at=NOON)

    (live,) = close()
    (trial,) = store.rolls.list(TRIAL.id, before=None, limit=10)

    assert (live["count"], trial["count"]) == (2, 3)
    assert (live["round_id"], trial["round_id"]) == (None, TRIAL.id)
    assert TRIAL.id not in str(database["receipt_rolls"].find_one({"round_id": None}))
    kept = database["receipt_rolls"].find_one({"_id": trial["_id"]})
    assert kept["outbox"][0]["key"].startswith("licences.receipt_roll_closed.v1")
    store.rounds.purge(TRIAL)
    assert close() == [live]
    with pytest.raises(RollNotFound):
        store.rolls.get("2026-12-20", TRIAL.id)
    assert database["receipt_rolls"].count_documents({"round_id": TRIAL.id}) == 0


def test_no_roll_is_made_of_a_trial_that_is_being_purged(close, store):
    purging = a_round(id=TRIAL.id, mode=Mode.TRIAL, state=RoundState.OPEN)
    record(store.ledger, map(an_attempt, owing(store, 1, purging)), at=NOON)
    store.rounds.save(purging.to_purging())

    close()

    assert store.rolls.list(TRIAL.id, before=None, limit=10) == []


def test_rolls_look_nothing_up_without_an_index(close, store, database, commands):
    record(store.ledger, map(an_attempt, owing(store, 20)), at=NOON)
    with commands.during() as asked:
        close()
        store.rolls.get("2026-12-20", None)
        store.rolls.find_place(database["filings"].find_one({"roll": "live/2026-12-20"}))

    asked = [one for one in asked if not ("find" in one and "roll" in one.get("filter", {}))]
    explanations = [each for one in asked for each in explained(database, one)]
    assert len(explanations) >= 10
    assert not [each for each in explanations if "COLLSCAN" in stages_of(each)]


def test_nothing_is_looked_at_again_once_it_is_rolled(close, store, database):
    record(store.ledger, map(an_attempt, owing(store, 20)), at=NOON)
    close()

    waiting = {"unrolled": True, "recorded_at": {"$lt": datetime.now(UTC) + 1000 * DAY}}
    (explanation,) = explained(database, {"find": "filings", "filter": waiting})

    assert explanation["executionStats"]["totalKeysExamined"] == 0
