"""Workbooks as people send them: written by us, then filled in, spoiled or packed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook, load_workbook

from collecting.files.unpack import Budget
from collecting.obligations.rules.obligation import Obligation
from collecting.workbooks.archives import budget_of_an_upload
from collecting.workbooks.layout import MAIN_SHEET, Layout
from collecting.workbooks.reading import Reading, read_workbook
from collecting.workbooks.stamp import Stamp
from collecting.workbooks.writing import Filled, write_workbook
from tests.builders.glyphs import GLYPHS

Answers = Mapping[str, Any]


def a_round_of(layout: Layout) -> str:
    """Return the id of a round of the form's kind."""
    return f"{layout.form.id.partition('-')[0]}-2569-1"


def a_stamp(layout: Layout, **changes: Any) -> Stamp:
    facts = {"obligation_id": f"{a_round_of(layout)}-o1-1"} | changes
    return Stamp(layout.form.id, layout.form.version, **facts)


def a_workbook(layout: Layout, answers: Answers, **filled: Any) -> bytes:
    stamp = filled.pop("stamp", a_stamp(layout))
    return write_workbook(layout, Filled(stamp, answers=answers, **filled))


def archived(layout: Layout, obligations: Iterable[Obligation], answers: Answers) -> bytes:
    """Return an archive with a workbook of these answers for each obligation."""
    stamps = [a_stamp(layout, obligation_id=owed.id) for owed in obligations]
    return zipped(
        {f"{one.obligation_id}.xlsx": a_workbook(layout, answers, stamp=one) for one in stamps}
    )


def edited(data: bytes, change: Callable[[Workbook], None]) -> bytes:
    """Return the workbook as a spreadsheet program saves it after somebody changed it."""
    book = load_workbook(BytesIO(data))
    change(book)
    saved = BytesIO()
    book.save(saved)
    return saved.getvalue()


def typed(layout: Layout, data: bytes, cells: Mapping[str, Any]) -> bytes:
    """Return the workbook after values were typed into the cells of these pointers."""

    def change(book: Workbook) -> None:
        for pointer, value in cells.items():
            sheet, name = layout.spot(pointer, {})
            book[sheet][name] = value

    return edited(data, change)


def read(layout: Layout, data: bytes, budget: Budget | None = None) -> Reading:
    return read_workbook(
        data,
        layout,
        round_id=a_round_of(layout),
        budget=budget or budget_of_an_upload(),
        lacking=GLYPHS.lacking,
    )


def cell_of(layout: Layout, pointer: str) -> str:
    """Return the cell of a pointer on the main sheet."""
    sheet, name = layout.spot(pointer, {})
    assert sheet == MAIN_SHEET
    return name


def zipped(members: Mapping[str, bytes]) -> bytes:
    octets = BytesIO()
    with ZipFile(octets, "w", ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return octets.getvalue()


def repacked(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """Return the workbook with each of its parts changed."""
    with ZipFile(BytesIO(data)) as parts:
        return zipped({name: change(name, parts.read(name)) for name in parts.namelist()})
