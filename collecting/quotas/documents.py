"""What was sent, counted for each quota, as it is stored."""

from __future__ import annotations

from mongoengine import (
    DateTimeField,
    Document,
    IntField,
    LongField,
    StringField,
)

from collecting.alias import ALIAS


class QuotaCounterDocument(Document):
    """How much was sent in a day or a year by a slot or an organisation; gone when that is over."""

    id = StringField(primary_key=True)
    count = IntField(required=True)
    bytes = LongField(required=True)
    gone_at = DateTimeField(required=True)
    meta = {
        "collection": "quota_counters",
        "db_alias": ALIAS,
        "auto_create_index": False,
        "indexes": [{"fields": ["gone_at"], "expireAfterSeconds": 0}],
    }
