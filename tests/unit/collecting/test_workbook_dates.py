"""Days as spreadsheet programs keep them: numbers in formats, of Thailand too; strict Open XML;
styles that are odd and valid.
"""

from __future__ import annotations

from datetime import date

import pytest

from collecting.workbooks.dates import is_date_format
from collecting.workbooks.layout import MAIN_SHEET, layout_of
from collecting.workbooks.values import Unclear, read_value, shown_value
from tests.builders.licences.answers import some_answers
from tests.builders.licences.kind import FORM_OF_LAST_YEAR
from tests.builders.workbooks import a_workbook, cell_of, edited, read, repacked

LAYOUT = layout_of(FORM_OF_LAST_YEAR)
WORKBOOK = a_workbook(LAYOUT, some_answers())
CERTIFIED_ON = "/answers/certified_on"
_STRICT = (
    (
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    ),
    (
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    ),
)


@pytest.mark.parametrize(
    "code",
    [
        "d mmm yyyy",
        "[$-41E]d mmm yyyy",
        "[$-D00041E]d mmm yyyy",
        "[$-107041E]d mmm yyyy;@",
        "[$-1070000]d/mm/yyyy;@",
        "[$-409]dd-mmm-yy;@",
        "ddd",
        "dddd",
        "dd/mm/bbbb",
        "[$-D00041E]D MMMM BBBB",
        'd "เดือน" mmmm "พ.ศ." yyyy',
        "d\\ mmmm\\ yyyy",
        "[Red]d/m/yy",
        "วว ดดดด ปปปป",
        "mmm",
        "h:mm",
        "[h]:mm:ss",
        "mm:ss.0",
    ],
)
def test_a_format_of_days_or_times_is_known(code):
    assert is_date_format(code)


@pytest.mark.parametrize(
    "code",
    [
        *("General", "0", "#,##0", "#,##0.00", "0.00E+00", "0%", "@", "# ?/?", ""),
        *('#,##0 "baht"', "[$฿-41E]#,##0.00", '0.00"d"', "[Red]-#,##0", "_(* #,##0_)", "Standard"),
        '"dmy"',
    ],
)
def test_a_format_of_numbers_or_texts_is_none(code):
    assert not is_date_format(code)


@pytest.mark.parametrize(
    "code",
    ["[$-D00041E]d mmm yyyy", "[$-107041E]d mmmm yyyy;@", "dd/mm/bbbb", "ddd d/m/yy", "d mmm"],
)
def test_a_day_in_a_format_of_thai_programs_is_that_day(code):
    def change(book):
        place = book[MAIN_SHEET][cell_of(LAYOUT, CERTIFIED_ON)]
        place.value, place.number_format = 46011, code

    reading = read(LAYOUT, edited(WORKBOOK, change))

    assert reading.faults == []
    assert reading.answers["certified_on"] == "2025-12-20"


@pytest.mark.parametrize("number", [14, 22, 27, 36, 50, 58, 71, 74, 77, 81])
def test_a_format_that_is_named_by_its_number_alone_is_known(number):
    style = f'<xf numFmtId="{number}" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    count = b""

    def change(name, data):
        nonlocal count
        if name == "xl/styles.xml":
            count = str(data.partition(b"<cellXfs")[2].count(b"<xf ")).encode()
            return data.replace(b"</cellXfs>", style.encode())
        return data

    styled = repacked(WORKBOOK, change)
    last = str(int(count) - _named_styles(WORKBOOK)).encode()
    place = cell_of(LAYOUT, CERTIFIED_ON).encode()

    def put(name, data):
        if name != "xl/worksheets/sheet1.xml":
            return data
        before, _, rest = data.partition(b'<c r="' + place + b'"')
        return before + b'<c r="' + place + b'" s="' + last + b'"' + rest[rest.index(b">") :]

    reading = read(LAYOUT, repacked(styled, put))

    assert reading.answers["certified_on"] == some_answers()["certified_on"]


def _named_styles(data: bytes) -> int:
    """Return how many styles stand behind the cells' own in the part."""
    found = 0

    def look(name, part):
        nonlocal found
        if name == "xl/styles.xml":
            found = part.partition(b"</cellXfs>")[2].count(b"<xf ")
        return part

    repacked(data, look)
    return found


@pytest.mark.parametrize(
    ("typed", "is_a_day"),
    [
        ("1999-12-31", False),
        ("2000-01-01", True),
        ("2199-12-31", True),
        ("2568-12-20", False),
    ],
)
def test_a_day_is_shown_as_one_where_a_cell_of_that_day_means_the_same(typed, is_a_day):
    field = LAYOUT.form.fields["certified_on"]

    shown = shown_value(field, typed)

    assert shown == (date.fromisoformat(typed) if is_a_day else typed)
    assert not is_a_day or read_value(field, date.fromisoformat(typed)) == typed


@pytest.mark.parametrize(("year", "meant"), [(2543, "2000-12-20"), (2742, "2199-12-20")])
def test_a_cell_with_a_year_of_the_buddhist_era_is_the_day_that_is_meant(year, meant):
    field = LAYOUT.form.fields["certified_on"]

    assert read_value(field, date(year, 12, 20)) == meant


@pytest.mark.parametrize("year", [1999, 2200, 2542, 2743])
def test_a_cell_with_a_year_that_nobody_can_mean_is_refused(year):
    with pytest.raises(Unclear):
        read_value(LAYOUT.form.fields["certified_on"], date(year, 12, 20))


def test_a_workbook_saved_as_strict_open_xml_is_read():
    def change(_name, data):
        for usual, strict in _STRICT:
            data = data.replace(usual, strict)
        return data

    reading = read(LAYOUT, repacked(WORKBOOK, change))

    assert reading.faults == []
    assert reading.answers == some_answers()


def test_a_day_written_out_as_strict_open_xml_may_is_that_day():
    place = cell_of(LAYOUT, CERTIFIED_ON).encode()

    def change(name, data):
        if name != "xl/worksheets/sheet1.xml":
            return data
        before, _, rest = data.partition(b'<c r="' + place + b'"')
        rest = rest[rest.index(b"</c>") :]
        return before + b'<c r="' + place + b'" t="d"><v>2025-12-20T00:00:00</v>' + rest

    assert read(LAYOUT, repacked(WORKBOOK, change)).answers["certified_on"] == "2025-12-20"


@pytest.mark.parametrize("odd", [b"<fill/>", b"<fill><unknown/></fill>", b"<!-- a note -->"])
def test_styles_that_are_odd_and_valid_do_no_harm(odd):
    def change(name, data):
        return data.replace(b"</fills>", odd + b"</fills>") if name == "xl/styles.xml" else data

    reading = read(LAYOUT, repacked(WORKBOOK, change))

    assert reading.faults == []
    assert reading.answers == some_answers()
