"""Writing a form as a workbook: the same facts give the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from collecting.workbooks.explanation import bounds, explanation
from collecting.workbooks.layout import (
    ANSWER_COLUMN,
    FIRST_ITEM_ROW,
    FIRST_LINE,
    HELP_COLUMN,
    HIDDEN_SHEET,
    KEY_COLUMN,
    KEY_ROW,
    LABEL_COLUMN,
    MAIN_SHEET,
    REPORT,
    UNIT_COLUMN,
    Definition,
    Input,
    Layout,
    Line,
    ListSheet,
)
from collecting.workbooks.stamp import Stamp
from collecting.workbooks.values import FIRST_DAY, NO, YES, shown_tick, shown_value
from contracts.forms import TEXT_MAX
from contracts.forms.values import WHOLE_NUMBER_MAX

_MADE = datetime(2025, 1, 1)  # noqa: DTZ001 (a spreadsheet knows no zones; always the same moment)
_LAST_DAY = date(2699, 12, 31)
_MESSAGE_MAX, _TITLE_MAX, _TEXT_MAX = 255, 32, 32_767  # Excel's own limits
_FONT = {"font_name": "TH Sarabun New", "font_size": 14, "valign": "top", "text_wrap": True}
_INPUT = {**_FONT, "locked": False, "bg_color": "#FFF9DB", "border": 1, "border_color": "#B8B8B8"}
_LOOKS: dict[str, dict[str, Any]] = {
    "title": {**_FONT, "bold": True, "font_size": 20, "text_wrap": False},
    "told": {**_FONT, "text_wrap": False},
    "head": {**_FONT, "bold": True, "bg_color": "#1F3864", "font_color": "#FFFFFF", "border": 1},
    "section": {**_FONT, "bold": True, "bg_color": "#D9E2F3"},
    "label": _FONT,
    "option": {**_FONT, "indent": 2},
    "help": {**_FONT, "font_color": "#595959", "font_size": 12},
    "whole_number": {**_INPUT, "num_format": "#,##0"},
    "decimal": {**_INPUT, "num_format": "#,##0.##"},
    "date": {**_INPUT, "num_format": "[$-107041E]d mmm yyyy", "align": "left"},
    "text": {**_INPUT, "num_format": "@"},
}
_HEAD = {
    LABEL_COLUMN: "รายการ",
    ANSWER_COLUMN: "คำตอบ",
    UNIT_COLUMN: "หน่วย",
    HELP_COLUMN: "คำอธิบาย",
}
_PROTECTED = {"format_columns": True, "format_rows": True}
_HOW = "กรอกเฉพาะช่องสีเหลือง ช่องที่มี * ต้องกรอก ห้ามแทรก ลบ หรือย้ายแถว ห้ามใช้สูตร แล้วอัปโหลดไฟล์นี้เข้าระบบ"


@dataclass(frozen=True, slots=True)
class Filled:
    """What a workbook is filled with: its stamp, what it says of itself to people, the answers."""

    stamp: Stamp
    told: tuple[str, ...] = ()
    answers: Mapping[str, Any] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    kind: str = REPORT
    reason: str | None = None
    reason_class: str | None = None


def write_workbook(layout: Layout, filled: Filled) -> bytes:
    """Return the workbook as bytes."""
    return _Writer(layout, filled).write()


class _Writer:
    """One workbook being written."""

    def __init__(self, layout: Layout, filled: Filled) -> None:
        self._layout = layout
        self._filled = filled
        self._octets = BytesIO()
        self._book = xlsxwriter.Workbook(
            self._octets,
            {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
        )
        self._book.set_properties(
            {"title": layout.form.definition["title"]["th"], "created": _MADE}
        )
        self._looks = {name: self._book.add_format(look) for name, look in _LOOKS.items()}
        self._choices: dict[tuple[str, ...], str] = {}

    def write(self) -> bytes:
        main = self._book.add_worksheet(MAIN_SHEET)
        lists = [self._book.add_worksheet(one.name) for one in self._layout.lists.values()]
        self._hidden = self._book.add_worksheet(HIDDEN_SHEET)
        self._write_main(main)
        for sheet, each in zip(lists, self._layout.lists.values(), strict=True):
            self._write_list(sheet, each)
        for row, (name, value) in enumerate(self._filled.stamp.rows()):
            self._hidden.write(row, 0, name)
            self._hidden.write(row, 1, value)
        self._hidden.very_hidden()
        self._hidden.protect()
        main.activate()
        self._book.close()
        return self._octets.getvalue()

    # -- the main sheet -------------------------------------------------------------------

    def _write_main(self, sheet: Any) -> None:
        self._frame(sheet)
        sheet.set_column(KEY_COLUMN - 1, KEY_COLUMN - 1, None, None, {"hidden": True})
        sheet.set_column(1, 1, 3)
        for column, width in ((LABEL_COLUMN, 46), (ANSWER_COLUMN, 40), (UNIT_COLUMN, 9)):
            sheet.set_column(column - 1, column - 1, width)
        sheet.set_column(HELP_COLUMN - 1, HELP_COLUMN - 1, 70)
        for row, text in enumerate(self._heading()):
            look = "told" if row else "title"
            sheet.write_string(row, 1, text, self._looks[look])
        head = FIRST_LINE - 2
        for column, text in _HEAD.items():
            sheet.write_string(head, column - 1, text, self._looks["head"])
        sheet.freeze_panes(head + 1, 0)
        sheet.repeat_rows(head)
        for line in self._layout.lines:
            self._write_line(sheet, line)

    def _heading(self) -> list[str]:
        form = self._layout.form
        version = f"แบบ {form.id} ฉบับที่ {form.version}"
        if self._filled.stamp.base_revision:
            version += f" · แก้ไขจากรายงานฉบับที่ {self._filled.stamp.base_revision}"
        return [form.definition["title"]["th"], version, *self._filled.told[:3], _HOW]

    def _write_line(self, sheet: Any, line: Line) -> None:
        row, field_, one = line.row - 1, line.field, line.input
        if field_ is None:
            title = (line.section or {})["title"]["th"]
            for column in range(1, HELP_COLUMN):
                sheet.write_string(
                    row, column, title if column == 1 else "", self._looks["section"]
                )
            return
        if one is not None and one.choice is not None:
            sheet.write_string(row, LABEL_COLUMN - 1, one.choice["th"], self._looks["option"])
        else:
            help_ = explanation(field_, self._layout.form.fields)
            sheet.write_string(row, LABEL_COLUMN - 1, _label(field_), self._looks["label"])
            sheet.write_string(row, UNIT_COLUMN - 1, _unit(field_), self._looks["label"])
            sheet.write_string(row, HELP_COLUMN - 1, help_, self._looks["help"])
        if one is not None:
            sheet.write_string(row, KEY_COLUMN - 1, one.key)
            self._write_input(sheet, one, row, self._given(one), self._layout.form.fields)

    def _given(self, one: Input) -> Any:
        _, place, *name = one.pointer.split("/")
        if place == "answers":
            return self._filled.answers.get(name[0])
        if place == "notes":
            return self._filled.notes.get(name[0])
        return getattr(self._filled, place)

    # -- the sheets of lists --------------------------------------------------------------

    def _write_list(self, sheet: Any, each: ListSheet) -> None:
        self._frame(sheet)
        fields = {**self._layout.form.fields, **{one.field["id"]: one.field for one in each.inputs}}
        sheet.write_string(0, 0, each.field["label"]["th"], self._looks["title"])
        told = f"{explanation(each.field, fields)} · หนึ่งรายการต่อหนึ่งแถว"
        sheet.write_string(1, 0, told, self._looks["told"])
        sheet.set_row(KEY_ROW - 1, None, None, {"hidden": True})
        for one in each.inputs:
            column = one.column - 1
            sheet.set_column(column, column, 34 if one.field["type"] == "text" else 22)
            sheet.write_string(KEY_ROW - 1, column, one.key)
            head = _label(one.field) + (f" ({_unit(one.field)})" if "unit" in one.field else "")
            if one.choice is not None:
                head += f": {one.choice['th']}"
            sheet.write_string(FIRST_ITEM_ROW - 2, column, head, self._looks["head"])
        sheet.freeze_panes(FIRST_ITEM_ROW - 1, 0)
        sheet.repeat_rows(FIRST_ITEM_ROW - 2)
        items = _items(self._filled.answers.get(each.field["id"]))
        last = FIRST_ITEM_ROW - 1 + max(each.most_items, len(items))
        for one in each.inputs:
            self._validate(sheet, one, FIRST_ITEM_ROW - 1, last - 1, fields)
        for row in range(FIRST_ITEM_ROW - 1, last):
            number = row - FIRST_ITEM_ROW + 1
            item = items[number] if number < len(items) else {}
            for one in each.inputs:
                self._write_value(sheet, one, row, item.get(one.field["id"]))

    # -- one input ------------------------------------------------------------------------

    def _write_input(
        self, sheet: Any, one: Input, row: int, answer: Any, fields: Mapping[str, Definition]
    ) -> None:
        self._write_value(sheet, one, row, answer)
        self._validate(sheet, one, row, row, fields)

    def _write_value(self, sheet: Any, one: Input, row: int, answer: Any) -> None:
        look = self._looks.get(one.field["type"], self._looks["text"])
        column = one.column - 1
        if one.choice is not None:
            value: Any = shown_tick(one.field, one.choice, answer)
        else:
            value = shown_value(one.field, answer)
        if value is None or value == "":
            sheet.write_blank(row, column, None, look)
        elif isinstance(value, str):
            sheet.write_string(row, column, value[:_TEXT_MAX], look)
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, look)
        else:
            sheet.write_number(row, column, value, look)

    def _validate(
        self, sheet: Any, one: Input, first: int, last: int, fields: Mapping[str, Definition]
    ) -> None:
        rule = {
            **self._rule(one),
            "input_title": _label(one.field)[:_TITLE_MAX],
            "input_message": _shortened(explanation(one.field, fields) or _label(one.field)),
            "error_title": "ยังไม่ถูกต้อง",
            "error_message": bounds(one.field),
        }
        sheet.data_validation(first, one.column - 1, last, one.column - 1, rule)

    def _rule(self, one: Input) -> dict[str, Any]:
        field_ = one.field
        kind = field_["type"]
        if one.choice is not None:
            return {"validate": "list", "source": self._named((YES,))}
        if kind == "choice":
            texts = tuple(choice["th"] for choice in field_["choices"])
            return {"validate": "list", "source": self._named(texts)}
        if kind == "yes_no":
            return {"validate": "list", "source": self._named((YES, NO))}
        if kind in ("whole_number", "decimal"):
            between = field_.get("min", 0), field_.get("max", WHOLE_NUMBER_MAX)
            return {
                "validate": "integer" if kind == "whole_number" else "decimal",
                "criteria": "between",
                "minimum": between[0],
                "maximum": between[1],
            }
        if kind == "date":  # only a warning: a date may also be typed in words
            return {
                "validate": "date",
                "criteria": "between",
                "minimum": FIRST_DAY,
                "maximum": _LAST_DAY,
                "error_type": "warning",
            }
        if kind in ("text", "email", "url"):
            most = field_.get("max_length", TEXT_MAX)
            return {"validate": "length", "criteria": "<=", "value": most}
        return {"validate": "any"}

    def _named(self, texts: tuple[str, ...]) -> str:
        """Return the formula of a list of texts, kept in the hidden sheet under a name."""
        if texts not in self._choices:
            column, name = len(self._choices) + 3, f"choices_{len(self._choices) + 1}"
            for row, text in enumerate(texts):
                self._hidden.write_string(row, column, text)
            area = xlsxwriter.utility.xl_range_abs(0, column, len(texts) - 1, column)
            self._book.define_name(name, f"={HIDDEN_SHEET}!{area}")
            self._choices[texts] = f"={name}"
        return self._choices[texts]

    def _frame(self, sheet: Any) -> None:
        sheet.protect("", _PROTECTED)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        form = self._layout.form
        sheet.set_footer(f"&L{form.id} v{form.version} {self._filled.stamp.obligation_id}&R&P/&N")


def _label(field_: Definition) -> str:
    return str(field_["label"]["th"]) + (" *" if field_.get("required") else "")


def _unit(field_: Definition) -> str:
    return str(field_.get("unit", {}).get("th", ""))


def _shortened(text: str) -> str:
    return text if len(text) <= _MESSAGE_MAX else text[: _MESSAGE_MAX - 1] + "…"


def _items(answer: Any) -> list[Mapping[str, Any]]:
    items = answer if isinstance(answer, list) else []
    return [item if isinstance(item, dict) else {} for item in items]
