"""Nothing of a trial outlives its purge, whoever was writing meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest

from collecting.filings.store import Ledger
from collecting.rounds.rules import Mode, RoundState
from collecting.running.purge import SWEPT_FOR, purge, sweep
from contracts.collecting.obligations import ObligationNotFound
from tests.builders.duties import EARLY
from tests.builders.licences.kind import LICENCES
from tests.builders.recording import SIGNER, record
from tests.builders.watching import Interrupted
from tests.unit.collecting.duties import a_round, an_attempt, owing

TRIAL = a_round(id="licences-2569-1-trial1", mode=Mode.TRIAL)


class NoStreams:
    """Where the streams of trials would be, were there a broker."""

    def delete(self, round_id: str) -> None:
        """Nothing to delete."""


def purged(store) -> dict:
    round_ = store.rounds.get(TRIAL.id)
    if round_.state is not RoundState.PURGING:
        store.rounds.save(round_.to_purging())
        round_ = store.rounds.get(TRIAL.id)
    return purge(store, NoStreams(), SIGNER, round_, by="operator", at=EARLY)


def left_in(database) -> dict[str, int]:
    """How many documents of each collection name the trial."""
    return {
        name: count
        for name in database.list_collection_names()
        if (count := sum(TRIAL.id in str(document) for document in database[name].find()))
    }


@pytest.mark.parametrize(
    ("collection", "operation"),
    [("filings", "insert_many"), ("rounds", "find"), ("obligations", "find")],
)
def test_a_batch_in_flight_while_its_trial_is_purged_leaves_nothing_and_is_refused(
    store, database, outbox, collection, operation
):
    first, second = owing(store, 2, TRIAL)
    record(store.ledger, [an_attempt(first)])
    told = []
    meanwhile = Interrupted(database, collection, operation, lambda: told.append(purged(store)))

    (refused,) = record(Ledger(meanwhile, outbox, LICENCES), [an_attempt(second)])

    assert isinstance(refused, ObligationNotFound)
    assert told[0]["filings"] == told[0]["deleted"]["filings"] == 1
    assert left_in(database) == {"rounds": 1}


def test_a_live_filing_in_the_same_batch_is_recorded_all_the_same(store, database, outbox):
    (trial,) = owing(store, 1, TRIAL)
    (live,) = owing(store)
    meanwhile = Interrupted(database, "filings", "insert_many", lambda: purged(store))

    refused, filing = record(
        Ledger(meanwhile, outbox, LICENCES), [an_attempt(trial), an_attempt(live)]
    )

    assert isinstance(refused, ObligationNotFound)
    assert filing["revision"] == 1
    assert [each["_id"] for each in database["filings"].find()] == [filing["_id"]]


def test_while_a_trial_is_being_purged_nothing_is_decided_on_it(store, database):
    (owed,) = owing(store, 1, TRIAL)
    store.rounds.save(store.rounds.get(TRIAL.id).to_purging())

    (refused,) = record(store.ledger, [an_attempt(owed)])

    assert isinstance(refused, ObligationNotFound)
    assert database["refusals"].count_documents({}) == 0


def add_job(database, kind):
    """Keep of a job of the trial what purging looks at."""
    job = {"_id": kind, "kind": kind, "arguments": {"round_id": TRIAL.id}}
    database["jobs"].insert_one(job, bypass_document_validation=True)


def test_what_is_written_after_a_purge_is_swept(store, database):
    first, second = owing(store, 2, TRIAL)
    (live,) = owing(store)
    record(store.ledger, [an_attempt(first)])
    kept = {
        name: list(database[name].find({"round_id": TRIAL.id}))
        for name in ("filings", "obligations")
    }
    store.drafts.save(live, {}, made_from=0, at=EARLY, username="u")
    purged(store)
    for name, documents in kept.items():
        database[name].insert_many(documents)
    store.drafts.save(second, {"score": 1}, made_from=0, at=EARLY, username="u")
    add_job(database, "extend_round")

    swept = sweep(store, at=EARLY + SWEPT_FOR - timedelta(seconds=1))

    assert swept == 1 + 2 + 1 + 1
    assert left_in(database) == {"rounds": 1}
    assert store.drafts.get(store.obligations.get(live.id))[1] == 1
    assert sweep(store, at=EARLY) == 0


def test_the_jobs_of_a_trial_go_but_for_its_purge(store, database):
    owing(store, 1, TRIAL)
    for kind in ("open_round", "purge_round"):
        add_job(database, kind)

    facts = purged(store)

    assert [job["_id"] for job in database["jobs"].find()] == ["purge_round"]
    assert facts["deleted"]["jobs"] == 1
    signed = SIGNER.read(facts["statement"])
    assert signed == {name: value for name, value in facts.items() if name != "statement"}
