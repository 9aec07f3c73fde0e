"""The wire shapes of correcting: withdrawals, returns, acceptances and signatures."""

from __future__ import annotations

from marshmallow import fields, validate

from contracts.fields import Closed, Timestamp

_REVISION = validate.Range(1, 10_000)
_SEEN = {
    "description": "The revision that was looked at; refused when it is not in force any more."
}


class WithdrawalBodySchema(Closed):
    """Taking back what is in force."""

    base_revision = fields.Integer(required=True, strict=True, validate=_REVISION)
    reason = fields.String(required=True, validate=validate.Length(1, 1000))


class ReturnBodySchema(Closed):
    """Returning what is in force for correction until `due_at`."""

    reason = fields.String(required=True, validate=validate.Length(1, 1000))
    due_at = Timestamp(
        required=True, metadata={"description": "At most 366 days after the return is given."}
    )
    revision = fields.Integer(
        strict=True, allow_none=True, load_default=None, validate=_REVISION, metadata=_SEEN
    )


class AcceptanceBodySchema(Closed):
    """Accepting what is in force."""

    note = fields.String(allow_none=True, load_default=None, validate=validate.Length(1, 1000))
    revision = fields.Integer(
        strict=True, allow_none=True, load_default=None, validate=_REVISION, metadata=_SEEN
    )


class SignatureBodySchema(Closed):
    """The person who signs, or is declared; `acting` when standing in for the holder of the
    position.
    """

    name = fields.String(required=True, validate=validate.Regexp(r"(?s).*\S.{1,199}\Z"))
    position = fields.String(required=True, validate=validate.Length(1, 200))
    acting = fields.Boolean(load_default=False)
    of = fields.String(
        load_default="draft",
        validate=validate.OneOf(["draft", "withdrawal"]),
        metadata={"description": "What is signed: what is to be filed, or that it is taken back."},
    )
