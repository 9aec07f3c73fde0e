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
    """The few facts about an LAO that are needed, from accounts' events; of one that was closed
    before anything else was heard of it, that alone.
    """

    id = StringField(primary_key=True)
    code = StringField()
    type = StringField()
    full_name = StringField()
    province_code = StringField()
    district_code = StringField()
    district_name = StringField()
    closed = BooleanField()
    changed_at = DateTimeField()
    meta = {
        "collection": "organisations",
        "db_alias": ALIAS,
        "auto_create_index": False,
        "indexes": [("province_code", "district_code", "code")],
    }
