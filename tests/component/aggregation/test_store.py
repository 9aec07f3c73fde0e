"""The store keeps figures right under repeats, disorder, rivals and purges, at a constant cost."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime

import eventlet
import pytest
from eventlet.event import Event as Signal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import BulkWriteError, PyMongoError
from pymongo.monitoring import CommandListener

from chassis.outages import is_outage
from contracts.aggregation.axis import Axis
from contracts.aggregation.completeness import RoundNotCounted
from contracts.events import Event
from contracts.reference.code_groups import CodeGroup
from services.aggregation.completeness import Area, rows, total
from services.aggregation.domain import Standing
from services.aggregation.reconciliation import reconciled
from services.aggregation.sources.table import said_by
from services.aggregation.store import Figures
from tests.builders.broker import frozen
from tests.builders.waiting import HANG_SECONDS
from tests.length import examples
from tests.unit.aggregation.lives import (
    LATE,
    NOON,
    Duty,
    Life,
    a_country,
    count_by_hand,
    counted_alike,
    deliveries,
    left_of,
    lives,
)
from tools.stack import Stack

EVERYWHERE = Area()


def standings_in(events: list[Event]) -> list[Standing]:
    return [standing for event in events for standing in said_by(event)]


def some_life(**facts: object) -> Life:
    fates, times = ("filed", "nil", "missing", "filed"), (LATE, NOON, NOON)
    duties = tuple(
        Duty(f"o{n}", "sao", f"81{n % 8 + 1:02}", group, fates[n % 4], times[n % 3], n % 2)
        for n in range(24)
        for group in CodeGroup
    )
    return Life(duties, **facts)


def is_right(figures: Figures, life: Life) -> bool:
    return all(
        counted_alike(
            rows(axis, figures.sums(life.round_id, axis, EVERYWHERE), {}),
            count_by_hand(life.duties, axis),
        )
        for axis in Axis
    )


@pytest.fixture
def figures(database: Database) -> Figures:
    return Figures(database)


@pytest.fixture
def rivals(mongo_uri: str, database: Database) -> Iterator[list[Figures]]:
    """The stores of other processes on the same database."""
    with ExitStack() as stack:
        clients = [stack.enter_context(MongoClient(mongo_uri, tz_aware=True)) for _ in range(3)]
        yield [Figures(client.get_default_database()) for client in clients]


@settings(
    max_examples=examples(30),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_any_order_and_any_repeats_give_the_figures_counted_by_hand(
    figures: Figures, data: st.DataObject
) -> None:
    life = data.draw(lives())

    for batch in data.draw(deliveries(life.events())):
        figures.count(standings_in(batch))

    assert is_right(figures, life)


def test_a_batch_counts_wholly_or_not_at_all(figures: Figures, database: Database) -> None:
    life = some_life()
    moved = "/".join(standings_in(life.openings())[0].tally)
    database["tallies"].insert_one({"_id": moved, "expected": ""}, bypass_document_validation=True)

    with pytest.raises(BulkWriteError):
        figures.count(standings_in(life.openings()))

    assert database["standings"].count_documents({}) == 0
    assert list(database["tallies"].find()) == [{"_id": moved, "expected": ""}]


def test_rivals_on_one_new_round_count_every_obligation_once(rivals: list[Figures]) -> None:
    life = some_life()
    everything = standings_in(life.events())

    def count_all(figures: Figures, seed: int) -> None:
        shuffled = random.Random(seed).sample(everything, len(everything))
        for start in range(0, len(shuffled), 15):
            figures.count(shuffled[start : start + 15])

    counting = [eventlet.spawn(count_all, rival, seed) for seed, rival in enumerate(rivals)]
    for each in counting:
        each.wait()

    assert is_right(rivals[0], life)


def test_listeners_of_one_process_count_side_by_side(figures: Figures) -> None:
    life = some_life()
    parts = [standings_in(life.openings()), standings_in(life.filings())]

    counting = [eventlet.spawn(figures.count, part) for part in parts for _ in range(2)]
    for each in counting:
        each.wait()

    assert is_right(figures, life)


class Paused(Figures):
    """A store that stands still in the middle of a transaction until told to go on."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.inside, self.may_go_on = Signal(), Signal()

    def _take_turn(self, *args: object) -> bool:
        is_purged = super()._take_turn(*args)
        if not self.inside.ready():
            self.inside.send()
        self.may_go_on.wait()
        return is_purged


def test_nothing_of_a_purged_round_is_left_even_of_what_is_counted_meanwhile(
    figures: Figures, database: Database
) -> None:
    trial, live = some_life(mode="trial"), some_life()
    figures.count(standings_in([*trial.openings()[:1], *live.events()]))
    figures.announce(trial.round_id, 72)
    paused = Paused(database)

    counting = eventlet.spawn(paused.count, standings_in(trial.openings()[1:]))
    paused.inside.wait()
    purging = eventlet.spawn(figures.purge, trial.round_id, NOON)
    with eventlet.Timeout(0.3, False):  # time enough to slip past, were the round not held
        purging.wait()
    paused.may_go_on.send()
    counting.wait()
    purging.wait()
    figures.announce(trial.round_id, 72)
    figures.count(standings_in(trial.events()))

    assert left_of(trial, database) == [("rounds", {"_id", "turns", "purged_at"})]
    with pytest.raises(RoundNotCounted):
        figures.sums(trial.round_id, Axis.COUNTRY, EVERYWHERE)
    assert is_right(figures, live)


