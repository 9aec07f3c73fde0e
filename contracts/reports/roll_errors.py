"""How reports refuses a question about rolls of receipts."""

from __future__ import annotations

from contracts.errors import Kind, ServiceError


class RollNotFound(ServiceError):
    """No receipt was recorded on that day, or it is not over yet, or it was a purged trial's."""

    code = "reports.roll_not_found"
    kind = Kind.NOT_FOUND
    message = "There is no roll of receipts for {day}. A day is closed soon after midnight."
    message_th = "ไม่พบบัญชีใบรับของวันที่ {day} ระบบปิดบัญชีของแต่ละวันหลังเที่ยงคืนไม่นาน"


class ReceiptNotInRoll(ServiceError):
    """The day on which the filing was recorded is not closed yet."""

    code = "reports.receipt_not_in_roll"
    kind = Kind.CONFLICT
    message = "The receipt {number} is in no roll yet. A day is closed soon after midnight."
    message_th = "ใบรับ {number} ยังไม่อยู่ในบัญชีใบรับประจำวัน ระบบปิดบัญชีหลังเที่ยงคืนไม่นาน"
