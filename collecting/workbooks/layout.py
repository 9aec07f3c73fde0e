"""Where each answer stands in a workbook: the one map for whoever writes it and whoever reads it.

Every input has a pointer into the filing's body. It is also written in a hidden column or row, so
that a sheet whose rows were moved is noticed instead of misread.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from openpyxl.utils import get_column_letter

from contracts.collecting.amendment_classes import AMENDMENT_CLASSES
from contracts.forms import LIST_MAX, Form

Definition = Mapping[str, Any]

LAYOUT = 1  # counted up when inputs move, so that older workbooks are refused instead of misread
MAIN_SHEET = "แบบรายงาน"
HIDDEN_SHEET = "_sucharit"
KEY_COLUMN, LABEL_COLUMN, ANSWER_COLUMN, UNIT_COLUMN, HELP_COLUMN = 1, 3, 4, 5, 6
FIRST_LINE = 9
KEY_ROW, FIRST_ITEM_ROW = 4, 6
_SHEET_NAME_MAX = 31  # Excel's own limit
REPORT, NIL = "report", "nil"

SUBMISSION: list[Definition] = [
    {
        "id": "kind",
        "type": "choice",
        "required": True,
        "label": {"th": "สิ่งที่ยื่น", "en": "What is filed"},
        "help": {"th": "เลือก ยืนยันไม่มีเรื่องรายงาน เมื่อไม่มีสิ่งใดต้องรายงาน แล้วลบคำตอบข้ออื่นที่ไม่ได้ถาม"},
        "choices": [
            {"id": REPORT, "th": "รายงาน", "en": "a report"},
            {"id": NIL, "th": "ยืนยันไม่มีเรื่องรายงาน", "en": "nothing to report"},
        ],
    },
    {
        "id": "reason_class",
        "type": "choice",
        "label": {"th": "ประเภทการแก้ไข", "en": "Class of amendment"},
        "help": {"th": "เฉพาะเมื่อแก้ไขรายงานที่ยื่นแล้ว"},
        "choices": [
            {"id": known.id, "th": known.name_th, "en": known.name_en}
            for known in AMENDMENT_CLASSES
        ],
    },
    {
        "id": "reason",
        "type": "text",
        "max_length": 1000,
        "label": {"th": "เหตุผลที่แก้ไข", "en": "Reason for the amendment"},
        "help": {"th": "ต้องกรอกเมื่อแก้ไขรายงานที่ยื่นแล้ว"},
    },
]


@dataclass(frozen=True, slots=True)
class Input:
    """One cell to be filled in: an answer, or whether one of several choices is among it."""

    pointer: str
    """In a list, of the answer within its item."""
    field: Definition
    choice: Definition | None
    row: int
    column: int

    @property
    def key(self) -> str:
        """What the hidden column or row says of it."""
        return self.pointer + (f"#{self.choice['id']}" if self.choice else "")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the main sheet: a heading, a question whose choices follow, or an input."""

    row: int
    section: Definition | None = None
    field: Definition | None = None
    input: Input | None = None


@dataclass(frozen=True, slots=True)
class ListSheet:
    """The sheet of one list: a row for each item, a column for each input."""

    name: str
    field: Definition
    inputs: tuple[Input, ...]
    most_items: int


Spot = tuple[str, str]
"""A sheet and a cell in it."""


