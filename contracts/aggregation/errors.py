"""How aggregation refuses."""

from __future__ import annotations

from contracts.errors import Kind, ServiceError


class RoundNotCounted(ServiceError):
    """Nothing of such a round has been heard, or it was a trial that is purged."""

    code = "aggregation.round_not_counted"
    kind = Kind.NOT_FOUND
    message = "There are no figures of a round {round_id}."
    message_th = "ไม่มีตัวเลขของรอบการรายงาน {round_id}"


class AxisTooWide(ServiceError):
    """Rows of this kind reach beyond the province or district the figures are narrowed to."""

    code = "aggregation.axis_too_wide"
    kind = Kind.INVALID
    message = "Figures by {axis} cannot be narrowed to one {area}."
    message_th = "ตัวเลขแยกตาม {axis} ไม่สามารถจำกัดเฉพาะพื้นที่ ({area}) ได้"
