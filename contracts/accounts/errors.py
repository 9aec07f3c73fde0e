"""How accounts refuses."""

from __future__ import annotations

from contracts.errors import Kind, ServiceError


class WrongCredentials(ServiceError):
    """The username or the password is wrong; which one is not said."""

    code = "accounts.wrong_credentials"
    kind = Kind.UNAUTHENTICATED
    message = "The username or the password is wrong."
    message_th = "ชื่อผู้ใช้หรือรหัสผ่านไม่ถูกต้อง"


class SessionEnded(ServiceError):
    """The token is unknown, expired or signed out."""

    code = "accounts.session_ended"
    kind = Kind.UNAUTHENTICATED
    message = "You are not signed in, or the sign-in has ended. Sign in again."
    message_th = "ท่านยังไม่ได้เข้าสู่ระบบหรือการเข้าสู่ระบบสิ้นสุดแล้ว โปรดเข้าสู่ระบบใหม่"


class SessionEndedElsewhere(ServiceError):
    """Another sign-in took over the slot."""

    code = "accounts.session_ended_elsewhere"
    kind = Kind.UNAUTHENTICATED
    message = "The slot was signed in on another computer at {since}, which ended this sign-in."
    message_th = "บัญชีนี้เข้าสู่ระบบจากเครื่องอื่นเมื่อ {since} การเข้าสู่ระบบบนเครื่องนี้จึงสิ้นสุดลง"


class SlotInUse(ServiceError):
    """One slot works on one computer at a time."""

    code = "accounts.slot_in_use"
    kind = Kind.CONFLICT
    message = "The slot is signed in since {since}. Repeat with takeover to end that sign-in."
    message_th = "บัญชีนี้เข้าสู่ระบบอยู่ตั้งแต่ {since} หากต้องการใช้เครื่องนี้แทนให้ยืนยันการเข้าใช้แทน"


class TooManyAttempts(ServiceError):
    """Too many wrong attempts on this slot from this address."""

    code = "accounts.too_many_attempts"
    kind = Kind.TOO_MANY
    message = "Too many attempts. Try again in {retry_after_seconds} s."
    message_th = "พยายามเข้าสู่ระบบหลายครั้งเกินไป โปรดลองใหม่ใน {retry_after_seconds} วินาที"


class WrongActivationCode(ServiceError):
    """The username or the code is wrong; which one is not said."""

    code = "accounts.wrong_activation_code"
    kind = Kind.UNAUTHENTICATED
    message = "The username or the activation code is wrong."
    message_th = "ชื่อผู้ใช้หรือรหัสเปิดใช้งานไม่ถูกต้อง"


class ActivationCodeSpent(ServiceError):
    """The code was right once: it is used, voided by a newer one, or expired."""

    code = "accounts.activation_code_spent"
    kind = Kind.GONE
    message = "This activation code is {state}. Ask the office above for a new one."
    message_th = "รหัสเปิดใช้งานนี้{state_th} โปรดขอรหัสใหม่จากหน่วยงานที่จ่ายรหัสให้ท่าน"


class WeakPassword(ServiceError):
    """The password is too short, too common or holds the username."""

    code = "accounts.weak_password"
    kind = Kind.INVALID
    message = "The password {reason}. Use at least 12 characters that are not easily guessed."
    message_th = "รหัสผ่าน{reason_th} โปรดใช้อย่างน้อย 12 ตัวอักษรที่คาดเดาได้ยาก"


class OrganisationNotFound(ServiceError):
    """No such organisation, or not the caller's to know."""

    code = "accounts.organisation_not_found"
    kind = Kind.NOT_FOUND
    message = "There is no organisation {organisation_id}."
    message_th = "ไม่พบหน่วยงาน {organisation_id}"


class ImportNotFound(ServiceError):
    """No such upload, or parts of it are missing."""

    code = "accounts.import_not_found"
    kind = Kind.NOT_FOUND
    message = "There is no complete upload {import_id}. Send the file again."
    message_th = "ไม่พบไฟล์นำเข้า {import_id} ที่ครบถ้วน โปรดส่งไฟล์ใหม่"


class RegistryRefused(ServiceError):
    """The file as a whole cannot be read as a registry."""

    code = "accounts.registry_refused"
    kind = Kind.INVALID
    message = "The file cannot be read as the registry: {reason} (line {line})."
    message_th = "อ่านไฟล์ทะเบียนไม่ได้: {reason_th} (บรรทัด {line})"


