"""Figures rebuilt from the log are those that stand; where they are not, the log is right."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from typing import Any

import pytest
from pymongo import MongoClient

from chassis import bus
from clients.aggregation import AggregationClient
from tests.component.aggregation.conftest import Announcer, soon
from tests.component.aggregation.test_service import a_life, purged, round_opened, shows
from tools.programs import ROOT


@pytest.fixture
def rebuild(amqp_uri: str, mongo_uri: str, mongo: MongoClient) -> Any:
    """Runs the command; the database it builds beside the present one is dropped afterwards."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "services.aggregation.rebuild", *arguments],
            cwd=ROOT,
            env={**os.environ, "SUCHARIT_AMQP_URI": amqp_uri, "AGGREGATION_MONGO_URI": mongo_uri},
            capture_output=True,
            text=True,
            timeout=60,
        )

    yield run
    mongo.drop_database(f"{mongo.get_database_name(mongo_uri)}_rebuilt")


def test_the_log_gives_the_same_figures_and_mends_wrong_ones(
    aggregation: AggregationClient,
    announcer: Announcer,
    container: Any,
    amqp_uri: str,
    rebuild: Any,
) -> None:
    live, trial, gone = a_life(), a_life("trial"), a_life("trial")
    with bus.open_connection(amqp_uri) as connection:
        for life in (trial, gone):
            bus.declare_trial_log(connection.channel(), life.round_id)
    events = [event for life in (live, trial, gone) for event in life.events()]
    twice = random.Random(7).sample([*events, *events], 2 * len(events))
    announcer.announce([round_opened(live), round_opened(trial), *twice])
    soon(lambda: all(shows(aggregation, life) for life in (live, trial, gone)))
    announcer.announce([purged(gone)])
