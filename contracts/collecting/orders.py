"""Orders on obligations: exemptions and organisations in an open round, and refusals."""

from __future__ import annotations

from typing import TypedDict

from marshmallow import fields, validate

from contracts.errors import Kind, ServiceError
from contracts.fields import Closed, Text


class ExemptionBodySchema(Closed):
    """By which order nothing is owed; exempt when it never was, waived when it is let off."""

    kind = fields.String(required=True, validate=validate.OneOf(["exempt", "waived"]))
    order_no = Text(most=100)
    reason = Text(most=500)


class ExemptionBodyFacts(TypedDict):
    kind: str
    order_no: str
    reason: str


class OrganisationActSchema(Closed):
    """What becomes, by order, of an organisation in a round that was opened.

    `add` gives it its obligations, `rename` shows the name the registry has now, `close` exempts
    what it has not filed.
    """

    organisation_id = fields.String(required=True, validate=validate.Length(1, 64))
    act = fields.String(required=True, validate=validate.OneOf(["add", "rename", "close"]))
    order_no = Text(most=100)
    reason = Text(most=500)


class OrganisationActFacts(TypedDict):
    organisation_id: str
    act: str
    order_no: str
    reason: str


# -- refusals -------------------------------------------------------------------------------


class ReportInForce(ServiceError):
    """What has been filed and stands is not exempt."""

    code = "reports.report_in_force"
    kind = Kind.CONFLICT
    message = "Revision {revision} is in force on {obligation_id}; it is not exempt."
    message_th = "ภาระการรายงาน {obligation_id} มีรายงานฉบับที่ {revision} มีผลอยู่ จึงยกเว้นไม่ได้"


class AlreadyExempt(ServiceError):
    """It is exempt or waived already."""

    code = "reports.already_exempt"
    kind = Kind.CONFLICT
    message = "{obligation_id} is {state} already."
    message_th = "ภาระการรายงาน {obligation_id} ได้รับยกเว้นอยู่แล้ว ({state})"


class NotExempt(ServiceError):
    """There is no exemption to lift."""

    code = "reports.not_exempt"
    kind = Kind.CONFLICT
    message = "{obligation_id} is neither exempt nor waived."
    message_th = "ภาระการรายงาน {obligation_id} ไม่ได้รับการยกเว้น"


class OrganisationNotKnown(ServiceError):
    """No LAO of that id has been announced, or it is closed."""

    code = "reports.organisation_not_known"
    kind = Kind.CONFLICT
    message = "No organisation {organisation_id} that reports is known."
    message_th = "ไม่พบ อปท. {organisation_id} ที่ต้องรายงาน"


class OrganisationAlreadyInRound(ServiceError):
    """The organisation has its obligations in the round."""

    code = "reports.organisation_already_in_round"
    kind = Kind.CONFLICT
    message = "The organisation {organisation_id} is in this round already."
    message_th = "อปท. {organisation_id} อยู่ในรอบนี้แล้ว"


class OrganisationNotInRound(ServiceError):
    """The organisation owes nothing in the round."""

    code = "reports.organisation_not_in_round"
    kind = Kind.CONFLICT
    message = "The organisation {organisation_id} is not in this round."
    message_th = "อปท. {organisation_id} ไม่ได้อยู่ในรอบนี้"
