"""Filings, and what was refused, as they are stored."""

from __future__ import annotations

from mongoengine import (
    BooleanField,
    DateTimeField,
    DictField,
    Document,
    IntField,
    ListField,
    StringField,
)

from chassis.outbox import INDEX as OUTBOX_INDEX
from collecting.alias import ALIAS


class FilingDocument(Document):
    """One recorded submission with its receipt. Never changed but for emptying its outbox and
    marking the roll it stands in.
    """

    id = StringField(primary_key=True)
    request_sha256 = StringField(required=True)
    obligation_id = StringField(required=True)
    round_id = StringField(required=True)
    revision = IntField(required=True)
    kind = StringField(required=True)
    answers = DictField()
    form_id = StringField(required=True)
    form_version = IntField(required=True)
    base_revision = IntField(null=True)
    reason = StringField(null=True)
    reason_class = StringField(null=True)
    notes = DictField()
    channel = StringField()
    obligation_state = StringField(required=True)
    accepted_at = DateTimeField(required=True)
    judged_at = DateTimeField(required=True)
    recorded_at = DateTimeField(required=True)
    on_time = BooleanField(required=True)
    content_sha256 = StringField(required=True)
    slot_id = StringField(required=True)
    username = StringField(required=True)
    holder_name = StringField(null=True)
    organisation_name = StringField(required=True)
    due_at = DateTimeField(required=True)
    due_because = StringField()
    receipt = DictField(required=True)
    unrolled = BooleanField()
    roll = StringField()
    outbox = ListField(DictField())
    meta = {
        "collection": "filings",
        "db_alias": ALIAS,
        "auto_create_index": False,
        "indexes": [
            OUTBOX_INDEX,
            {"fields": ["obligation_id", "revision"], "unique": True},
            "round_id",
            {
                "fields": ["recorded_at", "round_id"],
                "partialFilterExpression": {"unrolled": True},
            },
        ],
    }


class RefusalDocument(Document):
    """What became of a submission that was taken in and then refused; kept for 90 days."""

    id = StringField(primary_key=True)
    obligation_id = StringField(required=True)
    round_id = StringField(required=True)
    slot_id = StringField(required=True)
    kind = StringField(required=True)
    accepted_at = DateTimeField(required=True)
    code = StringField(required=True)
    details = DictField()
    meta = {
        "collection": "refusals",
        "db_alias": ALIAS,
        "auto_create_index": False,
        "indexes": [
            "round_id",
            {"fields": ["accepted_at"], "expireAfterSeconds": 90 * 86_400},
        ],
    }
