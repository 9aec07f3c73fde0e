"""Problem reports with their sums, and consolidated reports."""

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

CIRCULATED = ["circulated.answered_at", "id"]
IS_CIRCULATED = {"circulated.answered_at": {"$exists": True}}


class ProblemReportDocument(Document):
    """A trouble somebody met in a round, with its answers; `circulated` is the latest for all."""

    id = StringField(primary_key=True)
    request_sha256 = StringField(required=True)
    round_id = StringField(required=True)
    mode = StringField(required=True)
    category = StringField(required=True)
    text = StringField(required=True)
    state = StringField(required=True)
    reported_at = DateTimeField(required=True)
    slot_id = StringField(required=True)
    username = StringField(required=True)
    holder_name = StringField(null=True)
    organisation_id = StringField(null=True)
    organisation_name = StringField(null=True)
    province_code = StringField()
    district_code = StringField()
    code_group = StringField(null=True)
    answers = ListField(DictField())
    circulated = DictField()
    version = IntField(required=True)
    outbox = ListField(DictField())
    meta = {
        "collection": "problem_reports",
        "db_alias": ALIAS,
        "auto_create_index": False,
        "indexes": [
            OUTBOX_INDEX,
            ("slot_id", "reported_at", "id"),
            ("district_code", "reported_at", "id"),
            ("province_code", "reported_at", "id"),
            ("round_id", "reported_at", "id"),
            ("reported_at", "id"),
            {"fields": ["category", *CIRCULATED], "partialFilterExpression": IS_CIRCULATED},
            {"fields": CIRCULATED, "partialFilterExpression": IS_CIRCULATED},
        ],
    }


class ProblemTallyDocument(Document):
    """How many problems of one category a district reported in a round, and how many answered."""

    id = StringField(primary_key=True)
    round_id = StringField(required=True)
    mode = StringField(required=True)
    province_code = StringField()
    district_code = StringField()
    category = StringField(required=True)
    reported = IntField(required=True)
    answered = IntField(required=True)
    meta = {
        "collection": "problem_tallies",
        "db_alias": ALIAS,
        "auto_create_index": False,
        "indexes": [
            ("round_id", "province_code", "district_code"),
            ("mode", "province_code", "district_code"),
        ],
    }
