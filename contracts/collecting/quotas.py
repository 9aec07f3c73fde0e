"""How whoever has sent enough for a time is refused."""

from __future__ import annotations

from contracts.errors import Kind, ServiceError


class QuotaReached(ServiceError):
    """The slot, or its organisation, has sent as much as it may until `resets_at`."""

    code = "reports.quota_reached"
    kind = Kind.TOO_MANY
    message = (
        "{used} of {limit} {unit} of {name} are used, and this is {wanted} more. "
        "The count begins anew at {resets_at}."
    )
    message_th = (
        "โควตา{name_th}ใช้ไปแล้ว {used} จาก {limit} {unit_th} รายการนี้ต้องใช้อีก {wanted} "
        "เริ่มนับใหม่เมื่อ {resets_at}"
    )
