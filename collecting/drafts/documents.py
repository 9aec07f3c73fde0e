"""Drafts, and what they were prefilled with, as they are stored."""

from __future__ import annotations

from mongoengine import (
    DateTimeField,
    DictField,
    Document,
    IntField,
    StringField,
)

from collecting.alias import ALIAS


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
