"""What is wrong with an answer, told in Thai and English."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_MESSAGES = {
    "required": ("ต้องกรอก", "This must be filled in."),
    "not_asked": ("ข้อนี้ไม่ต้องกรอกตามคำตอบข้ออื่น", "Not asked, given the other answers."),
    "unknown": ("ไม่มีข้อนี้ในแบบรายงาน", "The form has no such field."),
    "type": ("ชนิดข้อมูลไม่ถูกต้อง ต้องเป็น {type}", "Wrong type: it must be {type}."),
    "length": ("ยาวได้ไม่เกิน {max} ตัวอักษร", "At most {max} characters."),
    "range": ("ต้องอยู่ระหว่าง {min} ถึง {max}", "It must be from {min} to {max}."),
    "decimals": ("มีทศนิยมได้ไม่เกิน {places} ตำแหน่ง", "At most {places} decimals."),
    "choice": ("ต้องเลือกจาก: {choices}", "Choose from: {choices}."),
    "format": ("รูปแบบไม่ถูกต้อง เช่น {example}", "Wrong format; for example {example}."),
    "items": ("ใส่ได้ไม่เกิน {max} รายการ", "At most {max} items."),
    "repeated": ("มีรายการซ้ำกัน", "The same is given twice."),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one answer, and where (a JSON pointer under `/answers`).

    `check` names the cross-field check that was broken; it is "" for a fault of one answer alone.
    """

    pointer: str
    code: str
    message_th: str
    message: str
    check: str = ""


def fault(pointer: str, code: str, **facts: Any) -> Fault:
    """Return a fault in the words of its code."""
    thai, english = _MESSAGES[code]
    return Fault(pointer, code, thai.format(**facts), english.format(**facts))


def step(name: str) -> str:
    """Return a name as one step of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")
