"""What aggregation stores. `python -m chassis.migrate` has the database hold to it."""

from __future__ import annotations

from mongoengine import (
    BooleanField,
    DateTimeField,
    Document,
    EmbeddedDocument,
    EmbeddedDocumentField,
    EmbeddedDocumentListField,
    IntField,
    ListField,
    StringField,
)

ALIAS = "aggregation"


class FormerDueDate(EmbeddedDocument):
    """A later due date that stood for a time."""

    since = DateTimeField(required=True)
    until = DateTimeField(required=True)
    due_at = DateTimeField(required=True)


class DueDate(EmbeddedDocument):
    """The due date after the order of a number."""

    extension_no = IntField(required=True)
    at = DateTimeField(required=True)
    stood = EmbeddedDocumentListField(FormerDueDate)


class JudgedFiling(EmbeddedDocument):
    """By what time a revision is judged, and how it was judged when it was recorded."""

    revision = IntField(required=True)
    at = DateTimeField(required=True)
    on_time = BooleanField(required=True)


class LatestFiling(EmbeddedDocument):
    """The highest revision heard of, which says whether there was anything to report."""

    revision = IntField(required=True)
    nil = BooleanField(required=True)
    withdrawn = BooleanField(required=True)


class Review(EmbeddedDocument):
    """The last act of an office on what was filed."""

    act_no = IntField(required=True)
    revision = IntField(required=True)
    returned = BooleanField(required=True)


class Exemption(EmbeddedDocument):
    """The last act by which an obligation was exempt, or owed again."""

    act_no = IntField(required=True)
    exempt = BooleanField(required=True)


class StandingDocument(Document):
    """What has been heard of one obligation; the id is the obligation's."""

    id = StringField(primary_key=True)
    round_id = StringField(required=True)
    province_code = StringField(required=True)
    district_code = StringField(required=True)
    organisation_type = StringField(required=True)
    code_group = StringField(required=True)
    placed_by = IntField(required=True)
    due = EmbeddedDocumentField(DueDate, null=True)
    first = EmbeddedDocumentField(JudgedFiling, null=True)
    judged = EmbeddedDocumentField(JudgedFiling, null=True)
    latest = EmbeddedDocumentField(LatestFiling, null=True)
    amended = IntField(required=True)
    withdrawn = IntField(required=True)
    reviewed = EmbeddedDocumentField(Review, null=True)
    exempted = EmbeddedDocumentField(Exemption, null=True)
    heard_to = IntField(required=True)
    heard_beyond = ListField(IntField())
    meta = {
        "collection": "standings",
        "db_alias": ALIAS,
        "auto_create_index": False,
        "indexes": ["round_id"],
    }


class TallyDocument(Document):
    """The counts of one district, type and code group: always the sum of its standings."""

    id = StringField(primary_key=True)
    round_id = StringField(required=True)
    province_code = StringField(required=True)
    district_code = StringField(required=True)
    organisation_type = StringField(required=True)
    code_group = StringField(required=True)
    expected = IntField()
    filed = IntField()
    on_time = IntField()
    amended = IntField()
    returned = IntField()
    nil = IntField()
    exempt = IntField()
    meta = {
        "collection": "tallies",
        "db_alias": ALIAS,
        "auto_create_index": False,
        "indexes": [("round_id", "province_code"), ("round_id", "district_code")],
    }


class RoundDocument(Document):
    """A round something was heard of; of a purged one its id and the time, so late events find it.

    `turns` counts the changes of the round's figures: writing it makes them wait for each other.
    `filings` are the filings heard of, each once.
    """

    id = StringField(primary_key=True)
    turns = IntField()
    announced = IntField()
    filings = IntField()
    purged_at = DateTimeField()
    meta = {
        "collection": "rounds",
        "db_alias": ALIAS,
        "auto_create_index": False,
        "indexes": [],
    }


class DistrictName(EmbeddedDocument):
    """A district's name and since when it is known. In this order: the newest compares highest."""

    at = DateTimeField(required=True)
    name = StringField(required=True)


class DistrictDocument(Document):
    """What a district is called; the id is its code."""

    id = StringField(primary_key=True)
    called = EmbeddedDocumentField(DistrictName, required=True)
    meta = {
        "collection": "districts",
        "db_alias": ALIAS,
        "auto_create_index": False,
        "indexes": [],
    }


class ReconciledDocument(Document):
    """What the last comparison of a round with the ledger showed: no figure, and in no rebuild."""

    id = StringField(primary_key=True)
    round_id = StringField(required=True)
    mode = StringField(required=True)
    receipts = IntField(required=True)
    events = IntField(required=True)
    counted = IntField(required=True)
    difference = IntField(required=True)
    as_of = DateTimeField(required=True)
    meta = {
        "collection": "reconciled",
        "db_alias": ALIAS,
        "auto_create_index": False,
        "indexes": [],
    }


FIGURES: list[type[Document]] = [StandingDocument, TallyDocument, RoundDocument, DistrictDocument]
DOCUMENTS = [*FIGURES, ReconciledDocument]
