"""Taking the cells out of a workbook somebody sent, and nothing else: no part is unpacked that no
answer can be in, and strings and styles only when a sheet that is wanted has need of them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel
from openpyxl.utils.datetime import from_ISO8601 as read_iso

from collecting.files.unpack import Budget
from collecting.workbooks.dates import NUMBERED_DATES, is_date_format
from collecting.workbooks.parts import Attributes, Parts, Unusable

MOST_STYLES = 65_490  # Excel's own limit

Facts = dict[str, Any]


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


class Book:
    """A workbook whose sheets are read one by one. Raises Unusable, here and later."""

    def __init__(self, data: bytes, budget: Budget) -> None:
        self._parts = Parts(data, budget)
        self._epoch = CALENDAR_WINDOWS_1900
        main = _one(self._parts.relations(""), "officeDocument")
        if main is None:
            raise Unusable("not_a_workbook")
        self._related = self._parts.relations(main)
        self._sheets: dict[str, str] = {}

        def begun(tag: str, given: Attributes) -> None:
            if tag == "workbookPr" and given.get("date1904") in ("1", "true"):
                self._epoch = CALENDAR_MAC_1904
            elif tag == "sheet" and given.get("id") in self._related:
                self._sheets[given.get("name", "")] = self._related[given["id"]][1]

        self._parts.read(main, begun)
        if not self._sheets:
            raise Unusable("not_a_workbook")

    def cells(self, sheet: str, area: Area) -> Cells:
        """Return the cells of a sheet within the area; none when there is no such sheet."""
        if sheet not in self._sheets:
            return {}
        found = _Sheet(area)
        self._parts.read(self._sheets[sheet], found.begun, found.ended)
        cells = {at: self._cell(raw) for at, raw in found.raw.items()}
        return {at: cell for at, cell in cells.items() if cell.value is not None}

    def _cell(self, raw: Facts) -> Cell:
        kind, text = raw["t"], raw.get("v")
        if "f" in raw:
            return Cell("f", raw["f"] or text or "=")
        if kind == "inlineStr":
            return Cell("s", raw.get("is"))
        if text is None:
            return Cell("n", None)
        try:
            return self._plain(kind, text, int(raw["s"]))
        except (ArithmeticError, LookupError, ValueError) as problem:
            raise Unusable("not_a_workbook") from problem

    def _plain(self, kind: str, text: str, style: int) -> Cell:
        if kind == "s":
            return Cell("s", self._strings[int(text)])
        if kind == "b":
            return Cell("b", text.strip() not in ("0", "false"))
        if kind == "d":
            return Cell("d", read_iso(text))
        if kind != "n":
            return Cell("e" if kind == "e" else "s", text)
        number = float(text) if set(text) & set(".eE") else int(text)
        return self._day(number) if self._shows_a_date(style) else Cell("n", number)

    def _day(self, number: float) -> Cell:
        try:
            day = from_excel(number, self._epoch)
        except (ArithmeticError, ValueError):  # before or after all days there are
            return Cell("e", "#VALUE!")
        # Spreadsheets reckon in floating point: what is a day to the second is that day.
        return Cell("d", _to_the_second(day) if isinstance(day, datetime) else day)

    # -- what sheets refer to -------------------------------------------------------------

    @cached_property
    def _strings(self) -> list[str]:
        strings: list[str] = []
        inside: list[str] = []

        def begun(tag: str, _given: Attributes) -> None:
            inside.append(tag)
            if tag == "si":
                strings.append("")

        def ended(tag: str, text: str) -> None:
            inside.pop()
            if tag == "t" and strings and "rPh" not in inside:  # how it is read aloud is no text
                strings[-1] += text

        self._read_related("sharedStrings", begun, ended)
        return strings

    @cached_property
    def _date_styles(self) -> list[bool]:
        """Whether a number in each style of cells is shown as a day or a time."""
        own: dict[str, bool] = {}
        styles: list[bool] = []
        inside: list[str] = []

        def begun(tag: str, given: Attributes) -> None:
            if tag == "numFmt":
                own[given.get("numFmtId", "")] = is_date_format(given.get("formatCode", ""))
            elif tag == "xf" and inside[-1:] == ["cellXfs"]:
                styles.append(_is_date(given.get("numFmtId", "0"), own))
                if len(styles) > MOST_STYLES:
                    raise Unusable("workbook_too_large")
            inside.append(tag)

        self._read_related("styles", begun, lambda _tag, _text: inside.pop() and None)
        return styles

    def _shows_a_date(self, style: int) -> bool:
        return style < len(self._date_styles) and self._date_styles[style]

    def _read_related(self, what: str, begun: Any, ended: Any) -> None:
        part = _one(self._related, what)
        if part is not None:
            self._parts.read(part, begun, ended)


class _Sheet:
    """Hears a sheet's elements and keeps what is in the cells of an area."""

    def __init__(self, area: Area) -> None:
        self._area = area
        self.raw: dict[tuple[int, int], Facts] = {}
        self._row = self._column = 0
        self._cell: Facts = {}
        self._is_aloud = False

    def begun(self, tag: str, given: Attributes) -> None:
        """Note where a row or a cell is: where it says, else behind the one before."""
        if tag == "row":
            self._row, self._column = _number(given.get("r"), self._row + 1), 0
        elif tag == "c":
            self._place(given.get("r", ""))
            self._cell = {"t": given.get("t", "n"), "s": given.get("s", "0")}
        elif tag == "rPh":
            self._is_aloud = True

    def ended(self, tag: str, text: str) -> None:
        """Keep what an element of a cell says."""
        if tag in ("v", "f"):
            self._cell[tag] = text
        elif tag == "t" and not self._is_aloud:
            self._cell["is"] = self._cell.get("is", "") + text
        elif tag == "rPh":
            self._is_aloud = False
        elif tag == "c" and self._row <= self._area.rows and self._column <= self._area.columns:
            self.raw[self._row, self._column] = self._cell

    def _place(self, name: str) -> None:
        letters = name.rstrip("0123456789")
        try:
            self._column = column_index_from_string(letters) if letters else self._column + 1
        except ValueError as problem:
            raise Unusable("not_a_workbook") from problem
        self._row = _number(name[len(letters) :] or None, self._row)


def _one(related: dict[str, tuple[str, str]], what: str) -> str | None:
    return next((part for kind, part in related.values() if kind == what), None)


def _number(text: str | None, otherwise: int) -> int:
    if text is None:
        return otherwise
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Unusable("not_a_workbook")
    return int(text)


def _is_date(number_format: str, own: dict[str, bool]) -> bool:
    if number_format in own:
        return own[number_format]
    return number_format.isdecimal() and int(number_format) in NUMBERED_DATES


def _to_the_second(moment: datetime) -> datetime:
    return (moment + timedelta(milliseconds=500)).replace(microsecond=0)
