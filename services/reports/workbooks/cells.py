"""Taking the cells out of a workbook somebody sent, and nothing else. What openpyxl cannot read is
no workbook, in whatever way it says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any, NamedTuple
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from services.reports.workbooks.guarding import UNREADABLE_ZIP, Unusable, require_plain

_UNREADABLE = (
    *UNREADABLE_ZIP,
    ArithmeticError,
    AssertionError,
    AttributeError,
    InvalidFileException,
    LookupError,
    ParseError,
    TypeError,
    ValueError,
)


class Area(NamedTuple):
    """The part of a sheet that is looked at, counted from 1."""

    rows: int
    columns: int


class Cell(NamedTuple):
    """What a cell holds; `kind` is f for a formula, e for an error."""

    kind: str
    value: Any


Cells = dict[tuple[int, int], Cell]
"""The cells of a sheet that are not empty, by row and column."""


def read_cells(data: bytes, areas: Mapping[str, Area]) -> dict[str, Cells]:
    """Return the cells of the sheets that are there. Raises Unusable."""
    require_plain(data)
    try:
        book = load_workbook(BytesIO(data), read_only=True, keep_links=False)
        try:
            return {
                name: _cells_of(book[name], area)
                for name, area in areas.items()
                if name in book.sheetnames
            }
        finally:
            book.close()
    except _UNREADABLE as problem:
        raise Unusable("not_a_workbook") from problem


def _cells_of(sheet: Any, area: Area) -> Cells:
    return {
        (cell.row, cell.column): Cell(cell.data_type, cell.value)
        for row in sheet.iter_rows(max_row=area.rows, max_col=area.columns)
        for cell in row
        if cell.value is not None
    }
