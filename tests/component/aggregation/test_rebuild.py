"""Figures rebuilt from the log are those that stand; where they are not, the log is right."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from chassis import topology
from chassis.connection import open_connection
from clients.aggregation import AggregationClient
from services.aggregation.rebuild import main
from tests.builders.waiting import HANG_SECONDS, soon
from tests.component.aggregation.conftest import Announcer
from tests.component.aggregation.test_service import a_life, purged, round_opened, shows
from tests.unit.aggregation.lives import left_of
from tools.programs import ROOT

Rebuild = Callable[..., int | str | None]


@pytest.fixture
def rebuild(
    amqp_uri: str, kept: Database, mongo: MongoClient, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Rebuild]:
    """Does here what the command does, on the connection of the running service, and returns its
    exit status; the database it makes beside the present one is dropped afterwards.
    """
    monkeypatch.setenv("SUCHARIT_AMQP_URI", amqp_uri)
    monkeypatch.setattr("services.aggregation.rebuild.connect", lambda *_: kept)

    def run(*arguments: str) -> int | str | None:
        monkeypatch.setattr(sys, "argv", ["rebuild", *arguments])
        try:
            main()
        except SystemExit as ended:
            return ended.code
        return 0

    yield run
    mongo.drop_database(f"{kept.name}_rebuilt")


def command() -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "services.aggregation.rebuild"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=HANG_SECONDS,
    )


def test_the_log_gives_the_figures_that_stand_and_mends_wrong_ones(
    aggregation: AggregationClient,
    announcer: Announcer,
    kept: Database,
    amqp_uri: str,
    rebuild: Rebuild,
) -> None:
    live, trial, gone = a_life(), a_life("trial"), a_life("trial")
    with open_connection(amqp_uri) as connection:
        for life in (trial, gone):
            topology.declare_trial_log(connection.channel(), life.round_id)
    events: list[Any] = [event for life in (live, trial, gone) for event in life.events()]
    twice = random.Random(7).sample([*events, *events], 2 * len(events))
    announcer.announce([round_opened(live), round_opened(trial), *twice])
    soon(lambda: all(shows(aggregation, life) for life in (live, trial, gone)))
    announcer.announce([purged(gone)])
    soon(lambda: len(left_of(gone, kept)) == 1)

    assert rebuild() == 0

    spoilt = kept["tallies"].find_one_and_update({"filed": {"$gt": 0}}, {"$inc": {"filed": 1}})
    lost = kept["standings"].find_one_and_delete({})
    differing = command()
    assert differing.returncode == 1
    assert f"tallies {spoilt['_id']}" in differing.stdout
    assert f"standings {lost['_id']}" in differing.stdout
    assert "2 differences" in differing.stdout

    assert rebuild("--replace") == 0
    assert shows(aggregation, live)
    assert shows(aggregation, trial)
    assert len(left_of(gone, kept)) == 1
    assert rebuild() == 0
    indexes = {index["name"] for index in kept["tallies"].list_indexes()}
    assert indexes == {"_id_", "round_id_1_province_code_1", "round_id_1_district_code_1"}
