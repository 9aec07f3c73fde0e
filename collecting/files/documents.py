"""Files and what is in them: evidence and workbooks."""

from __future__ import annotations

from mongoengine import (
    BinaryField,
    DateTimeField,
    DictField,
    Document,
    IntField,
    StringField,
)

from collecting.alias import ALIAS

ONLY_EVIDENCE = {"metadata.kind": "evidence"}
ONLY_WORKBOOKS = {"metadata.kind": "workbooks"}


class FileDocument(Document):
    """A whole file in GridFS's layout; what is known of it is `metadata`."""

    id = StringField(primary_key=True)
    length = IntField(required=True)
    chunk_size = IntField(required=True, db_field="chunkSize")
    kept_at = DateTimeField(required=True, db_field="uploadDate")
    filename = StringField(required=True)
    metadata = DictField()
    meta = {
        "collection": "files.files",
        "db_alias": ALIAS,
        "auto_create_index": False,
        "indexes": [
            "metadata.round_ids",
            {"fields": ["metadata.kind", "kept_at"], "partialFilterExpression": ONLY_WORKBOOKS},
            {
                "fields": ["metadata.organisation_id", "metadata.sha256"],
                "name": "stored_once",
                "unique": True,
                "partialFilterExpression": ONLY_EVIDENCE,
            },
            *(
                {
                    "fields": [*area, "kept_at", "id"],
                    "partialFilterExpression": ONLY_EVIDENCE,
                }
                for area in (
                    ["metadata.organisation_id"],
                    ["metadata.district_code"],
                    ["metadata.province_code"],
                    [],
                )
            ),
        ],
    }


class FileChunkDocument(Document):
    """A piece of a file, whole or not yet whole."""

    files_id = StringField(required=True)
    n = IntField(required=True)
    data = BinaryField(required=True)
    meta = {
        "collection": "files.chunks",
        "db_alias": ALIAS,
        "auto_create_index": False,
        "indexes": [{"fields": ["files_id", "n"], "unique": True}],
    }


class UnfinishedFileDocument(Document):
    """A file being uploaded or deleted; swept after an hour."""

    id = StringField(primary_key=True)
    begun_at = DateTimeField(required=True)
    facts = DictField()
    meta = {
        "collection": "files.unfinished",
        "db_alias": ALIAS,
        "auto_create_index": False,
        "indexes": ["begun_at", "facts.round_id"],
    }
