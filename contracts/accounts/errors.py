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


class SlipsAlreadyRead(ServiceError):
    """Slips are read once, and that is on record."""

    code = "accounts.slips_already_read"
    kind = Kind.GONE
    message = "These slips were read by {read_by} at {read_at}. Issue again if they are lost."
    message_th = "ใบรหัสชุดนี้ถูกเปิดอ่านแล้วโดย {read_by} เมื่อ {read_at} หากสูญหายให้ออกรหัสใหม่"
