"""How reports refuses what is done to the ledger by order."""

from __future__ import annotations

from contracts.errors import Kind, ServiceError


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
