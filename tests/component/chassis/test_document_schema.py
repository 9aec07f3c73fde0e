"""After a deployment the database refuses what no document says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import mongoengine
import pytest
from mongoengine import DateTimeField, DictField, Document, IntField, ListField, StringField
from pymongo import InsertOne
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError, WriteError

from chassis.mongo import connect, prepare
from chassis.outages import is_outage
from tests.builders.databases import unsaid

ALIAS = "granary"
SACK = {"_id": "s1", "grain": "rice", "filled_at": datetime(2027, 1, 1, tzinfo=UTC)}
REFUSED = 121


class SackDocument(Document):
    id = StringField(primary_key=True)
    grain = StringField(required=True, choices=["rice", "maize"])
    filled_at = DateTimeField(required=True)
    weight = IntField()
    owner = StringField(null=True)
    seals = ListField(DictField())
    meta = {  # noqa: RUF012 (mongoengine's own)
        "collection": "sacks",
        "db_alias": ALIAS,
        "auto_create_index": False,
        "indexes": ["grain"],
    }


@pytest.fixture
def sacks(mongo_uri: str) -> Iterator[Collection[dict[str, Any]]]:
    """A collection with something in it from before there was a schema, then deployed."""
    database = connect(mongo_uri, ALIAS)
    database["sacks"].insert_one({"_id": "old", "grain": "rice", "colour": "red"})
    prepare([SackDocument])
    yield database["sacks"]
    mongoengine.disconnect(ALIAS)


@pytest.mark.parametrize(
    "changed",
    [
        {"colour": "red"},
        {"grain": 7},
        {"grain": "rye"},
        {"grain": None},
        {"filled_at": "2027-01-01"},
        {"weight": "heavy"},
        {"weight": None},
        {"seals": ["wax"]},
    ],
    ids=str,
)
def test_an_unknown_field_and_a_wrong_type_are_refused(sacks, changed):
    with pytest.raises(WriteError) as inserted:
        sacks.insert_one(SACK | changed)
    sacks.insert_one(dict(SACK))
    with pytest.raises(WriteError) as updated:
        sacks.update_one({"_id": "s1"}, {"$set": changed})

    assert inserted.value.code == updated.value.code == REFUSED
    assert sacks.find_one({"_id": "s1"}, {"filled_at": 0}) == {"_id": "s1", "grain": "rice"}


def test_a_missing_field_is_refused_unless_it_may_be_missing_or_null(sacks):
    with pytest.raises(WriteError):
        sacks.insert_one({"_id": "s1", "grain": "rice"})

    sacks.insert_one(SACK | {"weight": 2**40, "owner": None, "seals": [{"wax": 1}]})


def test_a_refusal_is_no_outage_that_is_waited_out(sacks):
    with pytest.raises(WriteError) as one:
        sacks.insert_one(SACK | {"colour": "red"})
    with pytest.raises(BulkWriteError) as many:
        sacks.bulk_write([InsertOne(SACK | {"colour": "red"})], ordered=False)

    assert not is_outage(one.value)
    assert not is_outage(many.value)


def test_what_stood_before_can_still_be_changed_also_after_the_next_deployment(sacks):
    prepare([SackDocument])

    sacks.update_one({"_id": "old"}, {"$set": {"grain": "maize"}})

    assert sacks.find_one() == {"_id": "old", "grain": "maize", "colour": "red"}


def test_what_no_document_says_is_found_in_what_the_services_keep(mongo):
    kept = mongo["sucharit_aggregation"]
    odd = {"_id": "odd", "turns": 1, "colour": "red"}
    kept["rounds"].insert_one(odd, bypass_document_validation=True)
    kept.create_collection("strangers")
    found = [*unsaid(mongo)]
    kept["rounds"].delete_one({"_id": "odd"})
    kept.drop_collection("strangers")

    assert found == ["strangers", odd]
    assert [*unsaid(mongo)] == []