def test_filings_of_a_round_are_known_once_and_a_comparison_is_kept_until_the_next(
    figures: Figures,
) -> None:
    life, trial = some_life(), some_life(mode="trial")
    figures.count(standings_in([*life.events(), *trial.events()]))
    figures.count(standings_in(life.filings()))

    assert figures.filings() == {each.round_id: len(each.filings()) for each in (life, trial)}
    receipts = {"mode": "live", "receipts": 2, "settled": 2, "unsent": 0}
    kept = [receipts | {"round_id": each.round_id} for each in (life, trial)]
    figures.keep_reconciled(reconciled(kept, {life.round_id: 2}, at=NOON))
    figures.keep_reconciled(last := reconciled(kept[:1], {}, at=NOON))
    assert figures.reconciled() == last
    figures.purge(trial.round_id, NOON)
    assert set(figures.filings()) == {life.round_id}


def test_a_purge_heard_before_anything_else_of_its_round_holds(figures: Figures) -> None:
    life = some_life(mode="trial")

    figures.purge(life.round_id, NOON)
    figures.count(standings_in(life.events()))

    assert figures.size() == {"standings": 0, "announced": 0}


def test_a_round_nothing_was_heard_of_has_no_figures(figures: Figures) -> None:
    with pytest.raises(RoundNotCounted):
        figures.sums("ethics-2568-9", Axis.COUNTRY, EVERYWHERE)


def test_an_announced_round_has_figures_of_nothing_until_its_obligations_are_heard(
    figures: Figures,
) -> None:
    figures.announce("ethics-2568-1", 23_547)

    assert figures.sums("ethics-2568-1", Axis.PROVINCE, EVERYWHERE) == {}
    assert figures.size() == {"standings": 0, "announced": 23_547}


def test_a_district_keeps_its_newest_name_whatever_order_names_come_in(figures: Figures) -> None:
    old = (datetime(2025, 1, 1, tzinfo=UTC), "คลองท่อมเหนือ")
    new = (datetime(2026, 1, 1, tzinfo=UTC), "คลองท่อม")

    figures.name_districts({"8104": new, "8105": old})
    figures.name_districts({"8104": old, "8105": new})

    assert figures.district_names(["8104", "8105", "8106"]) == {
        "8104": "คลองท่อม",
        "8105": "คลองท่อม",
    }


def test_a_frozen_database_is_an_outage_within_its_time_and_the_repeat_counts_once(
    figures: Figures, infrastructure: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    life = some_life()
    figures.count(standings_in(life.openings()))

    with monkeypatch.context() as hurried, frozen(infrastructure, "mongod"):
        hurried.setattr("services.aggregation.store.TRANSACTION_SECONDS", 1.0)
        hurried.setattr("chassis.mongo.TRANSACTION_SECONDS", 1.0)
        with eventlet.Timeout(HANG_SECONDS), pytest.raises(PyMongoError) as outage:
            figures.count(standings_in(life.filings()))
    assert is_outage(outage.value)

    figures.count(standings_in(life.filings()))
    assert is_right(figures, life)


# -- cost -----------------------------------------------------------------------------------


class Commands(CommandListener):
    """Notes the commands sent to the server."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def started(self, event: object) -> None:
        self.sent.append(event.command_name)

    def _nothing(self, event: object) -> None:
        """Of no interest here."""

    succeeded = failed = _nothing


@pytest.fixture
def watched(mongo_uri: str, database: Database) -> Iterator[tuple[Figures, Commands]]:
    commands = Commands()
    with MongoClient(mongo_uri, tz_aware=True, event_listeners=[commands]) as client:
        yield Figures(client.get_default_database()), commands


@pytest.mark.parametrize("organisations", [3, 300])
def test_a_batch_and_a_request_cost_the_same_commands_however_many_organisations_there_are(
    watched: tuple[Figures, Commands], organisations: int
) -> None:
    figures, commands = watched
    life = Life(a_country(organisations, districts=3))
    figures.count(standings_in(life.openings(most=1_000)))
    filed = Life(
        tuple(Duty(d.organisation, d.type, d.district, d.group, "filed") for d in life.duties),
        round_id=life.round_id,
    )

    commands.sent.clear()
    figures.count(standings_in(filed.filings()))
    assert commands.sent == [
        "findAndModify",
        "find",
        *(["getMore"] if organisations > 40 else []),
        "update",
        "update",
        "update",
        "commitTransaction",
    ]

    commands.sent.clear()
    sums = figures.sums(life.round_id, Axis.DISTRICT, EVERYWHERE)
    figures.district_names(sums)
    assert commands.sent == ["find", "aggregate", "find"]
    assert total(sums.values())["filed"] == 3 * organisations


def test_a_request_reads_no_more_documents_when_districts_have_more_organisations(
    figures: Figures, database: Database
) -> None:
    few, many = (Life(a_country(organisations, districts=2)) for organisations in (12, 240))
    figures.count(standings_in([*few.openings(), *many.openings()]))

    tallies = [
        database["tallies"].count_documents({"round_id": life.round_id}) for life in (few, many)
    ]

    assert tallies[0] == tallies[1]
