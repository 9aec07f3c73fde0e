"""Orders on due dates as they are stored, and the districts that they moved."""

from __future__ import annotations

from mongoengine import (
    DateTimeField,
    DictField,
    Document,
    IntField,
    ListField,
    StringField,
)

from chassis.outbox import INDEX as OUTBOX_INDEX
from collecting.alias import ALIAS


class ExtensionDocument(Document):
    """An order on due dates of a round, with the event that says so; one without `subjects` is
    about all of them.
    """

    id = StringField(primary_key=True)
    round_id = StringField(required=True)
    no = IntField(required=True)
    scope = DictField()
    obligation = StringField(null=True)
    lao_due_at = DateTimeField(null=True)
    withdraws = IntField(null=True)
    order_no = StringField(required=True)
    reason = StringField(required=True)
    extended_by = StringField(required=True)
    extended_at = DateTimeField(required=True)
    subjects = ListField(StringField())
    outbox = ListField(DictField())
    meta = {
        "collection": "extensions",
        "db_alias": ALIAS,
        "auto_create_index": False,
        "indexes": [OUTBOX_INDEX, {"fields": ["round_id", "no"], "unique": True}],
    }


class MovedDistrictDocument(Document):
    """That an order moved the due dates of one district, with the event that says so."""

    id = StringField(primary_key=True)
    round_id = StringField(required=True)
    outbox = ListField(DictField())
    meta = {
        "collection": "moved_districts",
        "db_alias": ALIAS,
        "auto_create_index": False,
        "indexes": [OUTBOX_INDEX, "round_id"],
    }