class IssuanceNotFound(ServiceError):
    """No such issuance, or nothing in it is the caller's to hand out."""

    code = "accounts.issuance_not_found"
    kind = Kind.NOT_FOUND
    message = "There is no issuance {issuance_id} with slips for you."
    message_th = "ไม่พบการออกรหัส {issuance_id} ที่มีใบรหัสสำหรับหน่วยงานของท่าน"


class SlipsNotRead(ServiceError):
    """Only slips that the caller's office has read can have been handed out by it."""

    code = "accounts.slips_not_read"
    kind = Kind.CONFLICT
    message = "Your office has not read these slips of issuance {issuance_id}: {slot_ids}."
    message_th = "หน่วยงานของท่านยังไม่ได้เปิดอ่านใบรหัสเหล่านี้ของการออกรหัส {issuance_id}: {slot_ids}"


class CodeKeyRetired(ServiceError):
    """The key an issuance was made with is no longer known, so its codes are lost."""

    code = "accounts.code_key_retired"
    kind = Kind.GONE
    message = "The key of issuance {issuance_id} has been retired. Issue again."
    message_th = "กุญแจของการออกรหัส {issuance_id} ถูกยกเลิกแล้ว โปรดออกรหัสใหม่"


class SlipsAlreadyRead(ServiceError):
    """Slips are read once, and that is on record."""

    code = "accounts.slips_already_read"
    kind = Kind.GONE
    message = "These slips were read by {read_by} at {read_at}. Issue again if they are lost."
    message_th = "ใบรหัสชุดนี้ถูกเปิดอ่านแล้วโดย {read_by} เมื่อ {read_at} หากสูญหายให้ออกรหัสใหม่"


class SlotNotFound(ServiceError):
    """No such slot, or not the caller's to know of."""

    code = "accounts.slot_not_found"
    kind = Kind.NOT_FOUND
    message = "There is no slot {slot_id}."
    message_th = "ไม่พบบัญชีผู้ใช้ {slot_id}"


class SlotLocked(ServiceError):
    """The slot is locked; told only to whoever has its password or its code, or is above it."""

    code = "accounts.slot_locked"
    kind = Kind.CONFLICT
    message = "The slot is locked since {since}. Ask the office above to unlock it."
    message_th = "บัญชีนี้ถูกระงับตั้งแต่ {since} โปรดติดต่อหน่วยงานที่จ่ายรหัสให้ท่านเพื่อปลดระงับ"


class SlotClosed(ServiceError):
    """The slot is closed for ever."""

    code = "accounts.slot_closed"
    kind = Kind.CONFLICT
    message = "The slot was closed for good at {since}."
    message_th = "บัญชีนี้ถูกปิดถาวรเมื่อ {since}"


class SlotNotActivated(ServiceError):
    """Nobody has activated the slot, so that nobody holds it."""

    code = "accounts.slot_not_activated"
    kind = Kind.CONFLICT
    message = "Nobody holds the slot {username}: it is not activated."
    message_th = "บัญชี {username} ยังไม่ได้เปิดใช้งาน จึงยังไม่มีผู้ถือบัญชี"


class SlotNotAddable(ServiceError):
    """The organisation takes no further slot of this sort."""

    code = "accounts.slot_not_addable"
    kind = Kind.INVALID
    message = "No such slot can be added: {reason}."
    message_th = "เพิ่มบัญชีนี้ไม่ได้: {reason_th}"


class SlotAlreadyExists(ServiceError):
    """The organisation has a slot with this label."""

    code = "accounts.slot_already_exists"
    kind = Kind.CONFLICT
    message = "The organisation has a slot with this label already: {username}."
    message_th = "หน่วยงานนี้มีบัญชีที่ใช้ชื่อเรียกนี้อยู่แล้ว: {username}"


class HolderIncomplete(ServiceError):
    """What is said of a holder does not fit together."""

    code = "accounts.holder_incomplete"
    kind = Kind.INVALID
    message = "The holder {reason}."
    message_th = "ข้อมูลผู้ถือบัญชียังไม่ถูกต้อง: {reason_th}"


class OrganisationNotOnRecord(ServiceError):
    """On that day there was no such organisation: not yet founded, or closed."""

    code = "accounts.organisation_not_on_record"
    kind = Kind.NOT_FOUND
    message = "There was no organisation {organisation_id} on {as_of}."
    message_th = "ไม่มีหน่วยงาน {organisation_id} ในวันที่ {as_of}"


