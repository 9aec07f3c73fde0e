"""A document's fields say what the database is to hold."""

from __future__ import annotations

import pytest
from mongoengine import (
    BinaryField,
    BooleanField,
    DateTimeField,
    DictField,
    EmbeddedDocument,
    EmbeddedDocumentField,
    EmbeddedDocumentListField,
    IntField,
    ListField,
    LongField,
    MapField,
    StringField,
)

from chassis.document_schema import schema_of

WHOLE = ["int", "long"]


class Seed(EmbeddedDocument):
    kind = StringField(required=True, db_field="of")


SEED = {
    "bsonType": ["object"],
    "properties": {"of": {"bsonType": ["string"]}},
    "additionalProperties": False,
    "required": ["of"],
}


def said_of(field):
    """What a schema says of a field."""
    holding = type("Holding", (EmbeddedDocument,), {"field": field})
    return schema_of(holding)["properties"]["field"]


@pytest.mark.parametrize(
    ("field", "said"),
    [
        (StringField(), {"bsonType": ["string"]}),
        (StringField(null=True), {"bsonType": ["string", "null"]}),
        (StringField(choices=["a", "b"]), {"bsonType": ["string"], "enum": ["a", "b"]}),
        (
            StringField(choices=["a"], null=True),
            {"bsonType": ["string", "null"], "enum": ["a", None]},
        ),
        (BooleanField(), {"bsonType": ["bool"]}),
        (IntField(), {"bsonType": WHOLE}),
        (LongField(), {"bsonType": WHOLE}),
        (DateTimeField(null=True), {"bsonType": ["date", "null"]}),
        (BinaryField(), {"bsonType": ["binData"]}),
        (DictField(), {"bsonType": ["object"]}),
        (
            MapField(IntField(null=True), null=True),
            {
                "bsonType": ["object", "null"],
                "additionalProperties": {"bsonType": [*WHOLE, "null"]},
            },
        ),
        (ListField(), {"bsonType": ["array"]}),
        (ListField(StringField()), {"bsonType": ["array"], "items": {"bsonType": ["string"]}}),
        (EmbeddedDocumentField(Seed), SEED),
        (EmbeddedDocumentField(Seed, null=True), SEED | {"bsonType": ["object", "null"]}),
        (EmbeddedDocumentListField(Seed), {"bsonType": ["array"], "items": SEED}),
    ],
    ids=str,
)
def test_a_field_says_what_it_may_hold(field, said):
    assert said_of(field) == said


def test_what_is_not_required_may_be_missing_and_nothing_else_may_be_there():
    class Bed(EmbeddedDocument):
        seed = EmbeddedDocumentField(Seed, required=True)
        depth = IntField()

    said = schema_of(Bed)

    assert said["required"] == ["seed"]
    assert said["properties"].keys() == {"seed", "depth"}
    assert said["additionalProperties"] is False
