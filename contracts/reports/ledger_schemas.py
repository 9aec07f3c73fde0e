"""The wire shapes of what is done to the ledger by order."""

from __future__ import annotations

from marshmallow import fields, validate

from contracts.fields import Closed, Text


class ExemptionBodySchema(Closed):
    """By which order nothing is owed; exempt when it never was, waived when it is let off."""

    kind = fields.String(required=True, validate=validate.OneOf(["exempt", "waived"]))
    order_no = Text(most=100)
    reason = Text(most=500)


class OrganisationActSchema(Closed):
    """What becomes, by order, of an organisation in a round that was opened.

    `add` gives it its obligations, `rename` shows the name the registry has now, `close` exempts
    what it has not filed.
    """

    organisation_id = fields.String(required=True, validate=validate.Length(1, 64))
    act = fields.String(required=True, validate=validate.OneOf(["add", "rename", "close"]))
    order_no = Text(most=100)
    reason = Text(most=500)
