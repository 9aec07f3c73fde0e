"""What is wrong in a workbook, by sheet and cell, in words for whoever fills it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from collecting.files.kinds import KINDS
from collecting.workbooks.values import NO, YES
from contracts.errors import ServiceError
from contracts.forms import Fault

Definition = Mapping[str, Any]
Spot = tuple[str, str]

OF_FILES = {
    "not_a_workbook": (
        "ไฟล์นี้ไม่ใช่ไฟล์ .xlsx ที่อ่านได้ โปรดบันทึกเป็น Excel Workbook (.xlsx) โดยไม่ตั้งรหัสผ่าน",
        "This is no .xlsx file that can be read. Save it as an Excel workbook without a password.",
    ),
    "budget_spent": (
        "การอ่านไฟล์ในการอัปโหลดครั้งนี้ใช้เวลาเกินกำหนดแล้ว ไฟล์นี้จึงยังไม่ถูกอ่าน โปรดอัปโหลดไฟล์ที่เหลือใหม่ครั้งละน้อยลง",
        "This upload has cost all that one may; this file was not read. Upload the rest anew.",
    ),
    "workbook_too_large": (
        "ไฟล์ใหญ่หรือซับซ้อนเกินแบบรายงาน โปรดดาวน์โหลดแบบใหม่แล้วคัดลอกคำตอบมาวาง",
        "The file is larger than any form is. Copy the answers into a new template.",
    ),
    "not_stamped": (
        "ไม่มีตราประทับของระบบว่าเป็นรายงานของหน่วยงานใด โปรดดาวน์โหลดแบบจากภาระการรายงานนั้น",
        "It does not say whose report it is. Download the template from the obligation.",
    ),
    "wrong_form_version": (
        "เป็นแบบรายงานคนละแบบหรือคนละฉบับกับรอบนี้ โปรดดาวน์โหลดแบบใหม่",
        "It is another form, or another version of it, than this round's. Download it again.",
    ),
    "wrong_round": (
        "แบบนี้เป็นของรอบการรายงานอื่น",
        "This workbook belongs to another round.",
    ),
    "rearranged": (
        "แผ่นงาน แถว หรือคอลัมน์ถูกลบ แทรก หรือย้าย โปรดดาวน์โหลดแบบใหม่แล้วคัดลอกคำตอบมาวาง",
        "Sheets, rows or columns were moved. Copy the answers into a new template.",
    ),
    "unreadable_member": (
        "ไฟล์นี้ในไฟล์ .zip เสียหายหรือมีรหัสผ่าน",
        "This member of the .zip is damaged or has a password.",
    ),
    "repeated_in_upload": (
        "มีรายงานของภาระเดียวกันในไฟล์ก่อนหน้าแล้ว ไฟล์นี้จึงไม่ถูกยื่น",
        "An earlier file of this upload is on the same obligation; this one was not filed.",
    ),
}
_OF_CELLS = {
    "formula": (
        "ห้ามใช้สูตร โปรดพิมพ์ค่าหรือวางแบบค่าเท่านั้น",
        "Formulas are not read. Type the value or paste values only.",
    ),
    "cell_error": (
        "ช่องนี้แสดงข้อผิดพลาดของโปรแกรมตารางคำนวณ โปรดพิมพ์ค่าใหม่",
        "The cell shows an error of the spreadsheet. Type the value again.",
    ),
    "format": ("รูปแบบไม่ถูกต้อง", "Wrong format."),
    "type": ("ชนิดข้อมูลไม่ถูกต้อง", "Wrong type."),
    "unknown_evidence": (
        "ไม่พบไฟล์หลักฐานรหัสนี้ของหน่วยงาน",
        "This is no evidence of the organisation.",
    ),
    "choice": (f"เลือก {YES} หรือเว้นว่างไว้", f"Choose {YES} or leave it empty."),
}
_NUMBER = (
    "ต้องเป็นตัวเลข เช่น 1500 หรือ 1,500.25 ไม่มีหน่วยหรือข้อความต่อท้าย",
    "It must be a number like 1500 or 1,500.25, with no unit or text.",
)
_DATE = (
    "ต้องเป็นวันที่ที่มีจริง ปีสี่หลัก เช่น 28/12/2569, ๒๘ ธ.ค. ๒๕๖๙ หรือ 2026-12-28",
    "It must be a day with a four-digit year: 28/12/2569, ๒๘ ธ.ค. ๒๕๖๙ or 2026-12-28.",
)
_YES_NO = (f"เลือก {YES} หรือ {NO}", f"Choose {YES} or {NO}.")
_FOR_KIND = {
    ("type", "whole_number"): _NUMBER,
    ("type", "decimal"): _NUMBER,
    ("type", "date"): _DATE,
    ("format", "date"): _DATE,
    ("type", "yes_no"): _YES_NO,
}


@dataclass(frozen=True, slots=True)
class CellFault:
    """One thing wrong; `sheet` and `cell` are None when it is the whole file."""

    sheet: str | None
    cell: str | None
    pointer: str | None
    code: str
    message_th: str
    message: str

    def to_wire(self) -> dict[str, str | None]:
        """Return it as a job's result lists it."""
        return asdict(self)


def of_file(code: str, kind: str = "") -> CellFault:
    """Return the fault of a file that is not read, and what kind of file it is when that is why."""
    if not kind:
        return CellFault(None, None, None, code, *OF_FILES[code])
    thai, english = OF_FILES[code]
    found = KINDS[kind]
    return CellFault(
        None,
        None,
        None,
        code,
        f"ไฟล์นี้เป็น{found.name_th} {found.workbook_advice_th or thai}",
        f"This is {found.name}. {found.workbook_advice or english}",
    )


def of_cell(at: Spot, pointer: str, code: str, field: Definition) -> CellFault:
    """Return the fault of a cell that says nothing of its kind."""
    words = _FOR_KIND.get((code, field["type"]), _OF_CELLS[code])
    return CellFault(*at, pointer, code, *words)


def of_answer(at: Spot, pointer: str, code: str) -> CellFault:
    """Return the fault of an answer that is of its kind and still wrong."""
    return CellFault(*at, pointer, code, *_OF_CELLS[code])


def of_warning(fault: Fault, at: Spot) -> CellFault:
    """Return what holds nothing up and is told all the same, at its cell."""
    return CellFault(*at, fault.pointer, fault.code, fault.in_full_th, fault.in_full)


def of_refusal(refusal: ServiceError) -> CellFault:
    """Return why a workbook with nothing wrong in it was not filed."""
    code = refusal.code.rpartition(".")[2]
    return CellFault(None, None, None, code, refusal.in_thai(), str(refusal))


def of_verdict(fault: Fault, at: Spot, field: Definition | None, note_at: Spot) -> CellFault:
    """Return a fault of the form's verdict at its cell; a warning tells where its note goes."""
    thai, english = fault.message_th, fault.message
    kind = field["type"] if field else ""
    if fault.code == "type" and (fault.code, kind) in _FOR_KIND:
        thai, english = _FOR_KIND[fault.code, kind]
    elif field and fault.code == "choice":
        thai = "ต้องเลือกจาก: " + ", ".join(choice["th"] for choice in field["choices"])
        english = "Choose from: " + ", ".join(choice["en"] for choice in field["choices"])
    elif fault.code == "unconfirmed":
        sheet, cell = note_at
        thai += f" หากถูกต้องแล้ว กรอกคำชี้แจงในช่อง {cell} ของแผ่น {sheet}"
        english += f" If it is right, write a note in {cell} of the sheet {sheet}."
    return CellFault(*at, fault.pointer, fault.code, thai, english)
