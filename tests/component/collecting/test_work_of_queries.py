"""What the ledger and the lists ask of the database stays small however much there is."""

from __future__ import annotations

from typing import Any

import pytest

from collecting.extensions.extend import keep
from collecting.extensions.rules import Orders
from collecting.rounds.rules import Scope
from contracts.principal import Principal, Role
from tests.builders.duties import EARLY, LATE, OPERATOR
from tests.builders.licences.kind import LicenceOfficer
from tests.builders.recording import record
from tests.builders.watching import explained, stages_of
from tests.component.collecting.test_extensions import a_proposal
from tests.unit.collecting.duties import (
    a_round,
    an_amending_attempt,
    an_attempt,
    owing,
    spread,
)

ROLES = {
    "officer": LicenceOfficer(
        "s", "u", Role.LAO_OFFICER, "organisation", "o00003", "o00003", licence="stalls"
    ),
    "district": Principal("s", "d8104", Role.DISTRICT_OFFICER, "district", "1003"),
    "province": Principal("s", "p81", Role.PROVINCE_OFFICER, "province", "10"),
    "country": Principal("s", "operator", Role.OPERATOR, "country", ""),
}
MANY = 3_000


def names_of(commands: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """What was done to which collection."""
    return [(name, command[name]) for command in commands for name in [next(iter(command))]]


def test_a_batch_takes_as_many_operations_as_one_filing_in_any_country(store, database, commands):
    small = owing(store, 30)
    with commands.during() as for_one:
        record(store.ledger, [an_attempt(small[0])])
    for name in ("obligations", "rounds"):
        database[name].delete_many({})
    large = spread(store, MANY)

    with commands.during() as for_many:
        record(store.ledger, [an_attempt(owed) for owed in large[-200:]])

    assert names_of(for_many) == names_of(for_one)
    assert len(for_one) == 5


def test_a_batch_repeated_or_refused_takes_no_more_either(store, commands):
    obligations = owing(store, 200)
    batch = [an_attempt(owed) for owed in obligations]
    record(store.ledger, batch)

    with commands.during() as repeated:
        record(store.ledger, batch)
    with commands.during() as refused:
        record(store.ledger, [an_attempt(owed) for owed in obligations])

    assert len(repeated) == 5
    assert len(refused) == 5  # whose slot may see a refusal is known by the round


def test_the_ledger_looks_nothing_up_without_an_index(store, database, commands):
    obligations = spread(store, MANY)
    owed = obligations[7]
    attempt = an_attempt(owed)

    with commands.during() as asked:
        record(store.ledger, [attempt, an_amending_attempt(owed, 1, 90)])
        record(store.ledger, [attempt, an_attempt(owed), an_attempt(obligations[8])])
        store.ledger.get(attempt.filing_id)
        store.ledger.list(owed.id)
        store.drafts.get(store.obligations.get(owed.id))

    _require_indexes(database, asked, least=15)


def test_the_work_of_a_round_looks_nothing_up_without_an_index(store, database, commands):
    obligations = spread(store, MANY)

    with commands.during() as asked:
        store.rounds.get("licences-2569-1")
        store.rounds.list(after=None, limit=10)
        store.obligations.count("licences-2569-1")
        store.obligations.begin_draft(obligations[0].id)
        store.obligations.miss("licences-2569-1", at=LATE)
        store.rounds.list_ended(at=LATE)
        store.rounds.list_purged(since=LATE)
        store.rounds.sweep(["licences-2569-1-trial1"])
        store.obligations.list_unannounced("licences-2569-1", ["o00001"])
        store.obligations.list_of_organisation("licences-2569-1", "o00001")
        for scope in (Scope("81"), Scope("81", "8104"), Scope(organisation="o1")):
            store.organisations.count(scope)
        store.rounds.purge(a_round())

    _require_indexes(database, asked, least=14)


@pytest.mark.parametrize(
    "scope", [{}, {"province": "10"}, {"district": "1003"}, {"organisation": "o00031"}]
)
def test_extending_looks_nothing_up_without_an_index_and_no_further_than_its_scope(
    store, database, commands, scope
):
    spread(store, MANY)
    extension = keep(store, "job-1", a_proposal(scope=scope), by=OPERATOR, at=EARLY)

    with commands.during() as asked:
        store.extensions.get("job-1")
        orders = Orders(store.extensions.up_to("licences-2569-1"))
        store.extensions.list("licences-2569-1", after=0, limit=10)
        store.extensions.reaches(extension)
        places = list(store.extensions.districts(extension))
        store.extensions.move(extension, orders, a_round(), "10", "1003", at=LATE)

    _require_indexes(database, asked, least=9)
    assert len(places) == (300 if scope == {} else 30 if "province" in scope else 1)


@pytest.mark.parametrize("state", [None, "open"])
@pytest.mark.parametrize("round_id", [None, "licences-2569-1"])
@pytest.mark.parametrize("role", ROLES)
def test_a_list_looks_nothing_up_without_an_index(store, database, commands, role, round_id, state):
    spread(store, MANY)

    with commands.during() as asked:
        after = None
        for _ in range(3):
            page = store.obligations.list(
                ROLES[role], round_id=round_id, state=state, after=after, limit=3
            )
            after = (page[-1].due_at, page[-1].id) if page else after

    _require_indexes(database, asked, least=3)


@pytest.mark.parametrize("role", ROLES)
def test_a_page_takes_as_little_looking_as_the_callers_part_is_small(
    store, database, commands, role
):
    spread(store, MANY)
    own = store.obligations.list(ROLES[role], round_id=None, state=None, after=None, limit=MANY)
    looked = []

    for after in (None, (own[-2].due_at, own[-2].id) if own[1:] else None):
        with commands.during() as asked:
            store.obligations.list(ROLES[role], round_id=None, state=None, after=after, limit=10)
        (explanation,) = explained(database, asked[0])
        looked.append(explanation["executionStats"]["totalKeysExamined"])

    assert max(looked) <= 25


def _require_indexes(database: Any, asked: list[dict[str, Any]], *, least: int) -> None:
    explanations = [(each, plan) for each in asked for plan in explained(database, each)]
    assert len(explanations) >= least
    for command, explanation in explanations:
        assert "COLLSCAN" not in stages_of(explanation), command
