"""Figures rebuilt from the log are those that stand; where they are not, the log is right."""

from __future__ import annotations

import os
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
from tests.builders.waiting import HANG_SECONDS, soon
from tests.component.aggregation.conftest import Announcer
from tests.component.aggregation.test_service import a_life, purged, round_opened, shows
from tests.unit.aggregation.lives import left_of
from tools.programs import ROOT

Rebuild = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def rebuild(amqp_uri: str, kept: Database, mongo_uri: str, mongo: MongoClient) -> Iterator[Rebuild]:
    """Runs the command; the database it makes beside the present one is dropped afterwards."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        addresses = {"SUCHARIT_AMQP_URI": amqp_uri, "AGGREGATION_MONGO_URI": mongo_uri}
        return subprocess.run(
            [sys.executable, "-m", "services.aggregation.rebuild", *arguments],
            cwd=ROOT,
            env={**os.environ, **addresses},
            capture_output=True,
            text=True,
            timeout=HANG_SECONDS,
        )

    yield run
    mongo.drop_database(f"{kept.name}_rebuilt")


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

    same = rebuild()
    assert same.returncode == 0, same.stdout + same.stderr

    spoilt = kept["tallies"].find_one_and_update({"filed": {"$gt": 0}}, {"$inc": {"filed": 1}})
    lost = kept["standings"].find_one_and_delete({})
    differing = rebuild()
    assert differing.returncode == 1
    assert f"tallies {spoilt['_id']}" in differing.stdout
    assert f"standings {lost['_id']}" in differing.stdout
    assert "2 differences" in differing.stdout

    mended = rebuild("--replace")
    assert mended.returncode == 0, mended.stderr
    assert shows(aggregation, live)
    assert shows(aggregation, trial)
    assert len(left_of(gone, kept)) == 1
    assert rebuild().returncode == 0
    indexes = {index["name"] for index in kept["tallies"].list_indexes()}
    assert indexes == {"_id_", "round_id_1_province_code_1", "round_id_1_district_code_1"}
