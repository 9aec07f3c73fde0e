"""The wire shapes of extensions: later due dates for part of a round that was opened."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from contracts.fields import Closed, Timestamp
from contracts.reports.schemas import ScopeSchema


class ExtendedScopeSchema(ScopeSchema):
    """Part of a round; with nothing given, all of it."""

    obligation = fields.String(allow_none=True, validate=validate.Length(1, 128))


class ExtensionProposalSchema(Closed):
    """A later due date, and the order it rests on."""

    scope = fields.Nested(ExtendedScopeSchema, required=True)
    lao_due_at = Timestamp(required=True)
    order_no = fields.String(required=True, validate=validate.Length(1, 100))
    reason = fields.String(required=True, validate=validate.Length(1, 500))


class ExtensionSchema(Schema):
    """A later due date that was given; where several reach an obligation, the latest stands."""

    no = fields.Integer(required=True)
    scope = fields.Nested(ExtendedScopeSchema, required=True)
    lao_due_at = Timestamp(required=True)
    order_no = fields.String(required=True)
    reason = fields.String(required=True)
    extended_by = fields.String(required=True)
    extended_at = Timestamp(required=True)
