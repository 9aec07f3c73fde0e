"""Names what is ethics' own in the shapes of a collection: the kind, and the code group."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from contracts.collecting import filings, obligations, receipts, rounds
from contracts.collecting.own_fields import with_own

RoundProposalSchema = with_own(
    rounds.RoundProposalSchema,
    "RoundProposalSchema",
    after=None,
    kind=fields.String(required=True, validate=validate.OneOf(["ethics"])),
)
"""A round to be drafted."""

ObligationSchema = with_own(
    obligations.ObligationSchema,
    "ObligationSchema",
    after="organisation",
    code_group=fields.String(required=True),
)
"""One organisation's duty in one round for one code group."""

ReceiptSchema = with_own(
    receipts.ReceiptSchema,
    "ReceiptSchema",
    after="organisation_code",
    code_group=fields.String(required=True),
)
"""What the filer gets; `jws` signs the other fields and anyone can check it."""

ReceiptCheckBodySchema = with_own(
    receipts.ReceiptCheckBodySchema,
    "ReceiptCheckBodySchema",
    after="organisation_code",
    code_group=fields.String(),
)
"""A receipt to be checked: its signature, and the other fields as they are shown with it."""


class FiledSchema(Schema):
    """The answer to a filing that is recorded."""

    filing = fields.Nested(filings.FilingSchema, required=True)
    receipt = fields.Nested(ReceiptSchema, required=True)
