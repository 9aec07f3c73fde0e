"""How reports refuses."""

from __future__ import annotations

from contracts.errors import Kind, ServiceError


class RoundNotFound(ServiceError):
    """No such round, or it was a trial that is purged."""

    code = "reports.round_not_found"
    kind = Kind.NOT_FOUND
    message = "There is no round {round_id}."
    message_th = "ไม่พบรอบการรายงาน {round_id}"


class RoundPurged(ServiceError):
    """The trial round existed and was purged; only the statement of it remains."""

    code = "reports.round_purged"
    kind = Kind.GONE
    message = "The trial round {round_id} was purged at {purged_at}."
    message_th = "รอบทดลอง {round_id} ถูกลบข้อมูลแล้วเมื่อ {purged_at}"


class RoundNotInState(ServiceError):
    """The act is not possible in the round's present state."""

    code = "reports.round_not_in_state"
    kind = Kind.CONFLICT
    message = "The round is {state}; this needs it to be {needed}."
    message_th = "รอบการรายงานอยู่ในสถานะ {state} การทำรายการนี้ต้องอยู่ในสถานะ {needed}"


class RoundNotTrial(ServiceError):
    """Only a trial round can be purged."""

    code = "reports.round_not_trial"
    kind = Kind.CONFLICT
    message = "The round {round_id} is live. Only a trial round can be purged."
    message_th = "รอบ {round_id} เป็นรอบจริง ลบได้เฉพาะรอบทดลองเท่านั้น"


class RoundAlreadyExists(ServiceError):
    """One live round per kind, fiscal year and number."""

    code = "reports.round_already_exists"
    kind = Kind.CONFLICT
    message = "There already is the round {round_id} for this kind, year, number and mode."
    message_th = "มีรอบ {round_id} สำหรับประเภท ปีงบประมาณ ครั้งที่ และโหมดนี้อยู่แล้ว"


class FormNotFound(ServiceError):
    """No such form definition."""

    code = "reports.form_not_found"
    kind = Kind.NOT_FOUND
    message = "There is no version {version} of the form {form_id}."
    message_th = "ไม่พบแบบรายงาน {form_id} ฉบับที่ {version}"


class ObligationNotFound(ServiceError):
    """No such obligation, or its existence is not the caller's to know."""

    code = "reports.obligation_not_found"
    kind = Kind.NOT_FOUND
    message = "There is no obligation {obligation_id}."
    message_th = "ไม่พบภาระการรายงาน {obligation_id}"


class FilingNotFound(ServiceError):
    """No such filing, not recorded yet, or not the caller's to know."""

    code = "reports.filing_not_found"
    kind = Kind.NOT_FOUND
    message = "There is no recorded filing {filing_id}. If it was accepted a moment ago, ask again."
    message_th = "ยังไม่พบการยื่น {filing_id} ในทะเบียน หากเพิ่งยื่นเมื่อสักครู่โปรดตรวจสอบอีกครั้ง"


class StaleRevision(ServiceError):
    """Somebody filed in between."""

    code = "reports.stale_revision"
    kind = Kind.CONFLICT
    message = "The obligation is at revision {revision}; this was made from {base_revision}."
    message_th = (
        "ภาระการรายงานนี้อยู่ที่ฉบับที่ {revision} แล้ว แต่ท่านแก้ไขจากฉบับที่ {base_revision} "
        "โปรดเปิดดูฉบับล่าสุดก่อนยื่นใหม่"
    )


class WindowClosed(ServiceError):
    """Filing is not open at the moment the filing was accepted."""

    code = "reports.window_closed"
    kind = Kind.CONFLICT
    message = "Filing is open from {opens_at} to {closes_at}; yours came at {accepted_at}."
    message_th = "เปิดรับการยื่นตั้งแต่ {opens_at} ถึง {closes_at} ท่านยื่นเมื่อ {accepted_at}"


class AlreadyFiled(ServiceError):
    """There is a first filing; a change is an amendment."""

    code = "reports.already_filed"
    kind = Kind.CONFLICT
    message = "Filed as revision {revision} at {accepted_at}. To change it, file an amendment."
    message_th = "ยื่นแล้วเป็นฉบับที่ {revision} เมื่อ {accepted_at} หากต้องการแก้ไขให้ยื่นแบบแก้ไขเพิ่มเติม"


class NothingToAmend(ServiceError):
    """An amendment needs a filing to amend."""

    code = "reports.nothing_to_amend"
    kind = Kind.CONFLICT
    message = "Nothing has been filed yet. File the original first."
    message_th = "ยังไม่มีการยื่น โปรดยื่นฉบับแรกก่อน"


class NothingChanged(ServiceError):
    """An amendment with the same content is refused."""

    code = "reports.nothing_changed"
    kind = Kind.CONFLICT
    message = "The content is the same as revision {revision}."
    message_th = "เนื้อหาเหมือนกับฉบับที่ {revision} ทุกประการ"


class WrongFormVersion(ServiceError):
    """The round is answered with another version of the form."""

    code = "reports.wrong_form_version"
    kind = Kind.INVALID
    message = "This round uses version {expected} of the form, not {version}."
    message_th = "รอบนี้ใช้แบบรายงานฉบับที่ {expected} ไม่ใช่ฉบับที่ {version}"


class ProblemReportNotFound(ServiceError):
    """No such problem report, or not the caller's to know."""

    code = "reports.problem_report_not_found"
    kind = Kind.NOT_FOUND
    message = "There is no problem report {problem_id}."
    message_th = "ไม่พบรายงานปัญหา {problem_id}"


class TooManyAnswers(ServiceError):
    """A problem report takes a few answers, no conversation."""

    code = "reports.too_many_answers"
    kind = Kind.CONFLICT
    message = "It has {most} answers already, and no more are taken."
    message_th = "รายงานปัญหานี้มีคำตอบครบ {most} คำตอบแล้ว ตอบเพิ่มอีกไม่ได้"


class ConsolidationNotFound(ServiceError):
    """No such consolidated report of the round."""

    code = "reports.consolidation_not_found"
    kind = Kind.NOT_FOUND
    message = "There is no consolidated report {consolidation_id} of this round."
    message_th = "ไม่พบรายงานภาพรวม {consolidation_id} ของรอบนี้"
