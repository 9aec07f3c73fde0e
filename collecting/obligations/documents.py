"""The ledger: obligations, and what was typed, filed and refused on them."""

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
from collecting.obligations.rules.obligation import State
from collecting.rounds.rules import Mode


def obligation_document(axis: str) -> type[Document]:
    """Return the document of obligations whose subjects stand in the field `axis`."""

    class ObligationDocument(Document):
        """The ledger: what it says now about one organisation's duty about one subject."""

        id = StringField(primary_key=True)
        round_id = StringField(required=True)
        mode = StringField(required=True, choices=[*Mode])
        organisation_id = StringField(required=True)
        organisation_code = StringField(required=True)
        organisation_type = StringField(required=True)
        organisation_name = StringField(required=True)
        province_code = StringField(required=True)
        district_code = StringField(required=True)
        district_name = StringField()
        subject = StringField(required=True, db_field=axis)
        due_at = DateTimeField(required=True)
        due_because = StringField()
        extension_no = IntField()
        stood = ListField(DictField())
        state = StringField(required=True, choices=[*State])
        revision = IntField(required=True)
        first_accepted_at = DateTimeField(null=True)
        on_time = BooleanField(null=True)
        content_sha256 = StringField()
        last_filing_id = StringField(null=True)
        judged_at = DateTimeField(null=True)
        correct_until = DateTimeField(null=True)
        accepted_revision = IntField(null=True)
        signatures = ListField(DictField())
        act_no = IntField()
        acts = ListField(DictField())
        outbox = ListField(DictField())
        meta = {
            "collection": "obligations",
            "db_alias": ALIAS,
            "auto_create_index": False,
            "indexes": [
                OUTBOX_INDEX,
                ("organisation_id", "subject", "due_at", "id"),
                ("district_code", "due_at", "id"),
                ("province_code", "due_at", "id"),
                ("round_id", "state", "due_at", "id"),
                ("round_id", "province_code", "district_code"),
                ("due_at", "id"),
            ],
        }

    return ObligationDocument
