"""What accounts keeps. `python -m chassis.migrate` has the database hold to it."""

from __future__ import annotations

from mongoengine import Document, EmbeddedDocument
from mongoengine.fields import (
    BinaryField,
    BooleanField,
    DateTimeField,
    DictField,
    EmbeddedDocumentField,
    EmbeddedDocumentListField,
    IntField,
    ListField,
    MapField,
    StringField,
)

from chassis import outbox
from chassis.jobs import job_document

DATABASE = "accounts"


def _meta(collection: str, *indexes: object) -> dict[str, object]:
    return {
        "db_alias": DATABASE,
        "collection": collection,
        "auto_create_index": False,
        "indexes": list(indexes),
    }


def _where_there_is(field: str, indexed: str = "") -> dict[str, object]:
    there_is = {field: {"$exists": True}}
    return {"fields": [indexed or field], "partialFilterExpression": there_is}


class FactsDocument(EmbeddedDocument):
    """What an organisation was from one day to another; dates are ISO."""

    type = StringField(null=True)
    code = StringField(required=True)
    name = StringField(required=True)
    full_name = StringField(required=True)
    abbreviation = StringField(required=True)
    province_code = StringField(required=True)
    province = StringField(required=True)
    district_code = StringField(null=True)
    district = StringField(null=True)
    details = DictField(null=True)  # what only an LAO has
    valid_from = StringField(required=True)
    valid_to = StringField(null=True)
    sort_key = StringField(required=True)
    searched = ListField(StringField())


class OrganisationDocument(Document):
    """One organisation: what it is, was and is to be; `keys` are what a search looks it up by.

    On `slots_due_on` its slots are to follow it; `proposal` stands while a registry did not have
    it, and `dismissals` are those that somebody has decided against.
    """

    meta = _meta(
        "organisations",
        {"fields": ["kind", "own_code"], "unique": True},
        ["sort_key", "_id"],
        ["keys", "sort_key", "_id"],
        ["facts.code"],
        _where_there_is("next_change_on"),
        _where_there_is("slots_due_on"),
        _where_there_is("proposal", "proposal.since"),
        ["facts.province_code", "sort_key", "_id"],
        ["facts.district_code", "sort_key", "_id"],
        outbox.INDEX,
    )

    id = StringField(primary_key=True)
    kind = StringField(required=True)
    own_code = StringField(required=True)
    facts = EmbeddedDocumentField(FactsDocument, required=True)
    history = EmbeddedDocumentListField(FactsDocument)
    version = IntField(required=True)
    sort_key = StringField(required=True)
    keys = ListField(StringField())
    founded_on = StringField(null=True)
    closed_on = StringField(null=True)
    slots_close_on = StringField(null=True)
    successor_ids = ListField(StringField())
    changes = ListField(DictField())
    changes_revision = IntField()
    next_change_on = StringField()
    slots_due_on = StringField()
    proposal = DictField()
    dismissals = ListField(DictField())
    outbox = ListField(DictField())


class CodeDocument(EmbeddedDocument):
    """An activation code: never itself, only its keyed hash."""

    hash = StringField(required=True)
    state = StringField(required=True)
    issuance_id = StringField(required=True)
    issued_at = DateTimeField(required=True)
    expires_at = DateTimeField(required=True)
    read_at = DateTimeField(null=True)
    read_by = StringField(null=True)
    reading = StringField(null=True)
    handed_at = DateTimeField(null=True)
    handed_by = StringField(null=True)
    handed_to = StringField(null=True)


class SessionDocument(EmbeddedDocument):
    """A sign-in: never its token, only the hash."""

    id = StringField(required=True)
    token_hash = StringField(required=True)
    opened_at = DateTimeField(required=True)
    expires_at = DateTimeField(required=True)
    idle_at = DateTimeField(null=True)


class EndedDocument(EmbeddedDocument):
    """A sign-in that another one took over, so that its computer can be told."""

    token_hash = StringField(required=True)
    at = DateTimeField(required=True)


class HolderDocument(EmbeddedDocument):
    """The person who holds a slot from a time on; no name when the position is vacant."""

    name = StringField(null=True)
    position = StringField(required=True)
    phone = StringField(null=True)
    email = StringField(null=True)
    standing = StringField(required=True)
    since = DateTimeField(required=True)


