"""How a refusal is told: a class with a code for machines and a sentence for people.

Codes are for ever; a retired one stays here as a comment. Nothing in this file does I/O.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import ModuleType
from typing import ClassVar

MOST_FAULTS = 100
"""Of one input that are told one by one; of the others only how many they are."""


class Kind(StrEnum):
    """What the caller can do about it. The gateway gives each kind one HTTP status."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    GONE = "gone"
    CONFLICT = "conflict"
    STALE = "stale"
    TOO_MANY = "too_many"
    UNAVAILABLE = "unavailable"


class ServiceError(Exception):
    """An expected refusal, safe to show to whoever asked.

    Nameko rebuilds an error from its positional args and turns every leaf into
    text, so the only argument is one mapping of text to text.
    """

    code: ClassVar[str]
    kind: ClassVar[Kind]
    message: ClassVar[str]
    message_th: ClassVar[str]

    def __init__(self, details: Mapping[str, str] | None = None, /, **facts: object) -> None:
        self.details = dict(details or {}) | {name: str(fact) for name, fact in facts.items()}
        super().__init__(self.details)

    def __str__(self) -> str:
        return self.message.format_map(self.details)

    def in_thai(self) -> str:
        """Return the sentence for people, in Thai."""
        return self.message_th.format_map(self.details)


def refusals_of(*modules: ModuleType) -> tuple[type[ServiceError], ...]:
    """Return every refusal that is defined in the modules: all that a topic has."""
    return tuple(
        found
        for module in modules
        for found in vars(module).values()
        if isinstance(found, type)
        and issubclass(found, ServiceError)
        and found.__module__ == module.__name__
    )


class Wording(str):
    """A sentence in English that has its Thai with it, and its code for machines."""

    code: str
    thai: str

    def __new__(cls, code: str, thai: str, english: str) -> Wording:
        wording = super().__new__(cls, english)
        wording.code, wording.thai = code, thai
        return wording


class ServiceUnavailable(ServiceError):
    """The service asked did not answer in time, or cannot reach its store."""

    code = "bus.service_unavailable"
    kind = Kind.UNAVAILABLE
    message = "The service {service} cannot answer now. Try again in {retry_after_seconds} s."
    message_th = "ระบบส่วน {service} ยังตอบไม่ได้ในขณะนี้ โปรดลองใหม่ใน {retry_after_seconds} วินาที"

    def __init__(self, details: Mapping[str, str] | None = None, /, **facts: object) -> None:
        super().__init__({"retry_after_seconds": "5"} | dict(details or {}), **facts)


class WorkLineFull(ServiceError):
    """So many wait for work of this kind that more would wait in vain."""

    code = "work.line_full"
    kind = Kind.UNAVAILABLE
    message = "Too many are waiting for this at the moment. Try again in {retry_after_seconds} s."
    message_th = "ขณะนี้มีผู้รอใช้ส่วนนี้จำนวนมาก โปรดลองใหม่ใน {retry_after_seconds} วินาที"


class TooManyAtOnce(ServiceError):
    """The caller has as much work of this kind under way as one may."""

    code = "work.too_many_at_once"
    kind = Kind.TOO_MANY
    message = (
        "You have {places} of these under way already. Wait until one has ended, "
        "then try again in {retry_after_seconds} s."
    )
    message_th = (
        "ท่านมีงานลักษณะนี้ที่ยังไม่เสร็จอยู่แล้ว {places} รายการ โปรดรอให้เสร็จก่อน "
        "แล้วลองใหม่ใน {retry_after_seconds} วินาที"
    )


class InvalidInput(ServiceError):
    """A value in the request breaks a rule of its own; `pointer` says where.

    `reason` is a Wording, or English with `reason_th` beside it; alone it serves both languages.
    """

    code = "input.invalid"
    kind = Kind.INVALID
    message = "{reason}"
    message_th = "{reason}"

    def __init__(self, details: Mapping[str, str] | None = None, /, **facts: object) -> None:
        reason = facts.get("reason")
        thai = {"reason_th": reason.thai} if isinstance(reason, Wording) else {}
        super().__init__(thai | dict(details or {}), **facts)

    def in_thai(self) -> str:
        return self.details.get("reason_th") or super().in_thai()


class OutOfScope(ServiceError):
    """The caller's role or area does not cover what was asked."""

    code = "access.out_of_scope"
    kind = Kind.FORBIDDEN
    message = "This is outside what {username} may see or do."
    message_th = "อยู่นอกขอบเขตที่บัญชี {username} ดูหรือทำได้"


class StaleVersion(ServiceError):
    """Somebody changed it since the caller read it; `changed` names the fields."""

    code = "input.stale_version"
    kind = Kind.STALE
    message = "It was changed since you read it ({changed}). Read it again, then repeat."
    message_th = "ข้อมูลถูกแก้ไขหลังจากที่ท่านเปิดดู ({changed}) โปรดเปิดใหม่แล้วทำซ้ำ"


class JobNotFound(ServiceError):
    """No such job, or not the caller's."""

    code = "jobs.job_not_found"
    kind = Kind.NOT_FOUND
    message = "There is no job {job_id}."
    message_th = "ไม่พบงาน {job_id}"


class JobGivenUp(ServiceError):
    """The process that had the job in hand ended before it, more than once."""

    code = "jobs.given_up"
    kind = Kind.UNAVAILABLE
    message = (
        "The work was begun {attempts} times and each time its process ended before it. "
        "Tell the operator, with the id of the job."
    )
    message_th = "งานนี้เริ่มทำแล้ว {attempts} ครั้ง แต่ระบบหยุดกลางคันทุกครั้ง โปรดแจ้งผู้ดูแลระบบพร้อมรหัสงาน"


class JobBroken(ServiceError):
    """The work failed in a way nobody foresaw; the service's log says how."""

    code = "jobs.broken"
    kind = Kind.UNAVAILABLE
    message = (
        "The work stopped at a fault of the system. Tell the operator, with the id of the job."
    )
    message_th = "งานหยุดเพราะข้อผิดพลาดของระบบ โปรดแจ้งผู้ดูแลระบบพร้อมรหัสงาน"


class IdempotencyKeyReused(ServiceError):
    """The same Idempotency-Key came with another body."""

    code = "input.idempotency_key_reused"
    kind = Kind.INVALID
    message = "This Idempotency-Key was used for something else. Use a new key."
    message_th = "Idempotency-Key นี้ใช้กับรายการอื่นไปแล้ว โปรดใช้ค่าใหม่"
