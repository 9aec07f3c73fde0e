"""Organisations as accounts announced them, as they are stored."""

from __future__ import annotations

from mongoengine import (
    BooleanField,
    DateTimeField,
    Document,
    StringField,
)

from collecting.alias import ALIAS


class OrganisationDocument(Document):
    """The few facts about an LAO that are needed, from accounts' events."""

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