class PastHolderDocument(EmbeddedDocument):
    """Who held a slot until a time; how to reach them is not kept."""

    name = StringField(null=True)
    position = StringField(required=True)
    standing = StringField(required=True)
    since = DateTimeField(required=True)
    until = DateTimeField(required=True)


class ActionDocument(EmbeddedDocument):
    """What an office has done to a slot: a lock, a hand-over, a closure."""

    since = DateTimeField(required=True)
    by_slot_id = StringField(required=True)
    reason = StringField(null=True)
    new_holder = MapField(StringField(null=True), null=True)


class SlotDocument(Document):
    """One credential, its code, its holder and its only session."""

    meta = _meta(
        "slots",
        {"fields": ["username"], "unique": True},
        ["organisation_id"],
        {"fields": ["handed_out_by"], "partialFilterExpression": {"handed_out_by": "operator"}},
        ["province_code", "_id"],
        ["district_code", "_id"],
        ["counted"],
        {"fields": ["code.issuance_id", "code.reading"], "sparse": True},
        {
            "fields": ["session.token_hash"],
            "partialFilterExpression": {"session.token_hash": {"$exists": True}},
        },
        {
            "fields": ["taken_over.token_hash"],
            "partialFilterExpression": {"taken_over.token_hash": {"$exists": True}},
        },
        {
            "fields": ["organisation_id", "label"],
            "unique": True,
            "partialFilterExpression": {"label": {"$type": "string"}},
        },
        outbox.INDEX,
    )

    id = StringField(primary_key=True)
    version = IntField(required=True)
    username = StringField(required=True)
    label = StringField(null=True)
    role = StringField(required=True)
    code_group = StringField(null=True)
    organisation_id = StringField(null=True)
    province_code = StringField(null=True)
    district_code = StringField(null=True)
    handed_out_by = StringField(null=True)
    password_hash = StringField(null=True)
    activated_at = DateTimeField(null=True)
    holder = EmbeddedDocumentField(HolderDocument, null=True)
    past_holders = EmbeddedDocumentListField(PastHolderDocument)
    handover = EmbeddedDocumentField(ActionDocument, null=True)
    lock = EmbeddedDocumentField(ActionDocument, null=True)
    closure = EmbeddedDocumentField(ActionDocument, null=True)
    code = EmbeddedDocumentField(CodeDocument, null=True)
    spent_codes = EmbeddedDocumentListField(CodeDocument)
    session = EmbeddedDocumentField(SessionDocument, null=True)
    taken_over = EmbeddedDocumentListField(EndedDocument)
    counted = BooleanField(null=True)
    left = ListField(StringField())
    request_id = StringField(null=True)
    refused_tokens = ListField(StringField())
    openid = DictField(null=True)  # pid_hash, name, ial, linked_at
    # sealed_secret, last_step, confirmed_at, and recovery_hashes: keyed, as of codes
    second_factor = DictField(null=True)
    outbox = ListField(DictField())


class AttemptsDocument(Document):
    """What one address tried on one name, or how far a pace is used up (the last field alone)."""

    meta = _meta("attempts", {"fields": ["forgotten_at"], "expireAfterSeconds": 0})

    id = StringField(primary_key=True)
    count = IntField()
    tried_at = DateTimeField(null=True)
    known_until = DateTimeField(null=True)
    forgotten_at = DateTimeField(required=True)


class UploadDocument(Document):
    """A registry file on its way in; gone after a day."""

    meta = _meta("uploads", {"fields": ["begun_at"], "expireAfterSeconds": 24 * 3600})

    id = StringField(primary_key=True)
    filename = StringField(required=True)
    slot_id = StringField(required=True)
    begun_at = DateTimeField(required=True)


class UploadPartDocument(Document):
    """A part of such a file."""

    meta = _meta(
        "upload_parts",
        {"fields": ["upload_id", "no"], "unique": True},
        {"fields": ["begun_at"], "expireAfterSeconds": 24 * 3600},
    )

    id = StringField(primary_key=True)
    upload_id = StringField(required=True)
    no = IntField(required=True)
    data = BinaryField(required=True)
    begun_at = DateTimeField(required=True)