class Layout:
    """The workbook of one version of a form. Raises ValueError for a list within a list."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.lines: list[Line] = []
        self.lists: dict[str, ListSheet] = {}
        self._add_section({"title": {"th": "การยื่น", "en": "Filing"}}, SUBMISSION, "")
        for section in form.definition["sections"]:
            self._add_section(section, section["fields"], "/answers")
        notes = [_note_of(check) for check in form.definition.get("checks", ()) if _is_soft(check)]
        if notes:
            title = {"th": "คำชี้แจงเมื่อระบบเตือน", "en": "Notes on warnings"}
            self._add_section({"title": title}, notes, "/notes")
        self.inputs = [line.input for line in self.lines if line.input]
        self._spots = {one.pointer: one for one in reversed(self.inputs)}

    def _add_section(self, section: Definition, fields: list[Definition], at: str) -> None:
        self._add(section=section)
        for field in fields:
            pointer = f"{at}/{field['id']}"
            if field["type"] == "list":
                self.lists[field["id"]] = _list_sheet(field, len(self.lists) + 1)
                self._add(field=field)
            elif field["type"] == "choices":
                self._add(field=field)
                for choice in field["choices"]:
                    self._add(field=field, input=self._input(pointer, field, choice))
            else:
                self._add(field=field, input=self._input(pointer, field))

    def _add(self, **facts: Any) -> None:
        self.lines.append(Line(FIRST_LINE + len(self.lines), **facts))

    def _input(self, pointer: str, field: Definition, choice: Definition | None = None) -> Input:
        return Input(pointer, field, choice, FIRST_LINE + len(self.lines), ANSWER_COLUMN)

    def spot(self, pointer: str, item_rows: Mapping[str, list[int]]) -> Spot:
        """Return where an answer stands; `item_rows` are the rows the items of lists are in."""
        found = self._spots.get(pointer)
        if found is not None:
            return MAIN_SHEET, cell(found.row, found.column)
        name, *inside = pointer.removeprefix("/answers/").split("/")
        sheet = self.lists.get(name)
        if sheet is None:
            return MAIN_SHEET, cell(FIRST_LINE, ANSWER_COLUMN)
        return sheet.name, _cell_within(sheet, inside, item_rows.get(name, []))

    def field_at(self, pointer: str) -> Definition | None:
        """Return the question a pointer is about, in a list the one within its item."""
        found = self._spots.get(pointer)
        if found is not None:
            return found.field
        name, *inside = pointer.removeprefix("/answers/").split("/")
        sheet = self.lists.get(name)
        if sheet is None or len(inside) < 2:
            return None if sheet is None else sheet.field
        named = [one.field for one in sheet.inputs if one.pointer == f"/{inside[1]}"]
        return named[0] if named else None


@cache
def layout_of(form: Form) -> Layout:
    """Return the layout of a form; made once."""
    return Layout(form)


def cell(row: int, column: int) -> str:
    """Return the name of a cell, both counted from 1: D7."""
    return f"{get_column_letter(column)}{row}"


def _cell_within(sheet: ListSheet, inside: list[str], rows: list[int]) -> str:
    if not inside or int(inside[0]) >= len(rows):
        return cell(FIRST_ITEM_ROW, 1)
    named = "/" + "/".join(inside[1:2])
    columns = [one.column for one in sheet.inputs if one.pointer == named]
    return cell(rows[int(inside[0])], min(columns, default=1))


def _list_sheet(field: Definition, number: int) -> ListSheet:
    return ListSheet(
        name=_sheet_name(number, field["label"]["th"]),
        field=field,
        inputs=tuple(_columns(field["fields"])),
        most_items=field.get("max_items", LIST_MAX),
    )


def _columns(fields: list[Definition]) -> Iterator[Input]:
    column = 1
    for field in fields:
        if field["type"] == "list":
            raise ValueError(f"{field['id']}: a list within a list has no place in a workbook")
        for choice in field["choices"] if field["type"] == "choices" else (None,):
            yield Input(f"/{field['id']}", field, choice, FIRST_ITEM_ROW, column)
            column += 1


def _sheet_name(number: int, label: str) -> str:
    plain = re.sub(r"[\[\]:*?/\\]", "-", label)
    return f"{number}. {plain}"[:_SHEET_NAME_MAX].rstrip("' ")


def _is_soft(check: Definition) -> bool:
    return bool(check["severity"] == "soft")


def _note_of(check: Definition) -> Definition:
    return {
        "id": check["id"],
        "type": "text",
        "label": check["message"],
        "help": {"th": "กรอกคำชี้แจงเฉพาะเมื่อเป็นจริงตามข้อนี้"},
    }
