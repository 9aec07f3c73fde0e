"""How reports refuses corrections: of amending, withdrawing, returning, accepting and signing."""

from __future__ import annotations

from contracts.errors import Kind, ServiceError


class NothingToWithdraw(ServiceError):
    """Nothing filed is in force."""

    code = "reports.nothing_to_withdraw"
    kind = Kind.CONFLICT
    message = "Nothing is in force on {obligation_id} that could be withdrawn."
    message_th = "ภาระการรายงาน {obligation_id} ไม่มีรายงานที่มีผลอยู่ให้ถอน"


class NotOwed(ServiceError):
    """What is exempt or waived is not filed on until that is lifted."""

    code = "reports.not_owed"
    kind = Kind.CONFLICT
    message = "This need not be reported ({state}). Ask the office above to lift that first."
    message_th = (
        "ภาระการรายงานนี้ได้รับยกเว้น ({state}) หากต้องการรายงาน โปรดให้หน่วยงานเหนือขึ้นไปยกเลิกการยกเว้นก่อน"
    )


class NotAmendedAs(ServiceError):
    """The class of the amendment is not in use on that day."""

    code = "reports.not_amended_as"
    kind = Kind.INVALID
    message = "Amendments are not of the class {reason_class} at this time."
    message_th = "ขณะนี้ไม่ใช้ประเภทการแก้ไข {reason_class}"


class NotSigned(ServiceError):
    """The round asks for both signatures over exactly what is filed, or taken back."""

    code = "reports.not_signed"
    kind = Kind.CONFLICT
    message = "This content is not signed by: {missing}. Unlock the draft if it changed, then sign."
    message_th = "เนื้อหานี้ยังไม่ได้ลงนามโดย: {missing} หากร่างเปลี่ยนไปโปรดปลดล็อกแล้วลงนามใหม่"


class DraftSigned(ServiceError):
    """A signed draft is locked until it is unlocked, which clears the signatures."""

    code = "reports.draft_signed"
    kind = Kind.CONFLICT
    message = "The draft is signed ({signed_by}). Unlock it first; that clears the signatures."
    message_th = "ร่างนี้ลงนามแล้ว ({signed_by}) โปรดปลดล็อกก่อนแก้ไข ซึ่งจะล้างการลงนามทั้งหมด"


class NothingToSign(ServiceError):
    """Only a saved draft, or the withdrawal of what is in force, can be signed."""

    code = "reports.nothing_to_sign"
    kind = Kind.CONFLICT
    message = "There is no saved draft, or nothing in force to take back, on {obligation_id}."
    message_th = "ยังไม่มีร่างที่บันทึกไว้ หรือไม่มีรายงานที่มีผลให้ถอน ของ {obligation_id} จึงยังลงนามไม่ได้"


class SignOffNotAsked(ServiceError):
    """What is filed is signed, or declared, only where the round asks for it."""

    code = "reports.sign_off_not_asked"
    kind = Kind.CONFLICT
    message = "The round {round_id} does not ask for signatures. File without them."
    message_th = "รอบ {round_id} ไม่ต้องลงนามหรือรับรอง ยื่นได้เลย"


class SamePerson(ServiceError):
    """The preparer and the head are two persons."""

    code = "reports.same_person"
    kind = Kind.CONFLICT
    message = "The same person signed as {part} already. Another one has to sign."
    message_th = "บุคคลเดียวกันลงนามในฐานะ {part} แล้ว ต้องเป็นบุคคลอื่นลงนาม"


class SameSlot(ServiceError):
    """Where two persons sign, each signs in a slot of their own."""

    code = "reports.same_slot"
    kind = Kind.CONFLICT
    message = (
        "This slot, or another of the same holder, signed as {part} already. The other person has"
        " to sign in with another slot of the organisation."
    )
    message_th = (
        "บัญชีนี้หรือบัญชีอื่นของผู้ถือคนเดียวกันลงนามในฐานะ {part} แล้ว อีกคนหนึ่งต้องเข้าสู่ระบบด้วยบัญชีอื่นของหน่วยงาน"
    )


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
