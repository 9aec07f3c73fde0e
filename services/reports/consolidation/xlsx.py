"""The consolidated report as a workbook: the same content in the same bytes, numbers as numbers."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import xlsxwriter

from contracts.reference.calendar import as_bangkok, long_date
from contracts.reference.code_groups import CodeGroup
from contracts.reference.lao_types import LaoType

Content = dict[str, Any]
COLUMNS = {
    "expected": "ต้อง รายงาน",
    "filed": "ยื่นแล้ว",
    "on_time": "ทัน กำหนด",
    "late": "หลัง กำหนด",
    "amended": "แก้ไข เพิ่มเติม",
    "returned": "ส่งคืน แก้ไข",
    "nil": "ไม่มี ข้อมูล",
    "exempt": "ยกเว้น",
    "missing": "ยังไม่ ยื่น",
    "rate": "ร้อยละ ที่ยื่น",
    "on_time_rate": "ร้อยละ ทันกำหนด",
}
STATISTICS = {
    "sum": "ผลรวม",
    "mean": "ค่าเฉลี่ย",
    "median": "มัธยฐาน",
    "min": "ต่ำสุด",
    "max": "สูงสุด",
}
GROUPS = {group.value: group for group in CodeGroup}
TYPES = {lao_type.value: lao_type.label for lao_type in LaoType}
_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 (a workbook's times have no zone)


def in_words(moment: str) -> str:
    """Return an instant of the wire as pages say it, in the Buddhist era."""
    instant = as_bangkok(datetime.fromisoformat(moment))
    return f"{long_date(instant)} เวลา {instant:%H.%M.%S} น."


def workbook_of(content: Content, sha256: str) -> bytes:
    """Return the workbook."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(
        made, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"created": _CREATED, "title": content["round"]["id"]})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    round_, figures = content["round"], content["figures"]
    counts = ["รหัส", "รายการ", *COLUMNS.values()]
    sheets: list[tuple[str, list[str], Iterable[Sequence[Any]]]] = [
        ("สรุป", counts, _figures([figures["total"], *figures["by_region"]])),
        ("รายจังหวัด", counts, _figures(figures["by_province"])),
        ("ประเภทและกลุ่ม", counts, _figures([*figures["by_type"], *figures["by_code_group"]])),
        (
            "ผลรายข้อ",
            ["ข้อ", "คำถาม", "กลุ่ม", "จำนวนที่ถาม", "จำนวนที่ตอบ", "คำตอบ", "ค่า", "หน่วย"],
            _questions(content["questions"]),
        ),
        (
            "ปัญหา",
            ["รหัส", "หมวด", "แจ้ง", "ตอบแล้ว", "คำตอบที่เวียน", "เมื่อ"],
            _problems(content["problems"]),
        ),
        (
            "ยังไม่ยื่น",
            ["จังหวัด", "อำเภอ", "รหัส อปท.", "หน่วยงาน", "ประเภท", "กลุ่มที่", "กลุ่ม"],
            _missing(content["missing"]),
        ),
    ]
    trial = "รอบทดลอง ใช้เป็นทางการไม่ได้ " if round_["mode"] == "trial" else ""
    numbers = [str(GROUPS[each].number) for each in content.get("code_groups", ())]
    part = f" เฉพาะกลุ่มที่ {', '.join(numbers)}" if numbers else ""
    about = f"{trial}{round_['id']}{part} ข้อมูล ณ {in_words(content['as_of'])} SHA-256 {sha256}"
    for name, heads, rows in sheets:
        sheet = book.add_worksheet(name)
        sheet.set_column(0, 0, 22)
        sheet.set_column(1, 1, 48)
        sheet.set_column(2, len(heads) - 1, 16)
        sheet.freeze_panes(2, 0)
        sheet.write_string(0, 0, about)
        sheet.write_row(1, 0, heads, bold)
        for number, row in enumerate(rows, start=2):
            sheet.write_row(number, 0, row)
    book.close()
    return made.getvalue()


def _figures(rows: Iterable[Content]) -> Iterable[Sequence[Any]]:
    for row in rows:
        yield [row["key"], row["name"], *(row[name] for name in COLUMNS)]


def _questions(questions: Iterable[Content]) -> Iterable[Sequence[Any]]:
    for question in questions:
        results = [("ทุกกลุ่ม", question["all"])]
        results += [(GROUPS[key].name_th, one) for key, one in question["by_code_group"].items()]
        for name, result in results:
            about = [
                question["id"],
                question["label_th"],
                name,
                result["asked"],
                result["answered"],
            ]
            told: list[tuple[Any, Any, Any]] = list(answers_in_words(question, result))
            for label, value, unit in told or [(None, None, None)]:
                yield [*about, label, value, unit]


def answers_in_words(
    question: Content, result: Content
) -> Iterable[tuple[str, int | float | None, str | None]]:
    """Yield each figure of a result with its name and its unit."""
    unit = question["unit_th"]
    for name, label in (("yes", "มี/ใช่"), ("no", "ไม่มี/ไม่ใช่")):
        if name in result:
            yield label, result[name], None
    for choice in question["choices"]:
        yield choice["label_th"], result["chosen"][choice["id"]], None
    if "items" in result:
        yield "จำนวนรายการ", result["items"], "รายการ"
    for name, label in STATISTICS.items():
        if name in result:
            yield label, None if result[name] is None else float(result[name]), unit


def _problems(problems: Content) -> Iterable[Sequence[Any]]:
    for row in problems["by_category"]:
        yield [row["key"], row["name"], row["reported"], row["answered"]]
        for answer in row["circulated"]:
            yield ["", "", None, None, answer["text"], in_words(answer["answered_at"])]


def _missing(missing: Iterable[Content]) -> Iterable[Sequence[Any]]:
    for one in missing:
        group = GROUPS[one["code_group"]]
        yield [
            one["province_name"],
            one["district_name"] or one["district_code"],
            one["organisation_code"],
            one["organisation_name"],
            TYPES[one["organisation_type"]],
            group.number,
            group.name_th,
        ]