class IssuanceDocument(Document):
    """One act of issuing activation codes, for a scope."""

    meta = _meta("issuances", outbox.INDEX)

    id = StringField(primary_key=True)
    scope = MapField(StringField(null=True))
    reissue = BooleanField(required=True)
    issued_by = StringField(required=True)
    issued_at = DateTimeField(required=True)
    expires_at = DateTimeField(required=True)
    key_id = StringField(null=True)
    finished_at = DateTimeField(null=True)
    by_tier = MapField(IntField(), null=True)
    outbox = ListField(DictField())


class ReadingDocument(Document):
    """Who read which slips of an issuance, and when. A second reading cannot be stored."""

    meta = _meta("slip_readings", {"fields": ["request"], "unique": True, "sparse": True})

    id = StringField(primary_key=True)
    issuance_id = StringField(required=True)
    slot_id = StringField(required=True)
    read_by = StringField(required=True)
    read_at = DateTimeField(required=True)
    request = StringField()  # hash of the slot and its Idempotency-Key


class CoverageDocument(Document):
    """How far the codes of one area have come; `counting` tells one counting from another."""

    meta = _meta("coverage", ["province_code"], ["district_code"])

    id = StringField(primary_key=True)
    province_code = StringField(required=True)
    district_code = StringField(null=True)
    counting = StringField(required=True)
    slots = IntField(required=True)
    issued = IntField(required=True)
    read = IntField(required=True)
    handed_out = IntField(required=True)
    activated = IntField(required=True)
    locked = IntField(required=True)


class OpenIdFlowDocument(Document):
    """Somebody on the way to the OpenID provider and back; gone after a while."""

    meta = _meta("openid_flows", {"fields": ["begun_at"], "expireAfterSeconds": 3600})

    id = StringField(primary_key=True)
    username = StringField(required=True)
    slot_id = StringField(null=True)
    takeover = BooleanField(required=True)
    begun_at = DateTimeField(required=True)
    proved = StringField(null=True)
    address = StringField(null=True)
    spent = ListField(StringField())


class AuditDocument(Document):
    """One act or refusal in the chain of hashes; what is hashed is all but `_id` and `outbox`."""

    meta = _meta(
        "audit",
        {"fields": ["prev_sha256"], "unique": True},
        {"fields": ["day", "seq"], "unique": True},
        ["organisation_ids", "_id"],
        ["act", "_id"],
        ["subject", "_id"],
        ["act_id"],
        outbox.INDEX,
    )

    id = StringField(primary_key=True)
    act_id = StringField(required=True)
    day = StringField(required=True)
    seq = IntField(required=True)
    at = StringField(required=True)
    act = StringField(required=True)
    by = DictField(null=True)
    subject = StringField(required=True)
    outcome = StringField(required=True)
    organisation_ids = ListField(StringField())
    facts = DictField()
    prev_sha256 = StringField(required=True)
    sha256 = StringField(required=True)
    outbox = ListField(DictField())


class RepeatDocument(Document):
    """A request with an Idempotency-Key, and its answer; gone after a week."""

    meta = _meta("repeats", {"fields": ["begun_at"], "expireAfterSeconds": 7 * 24 * 3600})

    id = StringField(primary_key=True)
    sha256 = StringField(required=True)
    begun_at = DateTimeField(required=True)
    answer = StringField()


class BegunActDocument(Document):
    """An act that was begun and has no entry in the chain yet."""

    meta = _meta("audit_begun", ["begun_at"])

    id = StringField(primary_key=True)
    begun_at = DateTimeField(required=True)
    act = DictField(required=True)


class AuditHeadDocument(Document):
    """How far the chain is known to have come on a day."""

    meta = _meta("audit_heads")

    id = StringField(primary_key=True)
    seq = IntField(required=True)
    sha256 = StringField(required=True)


DOCUMENTS: list[type[Document]] = [
    OrganisationDocument,
    SlotDocument,
    AttemptsDocument,
    UploadDocument,
    UploadPartDocument,
    IssuanceDocument,
    ReadingDocument,
    CoverageDocument,
    OpenIdFlowDocument,
    AuditDocument,
    AuditHeadDocument,
    BegunActDocument,
    RepeatDocument,
    job_document(DATABASE),
]
