"""Reading a workbook back: the answers, and what is wrong by sheet and cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from collecting.files.unpack import Budget
from collecting.workbooks.cells import Area, Book, Cell, Cells
from collecting.workbooks.layout import (
    ANSWER_COLUMN,
    FIRST_ITEM_ROW,
    HIDDEN_SHEET,
    KEY_COLUMN,
    KEY_ROW,
    LAYOUT,
    MAIN_SHEET,
    NIL,
    SUBMISSION,
    Input,
    Layout,
    ListSheet,
    cell,
)
from collecting.workbooks.parts import Unusable
from collecting.workbooks.stamp import Stamp, read_stamp
from collecting.workbooks.values import Unclear, read_tick, read_value
from collecting.workbooks.wording import CellFault, of_cell, of_file, of_verdict, of_warning
from contracts.forms import Fault, Form, Lacking, unprintable
from contracts.forms.faults import fault

MOST_ITEM_ROWS = 1_000
_STAMP = Area(20, 2)
_SUBMISSION = Form(
    {"id": "submission", "version": 1, "nil": [], "sections": [{"fields": SUBMISSION}]}
)


@dataclass(slots=True)
class Reading:
    """What a workbook says, and what is wrong with it; with any fault nothing of it is filed.

    `warnings` hold nothing up.
    """

    stamp: Stamp | None = None
    answers: dict[str, Any] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    submission: dict[str, Any] = field(default_factory=dict)
    faults: list[CellFault] = field(default_factory=list)
    warnings: list[CellFault] = field(default_factory=list)
    item_rows: dict[str, list[int]] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """What a filing of it is: nil, original, or amendment of the revision it was made from."""
        if self.submission.get("kind") == NIL:
            return "nil"
        return "amendment" if self.stamp and self.stamp.base_revision else "original"


def read_workbook(
    data: bytes, layout: Layout, *, round_id: str, budget: Budget, lacking: Lacking
) -> Reading:
    """Read a workbook of a round and judge it. Never raises for what somebody sent.

    The stamp is read first: of a workbook that is not of this round nothing more is.
    It is warned of characters `lacking` on paper.
    """
    reading = Reading()
    try:
        book = Book(data, budget)
        reading.stamp = _stamp_in(book.cells(HIDDEN_SHEET, _STAMP))
        _require_ours(reading.stamp, layout.form, round_id)
        main = Area(layout.inputs[-1].row, ANSWER_COLUMN)
        _read_main(book.cells(MAIN_SHEET, main), layout, reading)
        for name, sheet in layout.lists.items():
            area = Area(FIRST_ITEM_ROW + MOST_ITEM_ROWS, len(sheet.inputs))
            items = list(_read_items(book.cells(sheet.name, area), sheet, reading))
            if items:
                reading.answers[name] = items
    except Unusable as problem:
        return Reading(reading.stamp, faults=[of_file(problem.code)])
    reading.faults += list(_verdict(layout, reading))
    for found in unprintable(layout.form, reading.answers, lacking):
        spot = layout.spot(found.pointer, reading.item_rows)
        reading.warnings.append(of_warning(found, spot))
    return reading


def _stamp_in(cells: Cells) -> Stamp:
    rows = {cells[row, 1].value: cells[row, 2].value for row, column in cells if column == 2}
    found = read_stamp(rows)
    if found is None:
        raise Unusable("not_stamped")
    stamp, layout = found
    if layout != LAYOUT:
        raise Unusable("wrong_form_version")
    return stamp


def _require_ours(stamp: Stamp, form: Form, round_id: str) -> None:
    if (stamp.form_id, stamp.form_version) != (form.id, form.version):
        raise Unusable("wrong_form_version")
    if not stamp.obligation_id:
        raise Unusable("not_stamped")
    if not stamp.obligation_id.startswith(f"{round_id}-"):
        raise Unusable("wrong_round")


def _read_main(cells: Cells, layout: Layout, reading: Reading) -> None:
    boxes = {"answers": reading.answers, "notes": reading.notes}
    for one in layout.inputs:
        _require_key(cells.get((one.row, KEY_COLUMN)), one)
        box = boxes.get(one.pointer.split("/")[1], reading.submission)
        _take(one, cells.get((one.row, one.column)), (MAIN_SHEET, one.row), box, reading)


def _read_items(cells: Cells, sheet: ListSheet, reading: Reading) -> Iterator[dict[str, Any]]:
    for one in sheet.inputs:
        _require_key(cells.get((KEY_ROW, one.column)), one)
    rows = reading.item_rows.setdefault(sheet.field["id"], [])
    for row in sorted({row for row, _ in cells if row >= FIRST_ITEM_ROW}):
        item: dict[str, Any] = {}
        before = len(reading.faults)
        inside = f"/answers/{sheet.field['id']}/{len(rows)}"
        for one in sheet.inputs:
            _take(one, cells.get((row, one.column)), (sheet.name, row), item, reading, inside)
        if item or len(reading.faults) > before:
            rows.append(row)
            yield item


def _require_key(found: Cell | None, one: Input) -> None:
    if found is None or found.value != one.key:
        raise Unusable("rearranged")


def _take(
    one: Input,
    found: Cell | None,
    at: tuple[str, int],
    box: dict[str, Any],
    reading: Reading,
    inside: str = "",
) -> None:
    """Put what a cell says into the box it belongs in, or tell what is wrong with it."""
    if found is None:
        return
    name = one.field["id"]
    try:
        if found.kind in ("f", "e"):
            raise Unclear("formula" if found.kind == "f" else "cell_error")
        if one.choice is None:
            value = read_value(one.field, found.value)
            if value is not None:
                box[name] = value
        elif read_tick(found.value):
            box.setdefault(name, []).append(one.choice["id"])
    except Unclear as problem:
        sheet, row = at
        spot = sheet, cell(row, one.column)
        reading.faults.append(of_cell(spot, inside + one.pointer, problem.code, one.field))


def _verdict(layout: Layout, reading: Reading) -> Iterator[CellFault]:
    """Yield what the form says of the answers and of how they are filed, at their cells."""
    told = {known.pointer for known in reading.faults}
    is_nil = reading.kind == "nil"
    reading.answers.update(layout.form.read(reading.answers))
    objections = layout.form.every_objection(reading.answers, notes=reading.notes, nil=is_nil)
    for found in (*_of_submission(reading), *objections):
        if found.pointer not in told:
            spot = layout.spot(found.pointer, reading.item_rows)
            note_at = layout.spot(f"/notes/{found.check}", {})
            yield of_verdict(found, spot, layout.field_at(found.pointer), note_at)


def _of_submission(reading: Reading) -> Iterator[Fault]:
    for found in _SUBMISSION.faults(reading.submission):
        yield Fault(
            found.pointer.removeprefix("/answers"), found.code, found.message_th, found.message
        )
    if reading.kind == "amendment" and "reason" not in reading.submission:
        yield fault("/reason", "required")
