"""The wire shapes of correcting: withdrawals, returns, acceptances and signatures."""

from __future__ import annotations

from marshmallow import fields, validate

from contracts.fields import Closed, Text, Timestamp, WholeNumber

MOST_REVISIONS = 10_000
_SEEN = {
    "description": "The revision that was looked at; refused when it is not in force any more."
}


class WithdrawalBodySchema(Closed):
    """Taking back what is in force."""

    base_revision = WholeNumber(1, MOST_REVISIONS, required=True)
    reason = Text(most=1000)


class ReturnBodySchema(Closed):
    """Returning what is in force for correction until `due_at`."""

    reason = Text(most=1000)
    due_at = Timestamp(
        required=True, metadata={"description": "At most 366 days after the return is given."}
    )
    revision = WholeNumber(1, MOST_REVISIONS, allow_none=True, load_default=None, metadata=_SEEN)


class AcceptanceBodySchema(Closed):
    """Accepting what is in force."""

    note = Text(most=1000, allow_none=True, load_default=None)
    revision = WholeNumber(1, MOST_REVISIONS, allow_none=True, load_default=None, metadata=_SEEN)


class SignatureBodySchema(Closed):
    """The person who signs, or is declared; `acting` when standing in for the holder of the
    position.
    """

    name = Text(most=200)
    position = Text(most=200)
    acting = fields.Boolean(load_default=False)
    of = fields.String(
        load_default="draft",
        validate=validate.OneOf(["draft", "withdrawal"]),
        metadata={"description": "What is signed: what is to be filed, or that it is taken back."},
    )