class OrganisationClosed(ServiceError):
    """A closed organisation stays as it was."""

    code = "accounts.organisation_closed"
    kind = Kind.CONFLICT
    message = "The organisation is closed from {closed_on} on."
    message_th = "หน่วยงานนี้เลิกตั้งแต่วันที่ {closed_on}"


class OrganisationCodeTaken(ServiceError):
    """The part of a code that stays an organisation's own belongs to another."""

    code = "accounts.organisation_code_taken"
    kind = Kind.CONFLICT
    message = "The code {organisation_code} belongs to another organisation."
    message_th = "รหัส {organisation_code} เป็นของหน่วยงานอื่น"


class OrganisationChangeNotFound(ServiceError):
    """The organisation has no such change."""

    code = "accounts.organisation_change_not_found"
    kind = Kind.NOT_FOUND
    message = "There is no change {change_id} of this organisation."
    message_th = "ไม่พบการเปลี่ยนแปลง {change_id} ของหน่วยงานนี้"


class OrganisationChangeNeeded(ServiceError):
    """A change scheduled for later makes sense only after this one."""

    code = "accounts.organisation_change_needed"
    kind = Kind.CONFLICT
    message = "A change scheduled for later rests on this one. Cancel that first."
    message_th = "มีการเปลี่ยนแปลงที่กำหนดไว้ภายหลังซึ่งต้องอาศัยรายการนี้ โปรดยกเลิกรายการนั้นก่อน"


class OrganisationChangeSettled(ServiceError):
    """Only a change that is still scheduled can be cancelled."""

    code = "accounts.organisation_change_settled"
    kind = Kind.CONFLICT
    message = "The change can no longer be cancelled: it is {state}."
    message_th = "ยกเลิกการเปลี่ยนแปลงนี้ไม่ได้แล้ว: {state_th}"


class ClosingProposalNotFound(ServiceError):
    """Nobody proposes to close the organisation, or that is dismissed already."""

    code = "accounts.closing_proposal_not_found"
    kind = Kind.NOT_FOUND
    message = "There is no open proposal to close the organisation {organisation_id}."
    message_th = "ไม่มีข้อเสนอให้ยุบเลิกหน่วยงาน {organisation_id} ที่รอพิจารณา"


class SecondFactorRequired(ServiceError):
    """Name and password are right; the slot asks for a code as well."""

    code = "accounts.second_factor_required"
    kind = Kind.UNAUTHENTICATED
    message = "This slot needs a second factor. Repeat with the code of your authenticator as otp."
    message_th = "บัญชีนี้ต้องยืนยันตัวตนขั้นที่สอง โปรดกรอกรหัส 6 หลักจากแอปยืนยันตัวตน"


class WrongSecondFactor(ServiceError):
    """The code is wrong, out of its time, or was used before."""

    code = "accounts.wrong_second_factor"
    kind = Kind.UNAUTHENTICATED
    message = "The code is wrong or was used already. Wait for the next one."
    message_th = "รหัสยืนยันตัวตนไม่ถูกต้องหรือถูกใช้ไปแล้ว โปรดรอรหัสถัดไปแล้วลองใหม่"


class SecondFactorStopped(ServiceError):
    """So many wrong codes came in a row that none of the app is looked at any more."""

    code = "accounts.second_factor_stopped"
    kind = Kind.UNAUTHENTICATED
    message = (
        "Too many wrong codes in a row: codes of the authenticator are no longer taken. Give a "
        "recovery code, or ask the office above for a new activation code."
    )
    message_th = (
        "กรอกรหัสยืนยันตัวตนผิดติดต่อกันหลายครั้ง ระบบจึงไม่รับรหัสจากแอปอีก "
        "โปรดใช้รหัสสำรอง หรือขอรหัสเปิดใช้งานใหม่จากหน่วยงานที่จ่ายรหัสให้ท่าน"
    )


class SecondFactorExists(ServiceError):
    """The slot has one that counts."""

    code = "accounts.second_factor_exists"
    kind = Kind.CONFLICT
    message = "This slot has a second factor already. Remove it before you set up another."
    message_th = "บัญชีนี้ตั้งค่าการยืนยันตัวตนขั้นที่สองไว้แล้ว โปรดยกเลิกของเดิมก่อนตั้งใหม่"


class NoSecondFactor(ServiceError):
    """The slot has none."""

    code = "accounts.no_second_factor"
    kind = Kind.NOT_FOUND
    message = "This slot has no second factor. Set one up first."
    message_th = "บัญชีนี้ยังไม่ได้ตั้งค่าการยืนยันตัวตนขั้นที่สอง โปรดตั้งค่าก่อน"
