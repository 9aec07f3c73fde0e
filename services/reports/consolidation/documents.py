"""Consolidated reports as they are stored."""

from __future__ import annotations

from mongoengine import (
    DateTimeField,
    DictField,
    Document,
    ListField,
    StringField,
)

from chassis.outbox import INDEX as OUTBOX_INDEX
from collecting.alias import ALIAS


class ConsolidationDocument(Document):
    """A consolidated report of a round: its figures in short, and where its files are."""

    id = StringField(primary_key=True)
    round_id = StringField(required=True)
    as_of = DateTimeField(required=True)
    made_at = DateTimeField(required=True)
    made_by = StringField(required=True)
    facts = DictField(required=True)
    files = DictField(required=True)
    outbox = ListField(DictField())
    meta = {
        "collection": "consolidations",
        "db_alias": ALIAS,
        "auto_create_index": False,
        "indexes": [OUTBOX_INDEX, ("round_id", "as_of", "id")],
    }
