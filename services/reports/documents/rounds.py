"""Rounds with their orders, and the organisations they are opened for."""

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


class OrganisationDocument(Document):
    """The few facts about an LAO that reports needs, from accounts' events."""

    id = StringField(primary_key=True)
    code = StringField(required=True)
    type = StringField(required=True)
    full_name = StringField(required=True)
    province_code = StringField(required=True)
    district_code = StringField(required=True)
    district_name = StringField()
    closed = BooleanField()
    changed_at = DateTimeField(required=True)
    meta = {
        "collection": "organisations",
        "db_alias": ALIAS,
        "auto_create_index": False,
        "indexes": [("province_code", "district_code", "code")],
    }


class RoundDocument(Document):
    """One round; of a purged trial only the tombstone with its signed statement."""

    id = StringField(primary_key=True)
    kind = StringField(required=True)
    fiscal_year_be = IntField(required=True)
    no = IntField(required=True)
    form_id = StringField()
    form_version = IntField()
    mode = StringField(required=True)
    opens_at = DateTimeField()
    lao_due_at = DateTimeField()
    closes_at = DateTimeField()
    central_due_at = DateTimeField()
    state = StringField(required=True)
    version = IntField(required=True)
    scope = DictField()
    due_exceptions = ListField(DictField())
    obligations = IntField()
    corrections_close_at = DateTimeField()
    late_if_amended_as = ListField(StringField())
    sign_off = StringField()
    statement = StringField()
    purged = DictField()
    purged_at = DateTimeField()
    outbox = ListField(DictField())
    meta = {
        "collection": "rounds",
        "db_alias": ALIAS,
        "auto_create_index": False,
        "indexes": [
            OUTBOX_INDEX,
            ("state", "closes_at"),
            {
                "fields": ["kind", "fiscal_year_be", "no"],
                "name": "one_live_round",
                "unique": True,
                "partialFilterExpression": {"mode": "live"},
            },
        ],
    }


class OpenedDistrictDocument(Document):
    """That obligations of one district were created, with the event that says so."""

    id = StringField(primary_key=True)
    round_id = StringField(required=True)
    organisation_ids = ListField(StringField())
    outbox = ListField(DictField())
    meta = {
        "collection": "opened_districts",
        "db_alias": ALIAS,
        "auto_create_index": False,
        "indexes": [OUTBOX_INDEX, ("round_id", "organisation_ids")],
    }


class ExtensionDocument(Document):
    """An order on due dates of a round, with the event that says so."""

    id = StringField(primary_key=True)
    round_id = StringField(required=True)
    no = IntField(required=True)
    scope = DictField()
    obligation = StringField()
    lao_due_at = DateTimeField()
    withdraws = IntField()
    order_no = StringField(required=True)
    reason = StringField(required=True)
    extended_by = StringField(required=True)
    extended_at = DateTimeField(required=True)
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
