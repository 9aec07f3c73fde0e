"""The pool of connections to the database is bounded, and so is the wait for a place in it."""

import eventlet
import mongoengine
import pymongo
import pytest
from prometheus_client import REGISTRY
from pymongo import CursorType
from pymongo.errors import PyMongoError

from chassis.mongo import connect
from chassis.outages import is_outage
from tests.builders.waiting import HANG_SECONDS, soon

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


def test_a_full_pool_is_an_outage_told_while_it_is_full_and_over_when_a_place_is_free(
    narrow, mongo
):
    grains = narrow.create_collection("grains", capped=True, size=4096)
    grains.insert_one({"_id": "rice"})

    def hold():
        # What the server lets wait for a next document holds the place.
        with pymongo.timeout(HANG_SECONDS):
            following = grains.find(cursor_type=CursorType.TAILABLE_AWAIT)
            following.max_await_time_ms(int(HANG_SECONDS * 1000))
            return [next(following) for _ in range(2)]

    holder = eventlet.spawn(hold)
    soon(lambda: places_in_use() == 1)

    with pytest.raises(PyMongoError) as full:
        grains.find_one()

    assert is_outage(full.value)
    assert not holder.dead
    mongo[narrow.name]["grains"].insert_one({"_id": "wheat"})
    assert [grain["_id"] for grain in holder.wait()] == ["rice", "wheat"]
    assert grains.find_one() == {"_id": "rice"}
