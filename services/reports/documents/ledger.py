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
from services.reports.documents.alias import ALIAS


class ObligationDocument(Document):
    """The ledger: what it says now about one organisation's duty for one code group."""

    id = StringField(primary_key=True)
    round_id = StringField(required=True)
    mode = StringField(required=True)
    organisation_id = StringField(required=True)
    organisation_code = StringField(required=True)
    organisation_type = StringField(required=True)
    organisation_name = StringField(required=True)
    province_code = StringField(required=True)
    district_code = StringField(required=True)
    district_name = StringField()
    code_group = StringField(required=True)
    due_at = DateTimeField(required=True)
    due_because = StringField()
    extension_no = IntField()
    stood = ListField(DictField())
    state = StringField(required=True)
    revision = IntField(required=True)
    first_accepted_at = DateTimeField()
    on_time = BooleanField()
    content_sha256 = StringField()
    last_filing_id = StringField()
    judged_at = DateTimeField()
    correct_until = DateTimeField()
    accepted_revision = IntField()
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
            ("organisation_id", "code_group", "due_at", "id"),
            ("district_code", "due_at", "id"),
            ("province_code", "due_at", "id"),
            ("round_id", "state", "due_at", "id"),
            ("round_id", "province_code", "district_code"),
            ("due_at", "id"),
        ],
    }


class DraftDocument(Document):
    """What has been typed on an obligation and not yet filed."""

    id = StringField(primary_key=True)
    round_id = StringField(required=True)
    answers = DictField()
    version = IntField(required=True)
    saved_at = DateTimeField(required=True)
    saved_by = StringField(required=True)
    meta = {
        "collection": "drafts",
        "db_alias": ALIAS,
        "auto_create_index": False,
        "indexes": ["round_id"],
    }


class PrefillDocument(Document):
    """What the draft of an obligation showed as prefilled and nobody has confirmed."""

    id = StringField(primary_key=True)
    round_id = StringField(required=True)
    marks = DictField()
    meta = {
        "collection": "prefills",
        "db_alias": ALIAS,
        "auto_create_index": False,
        "indexes": ["round_id"],
    }


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
    base_revision = IntField()
    reason = StringField()
    reason_class = StringField()
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
    holder_name = StringField()
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
