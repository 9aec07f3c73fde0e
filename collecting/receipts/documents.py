"""What receipts are checked with: day rolls and signing keys."""

from __future__ import annotations

from mongoengine import (
    BooleanField,
    DictField,
    Document,
    IntField,
    ListField,
    StringField,
)

from chassis.outbox import INDEX as OUTBOX_INDEX
from collecting.alias import ALIAS


class ReceiptRollDocument(Document):
    """The roll of one day's receipts, signed; never changed but for `settled` and its outbox."""

    id = StringField(primary_key=True)
    roll = StringField(required=True)
    day = StringField(required=True)
    round_id = StringField(null=True)
    count = IntField(required=True)
    root = StringField(required=True)
    previous_day = StringField(null=True)
    previous_root = StringField(null=True)
    previous_sha256 = StringField(null=True)
    closed_at = StringField(required=True)
    sha256 = StringField(required=True)
    jws = StringField(required=True)
    sheaves = ListField(DictField())
    settled = BooleanField(required=True)
    outbox = ListField(DictField())
    meta = {
        "collection": "receipt_rolls",
        "db_alias": ALIAS,
        "auto_create_index": False,
        "indexes": [
            OUTBOX_INDEX,
            ("round_id", "day"),
            {"fields": ["round_id", "previous_day"], "name": "one_follows", "unique": True},
        ],
    }
