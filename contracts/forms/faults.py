"""What is wrong with an answer, told in Thai and English."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from contracts.errors import MOST_FAULTS, Wording

_MESSAGES = {
    "required": ("ต้องกรอก", "This must be filled in."),
    "not_asked": ("ข้อนี้ไม่ต้องกรอกตามคำตอบข้ออื่น", "Not asked, given the other answers."),
    "unknown": ("ไม่มีข้อนี้ในแบบรายงาน", "The form has no such field."),
    "unknown_many": ("มี {count} ข้อที่ไม่มีในแบบรายงาน", "{count} fields that the form does not have."),
    "more": ("และอีก {count} ข้อ", "And {count} more."),
    "type": ("ชนิดข้อมูลไม่ถูกต้อง ต้องเป็น{th}", "Wrong type: it must be {en}."),
    "size": ("ยาวได้ไม่เกิน {max} ตัวอักษร", "At most {max} characters."),
    "length": ("ยาวได้ไม่เกิน {max} ตัวอักษร", "At most {max} characters."),
    "range": ("ต้องอยู่ระหว่าง {min} ถึง {max}", "It must be from {min} to {max}."),
    "decimals": ("มีทศนิยมได้ไม่เกิน {places} ตำแหน่ง", "At most {places} decimals."),
    "choice": ("ต้องเลือกจาก: {choices}", "Choose from: {choices}."),
    "format": ("รูปแบบไม่ถูกต้อง เช่น {example}", "Wrong format; for example {example}."),
    "items": ("ใส่ได้ไม่เกิน {max} รายการ", "At most {max} items."),
    "unprintable": (
        "ไม่มีแบบอักษรสำหรับพิมพ์ {characters} ยื่นได้ แต่บนกระดาษจะเห็นเป็นรหัส หากไม่ต้องการโปรดใช้ตัวอักษรอื่น",
        "No font of the printed page has {characters}. It can be filed, and paper will show its"
        " number; use other characters if you do not want that.",
    ),
    "repeated": ("มีรายการซ้ำกัน", "The same is given twice."),
}


UNCONFIRMED = "unconfirmed"
"""The code of an answer that may be filed as it is with a note under the fault's check."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one answer, and where (a JSON pointer under `/answers`).

    `check` names the cross-field check that was broken; it is "" for a fault of one answer alone.
    `question` has the words of the question asked there.
    """

    pointer: str
    code: str
    message_th: str
    message: str
    check: str = ""
    question_th: str = ""
    question: str = ""

    @property
    def in_full_th(self) -> str:
        """The question, what is wrong with its answer and where a note may confirm it, in Thai."""
        said = f"{self.question_th}: {self.message_th}" if self.question_th else self.message_th
        hint = f" หากถูกต้องแล้วให้บอกเหตุผลใน notes.{self.check}"
        return said + hint if self.code == UNCONFIRMED else said

    @property
    def in_full(self) -> str:
        """The question, what is wrong with its answer and where a note may confirm it."""
        said = f"{self.question}: {self.message}" if self.question else self.message
        hint = f" If it is so, say why in notes.{self.check}."
        return said + hint if self.code == UNCONFIRMED else said


def listed(faults: Iterator[Fault]) -> list[Fault]:
    """Return the first hundred faults, and one that says how many more there are."""
    found = list(islice(faults, MOST_FAULTS))
    if len(found) < MOST_FAULTS:
        return found
    more = sum(1 for _ in faults)
    return [*found, fault("/answers", "more", count=more)] if more else found


def fault(
    pointer: str,
    code: str,
    wording: Wording | None = None,
    question: tuple[str, str] = ("", ""),
    **facts: Any,
) -> Fault:
    """Return a fault in the words of its code, or in those of a reader that knows the cause."""
    if wording is not None:
        thai, english = wording.thai, str(wording)
    else:
        thai, english = (sentence.format(**facts) for sentence in _MESSAGES[code])
    return Fault(pointer, code.removesuffix("_many"), thai, english, "", *question)


def step(name: str) -> str:
    """Return a name as one step of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")
