"""The shapes of a collection that name the code group, which an ethics report is about."""

from __future__ import annotations

from marshmallow import Schema, fields

from contracts.collecting import filings, obligations, receipts
from contracts.collecting.subjects import about

ObligationSchema = about(
    obligations.ObligationSchema,
    "ObligationSchema",
    after="organisation",
    code_group=fields.String(required=True),
)
"""One organisation's duty in one round for one code group."""

ReceiptSchema = about(
    receipts.ReceiptSchema,
    "ReceiptSchema",
    after="organisation_code",
    code_group=fields.String(required=True),
)
"""What the filer gets; `jws` signs the other fields and anyone can check it."""

ReceiptCheckBodySchema = about(
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
