"""The public halves of signing keys as they are stored."""

from __future__ import annotations

from mongoengine import (
    DateTimeField,
    DictField,
    Document,
    StringField,
)

from collecting.alias import ALIAS


class SigningKeyDocument(Document):
    """The public half of a key that signs or signed, by its thumbprint. Kept for ever."""

    id = StringField(primary_key=True)
    jwk = DictField(required=True)
    first_used_at = DateTimeField(null=True)
    retired_at = DateTimeField(null=True)
    meta = {
        "collection": "signing_keys",
        "db_alias": ALIAS,
        "auto_create_index": False,
        "indexes": [],
    }
