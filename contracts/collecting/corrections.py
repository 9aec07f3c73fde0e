"""Returns and acceptances: what is sent, and why they are refused."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from contracts.collecting.filings import MOST_REVISIONS
from contracts.errors import Kind, ServiceError
from contracts.fields import Closed, Text, Timestamp, WholeNumber

_SEEN = {
    "description": "The revision that was looked at; refused when it is not in force any more."
}


class ReturnBodySchema(Closed):
    """Returning what is in force for correction until `due_at`."""

    reason = Text(most=1000)
    due_at = Timestamp(
        required=True, metadata={"description": "At most 366 days after the return is given."}
    )
    revision = WholeNumber(1, MOST_REVISIONS, allow_none=True, load_default=None, metadata=_SEEN)


class ReturnBodyFacts(TypedDict):
    reason: str
    due_at: str
    revision: NotRequired[int | None]


class AcceptanceBodySchema(Closed):
    """Accepting what is in force."""

    note = Text(most=1000, allow_none=True, load_default=None)
    revision = WholeNumber(1, MOST_REVISIONS, allow_none=True, load_default=None, metadata=_SEEN)


class AcceptanceBodyFacts(TypedDict, total=False):
    note: str | None
    revision: int | None


# -- refusals -------------------------------------------------------------------------------


class NothingInForce(ServiceError):
    """Only what is filed and not withdrawn can be returned or accepted."""

    code = "reports.nothing_in_force"
    kind = Kind.CONFLICT
    message = "Nothing filed is in force on {obligation_id}."
    message_th = "ภาระการรายงาน {obligation_id} ไม่มีรายงานที่มีผลอยู่"


class AlreadyReturned(ServiceError):
    """The revision was returned and waits for its correction."""

    code = "reports.already_returned"
    kind = Kind.CONFLICT
    message = (
        "Revision {revision} was returned by {username} at {returned_at}. Take that back first."
    )
    message_th = "ฉบับที่ {revision} ถูกส่งคืนโดย {username} เมื่อ {returned_at} โปรดยกเลิกการส่งคืนก่อน"


class AlreadyAccepted(ServiceError):
    """The revision was accepted by this office or by one above it."""

    code = "reports.already_accepted"
    kind = Kind.CONFLICT
    message = "Revision {revision} was accepted by {username} at {accepted_at}."
    message_th = "ฉบับที่ {revision} ได้รับความเห็นชอบโดย {username} เมื่อ {accepted_at} แล้ว"


class NothingReturned(ServiceError):
    """No return waits for its correction."""

    code = "reports.nothing_returned"
    kind = Kind.CONFLICT
    message = "No return is waiting for a correction on {obligation_id}."
    message_th = "ภาระการรายงาน {obligation_id} ไม่มีการส่งคืนที่รอการแก้ไข"


class TooManyActs(ServiceError):
    """An obligation takes a bounded number of acts, none of which is ever dropped."""

    code = "reports.too_many_acts"
    kind = Kind.CONFLICT
    message = "There are {most} acts on this obligation already, and no more are taken."
    message_th = "ภาระการรายงานนี้มีการดำเนินการครบ {most} ครั้งแล้ว ทำรายการเพิ่มอีกไม่ได้"
