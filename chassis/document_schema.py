"""Has the server refuse what is not stored as its document says."""

from __future__ import annotations

from typing import Any

from mongoengine import Document, EmbeddedDocument, fields
from mongoengine.base import BaseField, ComplexBaseField

_BSON_TYPES: dict[type[BaseField], list[str]] = {
    fields.StringField: ["string"],
    fields.BooleanField: ["bool"],
    fields.IntField: ["int", "long"],
    fields.LongField: ["int", "long"],
    fields.DateTimeField: ["date"],
    fields.BinaryField: ["binData"],
    fields.ObjectIdField: ["objectId"],
    fields.ListField: ["array"],
    fields.EmbeddedDocumentListField: ["array"],
    fields.DictField: ["object"],
    fields.MapField: ["object"],
}


def enforce_schema(document: type[Document]) -> None:
    """Make the document the schema of its collection; safe to repeat.

    `moderate`: what an earlier release stored otherwise can still be changed; all else is held.
    """
    collection = document._get_collection()
    if not collection.database.list_collection_names(filter={"name": collection.name}):
        collection.database.create_collection(collection.name)
    collection.database.command(
        "collMod",
        collection.name,
        validator={"$jsonSchema": schema_of(document)},
        validationLevel="moderate",
        validationAction="error",
    )


def schema_of(document: type[Document | EmbeddedDocument]) -> dict[str, Any]:
    """Return the `$jsonSchema` of a document: its fields, and no others.

    A field that is not required may be missing; it may be null where it says `null=True`.
    """
    declared: list[BaseField] = list(document._fields.values())
    schema = {
        "bsonType": ["object"],
        "properties": {field.db_field: _schema_of_field(field) for field in declared},
        "additionalProperties": False,
    }
    required = [field.db_field for field in declared if field.required]
    return schema | ({"required": required} if required else {})


def _schema_of_field(field: BaseField) -> dict[str, Any]:
    """Return what the field may hold. Raises KeyError for a class of fields not in use so far."""
    if isinstance(field, fields.EmbeddedDocumentField):
        schema = schema_of(field.document_type)
    else:
        schema = {"bsonType": _BSON_TYPES[type(field)]}
    if isinstance(field, ComplexBaseField) and field.field is not None:
        part = "items" if isinstance(field, fields.ListField) else "additionalProperties"
        schema[part] = _schema_of_field(field.field)
    if field.choices:
        schema["enum"] = [*field.choices, *([None] if field.null else [])]
    if field.null:
        schema["bsonType"] = [*schema["bsonType"], "null"]
    return schema
