"""What reports stores. No behaviour; indexes are built by `python -m chassis.migrate`."""

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

ALIAS = "reports"


class OrganisationDocument(Document):
    """The few facts about an LAO that reports needs, from accounts' events."""

    id = StringField(primary_key=True)
    code = StringField(required=True)
    type = StringField(required=True)
    full_name = StringField(required=True)
    province_code = StringField(required=True)
    district_code = StringField(required=True)
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
            {
                "fields": ["kind", "fiscal_year_be", "no"],
                "name": "one_live_round",
                "unique": True,
                "partialFilterExpression": {"mode": "live"},
            },
        ],
    }


class OpenedDistrictDocument(Document):
    """That the obligations of one district were created, with the event that says so."""

    id = StringField(primary_key=True)
    round_id = StringField(required=True)
    outbox = ListField(DictField())
    meta = {
        "collection": "opened_districts",
        "db_alias": ALIAS,
        "auto_create_index": False,
        "indexes": [OUTBOX_INDEX, "round_id"],
    }


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
    code_group = StringField(required=True)
    due_at = DateTimeField(required=True)
    due_because = StringField()
    state = StringField(required=True)
    revision = IntField(required=True)
    first_accepted_at = DateTimeField()
    on_time = BooleanField()
    content_sha256 = StringField()
    last_filing_id = StringField()
    meta = {
        "collection": "obligations",
        "db_alias": ALIAS,
        "auto_create_index": False,
        "indexes": [
            ("organisation_id", "code_group", "due_at", "id"),
            ("district_code", "due_at", "id"),
            ("province_code", "due_at", "id"),
            ("round_id", "state", "due_at", "id"),
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


class FilingDocument(Document):
    """One recorded submission with its receipt. Never changed but for emptying its outbox."""

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
    accepted_at = DateTimeField(required=True)
    recorded_at = DateTimeField(required=True)
    on_time = BooleanField(required=True)
    content_sha256 = StringField(required=True)
    slot_id = StringField(required=True)
    username = StringField(required=True)
    holder_name = StringField()
    organisation_name = StringField(required=True)
    receipt = DictField(required=True)
    outbox = ListField(DictField())
    meta = {
        "collection": "filings",
        "db_alias": ALIAS,
        "auto_create_index": False,
        "indexes": [
            OUTBOX_INDEX,
            {"fields": ["obligation_id", "revision"], "unique": True},
            "round_id",
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


class JobDocument(Document):
    """Long work; the chassis reads and writes it."""

    id = StringField(primary_key=True)
    kind = StringField(required=True)
    state = StringField(required=True)
    created_at = DateTimeField(required=True)
    meta = {
        "collection": "jobs",
        "db_alias": ALIAS,
        "auto_create_index": False,
        "indexes": [("state", "kind", "created_at")],
    }


DOCUMENTS = [
    OrganisationDocument,
    RoundDocument,
    OpenedDistrictDocument,
    ObligationDocument,
    DraftDocument,
    FilingDocument,
    RefusalDocument,
    JobDocument,
]
