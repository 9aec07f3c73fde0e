"""The pool of connections to the database is bounded, and so is the wait for a place in it."""

import time

import eventlet
import mongoengine
import pymongo
import pytest
from prometheus_client import REGISTRY
from pymongo.errors import PyMongoError

from chassis.mongo import connect
from chassis.outages import is_outage
from tests.builders.waiting import soon

HELD_SECONDS = 1.5
TIMEOUT_SECONDS = 0.5


@pytest.fixture
def narrow(mongo_uri, monkeypatch):
    """A database that is reached by one connection."""
    # No settings: operators have no use for them. The pool and the waiting are the real ones.
    monkeypatch.setattr("chassis.mongo.POOL_SIZE", 1)
    monkeypatch.setattr("chassis.mongo.TIMEOUT_MS", int(TIMEOUT_SECONDS * 1000))
    yield connect(mongo_uri, "narrow")
    mongoengine.disconnect("narrow")


def places_in_use():
    return REGISTRY.get_sample_value("pool_in_use", {"pool": "mongo"})


def test_a_full_pool_is_an_outage_told_in_time_and_over_when_a_place_is_free(narrow):
    grains = narrow["grains"]
    grains.insert_one({"_id": "rice"})

    def hold():
        # The server sleeps, not the test: an operation that takes long is what holds the place.
        with pymongo.timeout(10):
            list(grains.find({"$where": f"sleep({int(HELD_SECONDS * 1000)}); return true"}))

    holder = eventlet.spawn(hold)
    soon(lambda: places_in_use() == 1)
    since = time.monotonic()

    with pytest.raises(PyMongoError) as full:
        grains.find_one()

    assert is_outage(full.value)
    assert time.monotonic() - since < HELD_SECONDS - TIMEOUT_SECONDS / 2
    holder.wait()
    assert grains.find_one() == {"_id": "rice"}
