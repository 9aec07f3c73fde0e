"""Rounds are kept in versions, one live round of each kind, year and number; trials can go."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest

from collecting.rounds.proposals import opened_event, purged_event
from collecting.rounds.rules import DueException, Mode, RoundState, Scope
from collecting.rounds.shapes import round_to_wire
from collecting.rounds.store import Rounds
from collecting.running.make_ready import made_ready
from contracts.collecting.rounds import (
    MOST_TRIALS_TOLD,
    RoundAlreadyExists,
    RoundNotFound,
    RoundPurged,
    TrialNotPurged,
)
from contracts.errors import StaleVersion
from contracts.reference.years import YearBasis
from tests.builders.duties import CLOSES, EARLY, LATE
from tests.builders.licences.kind import LICENCES
from tests.builders.recording import record
from tests.builders.watching import Interrupted
from tests.unit.collecting.duties import a_round, an_attempt, owing

TRIAL = a_round(id="licences-2569-1-trial1", mode=Mode.TRIAL)
COUNTS = {"drafts": 1, "filings": 2, "refusals": 1, "obligations": 3}


@pytest.fixture
def trial(store):
    """A trial round with something in every collection."""
    first, second, third = owing(store, 3, TRIAL)
    record(store.ledger, [an_attempt(first), an_attempt(second), an_attempt(third, form_version=2)])
    store.drafts.save(third, {"score": 1}, made_from=0, at=EARLY, username="u")
    return TRIAL


def purged(store, round_=TRIAL):
    """Purge, and return how much of what there was."""
    return {name: count for name, count in store.rounds.purge(round_).items() if count}


def bury(store, round_):
    facts = {"round_id": round_.id} | COUNTS
    event = purged_event(facts, LICENCES.events, at=LATE, statement="e30.e30.c2ln")
    store.rounds.bury(round_, statement="e30.e30.c2ln", at=LATE, announcing=event)


def test_a_round_comes_back_as_it_was_kept(store):
    round_ = a_round(
        central_due_at=CLOSES,
        scope=Scope("81"),
        due_exceptions=(DueException(Scope("81", "8104"), LATE, "มท 1", "อุทกภัย"),),
        obligations=3,
    )

    store.rounds.add(round_)

    assert store.rounds.get(round_.id) == round_
    assert store.rounds.find_many([round_.id, "nowhere"]) == {round_.id: round_}
    with pytest.raises(RoundNotFound):
        store.rounds.get("nowhere")


@pytest.mark.parametrize("other_id", ["licences-2569-1", "another-name"])
def test_there_is_one_live_round_of_each_kind_year_and_number(store, other_id):
    store.rounds.add(a_round())

    with pytest.raises(RoundAlreadyExists):
        store.rounds.add(a_round(id=other_id))


def test_trials_of_the_same_round_stand_beside_it_and_each_other(store):
    rounds = [
        a_round(),
        a_round(id="licences-2569-2", no=2),
        TRIAL,
        a_round(id="licences-2569-1-trial2", mode=Mode.TRIAL),
    ]

    for round_ in rounds:
        store.rounds.add(round_)

    assert set(store.rounds.find_many([round_.id for round_ in rounds])) == {r.id for r in rounds}


def test_a_changed_round_is_saved_with_its_events_and_from_one_version_once(store, database):
    store.rounds.add(a_round(state=RoundState.OPENING))
    opened = store.rounds.get("licences-2569-1").to(RoundState.OPEN, RoundState.OPENING)

    store.rounds.save(opened, announcing=[opened_event(opened, LICENCES.events)])
    with pytest.raises(StaleVersion):
        store.rounds.save(opened, announcing=[opened_event(opened, LICENCES.events)])

    assert store.rounds.get(opened.id) == opened
    (document,) = database["rounds"].find()
    assert [entry["key"] for entry in document["outbox"]] == ["licences.round_opened.v1"]


def test_rounds_are_listed_page_by_page_without_the_purged(store, trial):
    ids = [f"licences-2569-{no}" for no in range(2, 7)]
    for no, round_id in enumerate(ids, start=2):
        store.rounds.add(a_round(id=round_id, no=no))
    bury(store, trial)

    first = store.rounds.list(after=None, limit=3)
    rest = store.rounds.list(after=first[-1].id, limit=3)

    assert [round_.id for round_ in first + rest] == ids


def test_a_round_kept_before_years_had_a_basis_is_of_a_fiscal_year(store, database):
    store.rounds.add(a_round())
    database["rounds"].update_one({}, {"$unset": {"year_basis": 1, "purged_trials": 1}})

    assert store.rounds.get("licences-2569-1") == a_round(year_basis=YearBasis.FISCAL)


def test_a_draft_from_before_years_had_a_basis_is_opened_with_that_of_its_form(store):
    draft = a_round(state=RoundState.DRAFT, year_basis=YearBasis.CALENDAR)

    opening = made_ready(store, draft)

    assert (opening.state, opening.year_basis) == (RoundState.OPENING, YearBasis.FISCAL)
    assert made_ready(store, opening) is opening


def test_a_live_round_over_trials_of_its_form_and_year_is_refused_with_their_ids(store, trial):
    second = a_round(id="licences-2569-2-trial2", no=2, mode=Mode.TRIAL, state=RoundState.DRAFT)
    elsewhere = [
        a_round(id="a", mode=Mode.TRIAL, year_be=2570),
        a_round(id="b", mode=Mode.TRIAL, form_id="another"),
        a_round(id="c", mode=Mode.TRIAL, kind="another"),
    ]
    for round_ in (second, *elsewhere):
        store.rounds.add(round_)

    with pytest.raises(TrialNotPurged) as refused:
        store.rounds.trials_before(a_round())

    ids = "licences-2569-1-trial1, licences-2569-2-trial2"
    assert refused.value.details == {"trial_round_ids": ids, "count": "2"}
    assert ids in str(refused.value)
    assert ids in refused.value.in_thai()


def test_the_purge_statements_of_the_trials_before_are_linked_from_the_live_round(store, trial):
    store.rounds.purge(trial)
    bury(store, trial)

    live = a_round(purged_trials=store.rounds.trials_before(a_round()))
    store.rounds.add(live)

    assert round_to_wire(store.rounds.get(live.id), "/v1/licences")["purged_trials"] == [
        {
            "round_id": trial.id,
            "purge_statement_url": f"/v1/licences/rounds/{trial.id}/purge-statement",
        }
    ]
    assert store.rounds.get_statement(trial.id) == "e30.e30.c2ln"


def test_of_the_trials_before_a_round_the_last_twenty_are_told(store, database):
    names = [f"trial{number:02d}" for number in range(MOST_TRIALS_TOLD + 1)]
    for number, name in enumerate(names):
        store.rounds.add(a_round(id=name, mode=Mode.TRIAL))
        store.rounds.bury(
            store.rounds.get(name),
            statement="e30.e30.c2ln",
            at=EARLY + timedelta(days=number),
            announcing=purged_event(
                {"round_id": name} | COUNTS, LICENCES.events, at=LATE, statement=""
            ),
        )
    of_an_earlier_release = {"$unset": {"form_id": 1, "form_version": 1}}
    database["rounds"].update_one({"_id": names[-1]}, of_an_earlier_release)

    assert store.rounds.trials_before(a_round()) == tuple(reversed(names[1:]))


def test_a_purge_takes_everything_of_the_trial_and_nothing_else(store, database, trial):
    (kept,) = owing(store)
    record(store.ledger, [an_attempt(kept)])

    assert purged(store) == COUNTS

    assert store.obligations.get(kept.id).revision == 1
    for name in COUNTS:
        assert database[name].count_documents({"round_id": trial.id}) == 0
    assert database["filings"].count_documents({}) == 1


@pytest.mark.parametrize("collection", ["filings", "refusals", "obligations"])
def test_a_purge_begun_again_after_a_crash_still_tells_what_there_was(
    store, database, outbox, trial, collection
):
    class Killed(Exception):
        pass

    def crash() -> None:
        raise Killed

    with pytest.raises(Killed):
        Rounds(Interrupted(database, collection, "delete_many", crash), outbox).purge(trial)

    assert purged(store) == COUNTS
    assert purged(store) == COUNTS


def test_of_a_buried_round_only_the_tombstone_is_left(store, database, trial):
    store.rounds.purge(trial)

    bury(store, trial)

    (tombstone,) = database["rounds"].find()
    (entry,) = tombstone.pop("outbox")
    assert (entry["key"], orjson.loads(entry["body"])["filings"]) == ("licences.trial_purged.v1", 2)
    assert tombstone == {
        "_id": trial.id,
        "kind": "licences",
        "fiscal_year_be": 2569,
        "no": 1,
        "form_id": "licences",
        "form_version": 1,
        "mode": "trial",
        "state": "purged",
        "version": trial.version,
        "statement": "e30.e30.c2ln",
        "purged_at": LATE,
    }
    assert store.rounds.find_many([trial.id]) == {}
    with pytest.raises(RoundPurged):
        store.rounds.get(trial.id)
