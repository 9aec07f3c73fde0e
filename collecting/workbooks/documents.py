"""Uploads of workbooks as they are stored."""

from __future__ import annotations

from mongoengine import (
    BooleanField,
    DictField,
    Document,
    StringField,
)

from collecting.alias import ALIAS


class WorkbookUploadDocument(Document):
    """An upload of workbooks whose file is whole; its job is called by the same id."""

    id = StringField(primary_key=True)
    round_id = StringField(required=True)
    file_id = StringField(required=True)
    filename = StringField(required=True)
    sha256 = StringField(required=True)
    is_check = BooleanField(required=True)
    received_at = StringField(required=True)
    by = DictField(required=True)
    meta = {
        "collection": "workbook_uploads",
        "db_alias": ALIAS,
        "auto_create_index": False,
        "indexes": ["round_id"],
    }
