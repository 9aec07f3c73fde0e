"""Extensions of due dates: how they are ordered and told, and why one is refused."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from marshmallow import Schema, fields, validate

from contracts.collecting.rounds import ScopeFacts, ScopeSchema
from contracts.errors import Kind, ServiceError
from contracts.fields import Closed, Text, Timestamp


class ExtendedScopeSchema(ScopeSchema):
    """Part of a round; with nothing given, all of it."""

    obligation = fields.String(allow_none=True, validate=validate.Length(1, 128))


class ExtendedScopeFacts(ScopeFacts):
    obligation: NotRequired[str | None]


class WithdrawnExtensionSchema(Closed):
    """The order by which an extension is withdrawn."""

    order_no = Text(most=100)
    reason = Text(most=500)


class WithdrawnExtensionFacts(TypedDict):
    order_no: str
    reason: str


class ExtensionProposalSchema(WithdrawnExtensionSchema):
    """A due date after the round's own, and the order it rests on.

    An order of a body moves what is about the subjects that it supervises, the operator's all.
    """

    scope = fields.Nested(ExtendedScopeSchema, required=True)
    lao_due_at = Timestamp(
        required=True,
        metadata={
            "description": "Of the orders for one part of a round the last stands, so an earlier"
            " date than the one before it shortens. At most 366 days after the round's due date."
        },
    )


class ExtensionProposalFacts(WithdrawnExtensionFacts):
    scope: ExtendedScopeFacts
    lao_due_at: str


class ExtensionSchema(Schema):
    """An order on due dates: it gives one, or it withdraws an extension.

    Where orders for several parts reach an obligation, the latest of the dates that stand is due.
    """

    no = fields.Integer(required=True)
    scope = fields.Nested(ExtendedScopeSchema, required=True)
    lao_due_at = Timestamp(
        required=True, allow_none=True, metadata={"description": "Of a withdrawal, null."}
    )
    subjects = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "About what: all, or what the body that gave it supervises."},
    )
    withdraws = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "The number of the extension that this order withdraws."},
    )
    stands = fields.Boolean(required=True)
    ended_by = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "The number of the order that withdrew it or took its place."},
    )
    order_no = fields.String(required=True)
    reason = fields.String(required=True)
    extended_by = fields.String(required=True)
    extended_at = Timestamp(required=True)


class ExtensionFacts(TypedDict):
    no: int
    scope: ExtendedScopeFacts
    lao_due_at: str | None
    subjects: list[str]
    withdraws: int | None
    stands: bool
    ended_by: int | None
    order_no: str
    reason: str
    extended_by: str
    extended_at: str


# -- refusals -------------------------------------------------------------------------------


class ExtensionNotFound(ServiceError):
    """The round has no extension of that number; a withdrawal is none."""

    code = "reports.extension_not_found"
    kind = Kind.NOT_FOUND
    message = "This round has no extension {no}."
    message_th = "รอบนี้ไม่มีการขยายกำหนดส่งลำดับที่ {no}"


class ExtensionAlreadyWithdrawn(ServiceError):
    """The extension was withdrawn before."""

    code = "reports.extension_already_withdrawn"
    kind = Kind.CONFLICT
    message = "Extension {no} was withdrawn already by {by_no} (order {order_no})."
    message_th = "การขยายลำดับที่ {no} ถูกถอนแล้วโดยลำดับที่ {by_no} (คำสั่งที่ {order_no})"


class TooManyExtensions(ServiceError):
    """A round, or one part of it, has all the orders on due dates that it may have."""

    code = "reports.too_many_extensions"
    kind = Kind.CONFLICT
    message = "There are {most} orders on these due dates already, and no more are kept."
    message_th = "มีคำสั่งเกี่ยวกับกำหนดส่งนี้ครบ {most} คำสั่งแล้ว เพิ่มอีกไม่ได้"
