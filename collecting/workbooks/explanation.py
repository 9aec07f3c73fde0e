"""What a person reads beside a question: its help, its bounds, and when it is asked, in Thai."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from collecting.workbooks.values import NO, YES
from contracts.forms import LIST_MAX, TEXT_MAX

Definition = Mapping[str, Any]

_EXAMPLES = {
    "date": "พิมพ์วันที่เช่น 28/12/2568 หรือ 28 ธ.ค. 2568 (ปีสี่หลัก)",
    "phone": "เช่น 021234567 หรือ 021234567 ต่อ 12",
    "email": "เช่น name@example.go.th",
    "url": "เช่น https://example.go.th/1",
    "evidence": "รหัสไฟล์หลักฐานที่อัปโหลดไว้แล้ว บรรทัดละหนึ่งรหัส",
    "yes_no": f"เลือก {YES} หรือ {NO}",
    "choice": "เลือกจากรายการ",
    "choices": f"เลือก {YES} ในทุกข้อที่ใช่",
}


def explanation(field: Definition, fields: Mapping[str, Definition]) -> str:
    """Return all that is to be known of a question; `fields` are those its conditions name."""
    parts = (field.get("help", {}).get("th", ""), bounds(field), when_asked(field, fields))
    return " · ".join(part for part in parts if part)


def when_asked(field: Definition, fields: Mapping[str, Definition]) -> str:
    """Return on what other answers it depends whether a question is asked, and must be answered."""
    visible, required = field.get("visible_if"), field.get("required_if")
    parts = []
    if visible is not None:
        parts.append(f"กรอกเฉพาะเมื่อ {_in_words(visible, fields)}")
    if required is not None and required != visible:
        parts.append(f"ต้องกรอกเมื่อ {_in_words(required, fields)}")
    elif required is not None:
        parts.append("และเมื่อนั้นต้องกรอก")
    return " · ".join(parts)


def bounds(field: Definition) -> str:
    """Return what an answer has to look like."""
    kind = field["type"]
    if kind == "text":
        return f"ไม่เกิน {field.get('max_length', TEXT_MAX)} ตัวอักษร"
    if kind == "whole_number":
        return "จำนวนเต็ม" + _range(field)
    if kind == "decimal":
        return f"ทศนิยมไม่เกิน {field.get('decimals', 2)} ตำแหน่ง" + _range(field)
    if kind == "list":
        return f"กรอกในแผ่นงานถัดไป ไม่เกิน {field.get('max_items', LIST_MAX)} รายการ"
    return _EXAMPLES.get(kind, "")


def _range(field: Definition) -> str:
    least = f" ตั้งแต่ {field.get('min', 0):,}"
    return least + (f" ถึง {field['max']:,}" if "max" in field else "")


def _in_words(condition: Definition, fields: Mapping[str, Definition]) -> str:
    return " และ ".join(_parts(condition, fields))


def _parts(condition: Definition, fields: Mapping[str, Definition]) -> Iterator[str]:
    for name, wanted in condition.items():
        if name == "not":
            yield f"ไม่ใช่กรณีที่ ({_in_words(wanted, fields)})"
        elif name in ("all", "any"):
            joined = " และ " if name == "all" else " หรือ "
            yield "(" + joined.join(_in_words(each, fields) for each in wanted) + ")"
        else:
            field = fields[name.removeprefix("/")]
            yield f"“{field['label']['th']}” {_wanted(field, wanted)}"


def _wanted(field: Definition, wanted: Any) -> str:
    if isinstance(wanted, Mapping):
        least = [f"ตั้งแต่ {wanted['min']:,}"] if "min" in wanted else []
        most = [f"ไม่เกิน {wanted['max']:,}"] if "max" in wanted else []
        return "มีค่า" + " และ".join(least + most)
    names = {choice["id"]: choice["th"] for choice in field.get("choices", ())}
    names |= {True: YES, False: NO} if field["type"] == "yes_no" else {}
    return "คือ " + " หรือ ".join(str(names.get(value, value)) for value in wanted)
