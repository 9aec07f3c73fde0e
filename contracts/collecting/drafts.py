"""Drafts as they are saved and told, and why one cannot be changed."""

from __future__ import annotations

from typing import TypedDict

from marshmallow import Schema, fields, validate

from contracts.collecting.forms import ANSWERS_OF_A_FORM, FormRefFacts, FormRefSchema
from contracts.errors import Kind, ServiceError
from contracts.fields import Closed, JsonObject


class DraftBodySchema(Closed):
    """Answers at any completeness, by field id of the form."""

    answers = fields.Dict(required=True, metadata=ANSWERS_OF_A_FORM)
    confirmed = fields.List(
        fields.String(validate=validate.Length(1, 200)),
        load_default=list,
        validate=validate.Length(max=200),
        metadata={"description": "Pointers of prefilled answers that hold as they are."},
    )


class DraftFaultSchema(Schema):
    """What keeps an answer from being filed."""

    pointer = fields.String(required=True)
    code = fields.String(required=True)
    message = fields.String(required=True)
    message_en = fields.String(required=True)


class DraftFaultFacts(TypedDict):
    pointer: str
    code: str
    message: str
    message_en: str


class WarningSchema(Schema):
    """What looks wrong and may be filed: `unconfirmed` with a note under the id of the check,
    `unprintable`, a character that paper cannot show, as it is.
    """

    check = fields.String(
        required=True, metadata={"description": "Empty of a warning that needs no note."}
    )
    pointer = fields.String(required=True)
    code = fields.String(required=True, validate=validate.OneOf(["unconfirmed", "unprintable"]))
    message = fields.String(required=True)
    message_en = fields.String(required=True)


class WarningFacts(TypedDict):
    check: str
    pointer: str
    code: str
    message: str
    message_en: str


class PrefilledSchema(Schema):
    """From where a prefilled answer was taken."""

    source = fields.String(
        required=True, validate=validate.OneOf(["registry", "holder", "last_year", "ita"])
    )
    taken_from = fields.String(
        required=True,
        data_key="from",
        metadata={"description": "The type of LAO, the username, or the round it was filed in."},
    )


PrefilledFacts = TypedDict("PrefilledFacts", {"source": str, "from": str})


class DraftSchema(Schema):
    """What is typed so far; with version 0, what was filed last, or else what is prefilled."""

    obligation_id = fields.String(required=True)
    form = fields.Nested(FormRefSchema, required=True)
    base_revision = fields.Integer(required=True)
    answers = fields.Dict(keys=fields.String(), required=True)
    version = fields.Integer(required=True)
    missing = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "What has to be filled in, and what of last year be confirmed."},
    )
    questions = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "The words of the questions that have to be filled in yet."},
    )
    faults = fields.List(fields.Nested(DraftFaultSchema), required=True)
    warnings = fields.List(fields.Nested(WarningSchema), required=True)
    prefilled = fields.Dict(
        keys=fields.String(),
        values=fields.Nested(PrefilledSchema),
        required=True,
        metadata={"description": "By pointer, until it is confirmed or changed."},
    )
    not_prefilled = fields.List(
        fields.String(),
        required=True,
        metadata={
            "description": "Sources that could not be asked when this was prefilled, or gave what"
            " cannot be filed."
        },
    )


class DraftFacts(TypedDict):
    obligation_id: str
    form: FormRefFacts
    base_revision: int
    answers: JsonObject
    version: int
    missing: list[str]
    questions: dict[str, str]
    faults: list[DraftFaultFacts]
    warnings: list[WarningFacts]
    prefilled: dict[str, PrefilledFacts]
    not_prefilled: list[str]


class DraftHolderFacts(TypedDict, total=False):
    """What is known of the holder of a slot, to prefill a draft with."""

    name: str | None
    position: str
    phone: str | None
    email: str | None


# -- refusals -------------------------------------------------------------------------------


class DraftSigned(ServiceError):
    """A signed draft is locked until it is unlocked, which clears the signatures."""

    code = "reports.draft_signed"
    kind = Kind.CONFLICT
    message = "The draft is signed ({signed_by}). Unlock it first; that clears the signatures."
    message_th = "ร่างนี้ลงนามแล้ว ({signed_by}) โปรดปลดล็อกก่อนแก้ไข ซึ่งจะล้างการลงนามทั้งหมด"
