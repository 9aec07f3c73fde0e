"""Rounds with their orders, and the organisations they are opened for."""

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
from collecting.rounds.rules import Mode, RoundState, SignOff
from contracts.reference.years import YearBasis


class RoundDocument(Document):
    """One round; of a purged trial only the tombstone with its signed statement."""

    id = StringField(primary_key=True)
    kind = StringField(required=True)
    fiscal_year_be = IntField(required=True)
    no = IntField(required=True)
    form_id = StringField()
    form_version = IntField()
    mode = StringField(required=True, choices=[*Mode])
    opens_at = DateTimeField()
    lao_due_at = DateTimeField()
    closes_at = DateTimeField()
    central_due_at = DateTimeField(null=True)
    state = StringField(required=True, choices=[*RoundState])
    version = IntField(required=True)
    scope = DictField()
    due_exceptions = ListField(DictField())
    obligations = IntField()
    corrections_close_at = DateTimeField(null=True)
    late_if_amended_as = ListField(StringField())
    sign_off = StringField(choices=[*SignOff])
    year_basis = StringField(choices=[*YearBasis])
    purged_trials = ListField(StringField())
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
                "fields": ["kind", "fiscal_year_be", "purged_at"],
                "name": "trials_of_a_year",
                "partialFilterExpression": {"mode": "trial"},
            },
            {
                "fields": ["kind", "fiscal_year_be", "no"],
                "name": "one_live_round",
                "unique": True,
                "partialFilterExpression": {"mode": "live"},
            },
        ],
    }


class OpenedDistrictDocument(Document):
    """That obligations of one district were created, with the event that says so; without
    `subjects` about all of them.
    """

    id = StringField(primary_key=True)
    round_id = StringField(required=True)
    organisation_ids = ListField(StringField())
    subjects = ListField(StringField())
    outbox = ListField(DictField())
    meta = {
        "collection": "opened_districts",
        "db_alias": ALIAS,
        "auto_create_index": False,
        "indexes": [OUTBOX_INDEX, ("round_id", "organisation_ids")],
    }
