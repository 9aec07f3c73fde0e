from codecs import BOM_UTF16_BE, BOM_UTF16_LE

import pytest

from services.accounts.registry import file
from services.accounts.registry.file import (
    MOST_CELL,
    MOST_COLUMNS,
    MOST_LINE_BYTES,
    MOST_LINES_OF_A_ROW,
)
from services.accounts.registry.read import COLUMNS, RegistryUnreadable, read_registry
from tests.builders.registry_csv import HEADER, KHLONG_THOM, a_row, file_of, places


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_a_mark_at_the_start_and_either_line_ending_make_no_difference(bom, ending):
    text = bom + HEADER + ending + a_row() + ending

    assert read_registry(text.encode()) == read_registry(file_of(a_row()))


def test_a_file_may_come_as_bytes_or_text():
    data = file_of(a_row(), KHLONG_THOM)

    assert read_registry(data.decode()) == read_registry(data)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp874"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("first", ["", "sep=;", '"SEP=;"'])
def test_however_a_spreadsheet_saves_it_the_same_is_read(first, ending, encoding):
    lines = [line.replace(",", ";") for line in (HEADER, a_row(), KHLONG_THOM)]
    text = ending.join([first, *lines, ""] if first else [*lines, ""])

    assert read_registry(text.encode(encoding)) == read_registry(file_of(a_row(), KHLONG_THOM))


@pytest.mark.parametrize("mark", [BOM_UTF16_BE, BOM_UTF16_LE])
def test_either_order_of_utf_16_is_read(mark):
    order = "utf-16-be" if mark == BOM_UTF16_BE else "utf-16-le"

    assert read_registry(mark + f"{HEADER}\n{a_row()}".encode(order)) == read_registry(
        file_of(a_row())
    )


def test_after_the_line_that_names_the_separator_lines_still_count_right():
    registry = read_registry(f"sep=,\n{HEADER}\n{a_row()}\n{a_row(code='x')}\n")

    assert places(registry.rejected) == [(4, "รหัส อปท.", "bad_code")]


def test_what_the_first_line_names_counts_and_not_what_the_header_has_most_of():
    lines = [line.replace(",", "|") for line in (HEADER, KHLONG_THOM)]

    assert read_registry("\n".join(["sep=|", *lines])) == read_registry(file_of(KHLONG_THOM))


@pytest.mark.parametrize(
    ("row", "reason", "line"),
    [
        (a_row(name="ก" * (MOST_CELL + 1)), "cell_too_long", 2),
        ("," * MOST_COLUMNS + "x", "too_many_columns", 2),
        ("ก" * MOST_LINE_BYTES, "line_too_long", 2),
        ('"' + "\n" * MOST_LINES_OF_A_ROW, "broken_quoting", 2),
        ('"\n",' * (2 * MOST_LINES_OF_A_ROW), "broken_quoting", 2),
    ],
)
def test_what_no_registry_has_is_refused_before_it_takes_room(row, reason, line):
    with pytest.raises(RegistryUnreadable) as refused:
        read_registry(file_of(row, *[a_row()] * 9))

    assert (refused.value.reason, refused.value.line) == (reason, line)
    assert str(line) in refused.value.message_th
    assert "กรุณา" in refused.value.message_th


@pytest.mark.parametrize(
    ("bound", "reason"), [("MOST_ROWS", "too_many_rows"), ("MOST_BYTES", "too_large")]
)
def test_a_file_has_so_many_rows_and_bytes_and_no_more(monkeypatch, bound, reason):
    data = file_of(a_row(), KHLONG_THOM)
    monkeypatch.setattr(file, bound, 2 if bound == "MOST_ROWS" else len(data))
    read_registry(data)

    with pytest.raises(RegistryUnreadable, match=reason):
        read_registry(data + a_row().encode())


def test_columns_may_stand_in_another_order():
    backwards = [",".join(reversed(line.split(","))) for line in (HEADER, KHLONG_THOM)]

    assert read_registry("\n".join(backwards)) == read_registry(file_of(KHLONG_THOM))


@pytest.mark.parametrize("more", ["", ",", ",,,", ", ,"])
def test_empty_columns_and_rows_that_a_spreadsheet_adds_make_no_difference(more):
    rows = [f"{each}{more}" for each in (a_row(), KHLONG_THOM)]
    blank = "," * (len(COLUMNS) - 1) + more.replace(" ", "")

    told = read_registry(file_of(*rows, blank, blank, header=HEADER + more))

    assert told == read_registry(file_of(a_row(), KHLONG_THOM))
    assert read_registry(file_of(*rows)) == told  # the head may have been mended
    assert read_registry(file_of(a_row(), KHLONG_THOM, header=HEADER + more)) == told


def test_an_empty_column_may_stand_in_between():
    lines = [line.replace(",", ",,", 1) for line in (HEADER, KHLONG_THOM)]

    assert read_registry("\n".join(lines)) == read_registry(file_of(KHLONG_THOM))


def test_a_row_with_more_than_the_head_has_is_still_told():
    (rejected,) = read_registry(file_of(a_row() + ",โทร", KHLONG_THOM)).rejected

    assert rejected.line == 2


@pytest.mark.parametrize("separator", [";", "\t"])
def test_cells_may_be_parted_as_other_programs_do(separator):
    lines = [line.replace(",", separator) for line in (HEADER, KHLONG_THOM)]

    assert read_registry("\n".join(lines)) == read_registry(file_of(KHLONG_THOM))


def test_quoted_cells_may_hold_commas_quotes_and_line_ends_and_lines_still_count_right():
    quoted = a_row(address='99, "บ้านใหญ่"\nชั้น 2', website="-")
    assert quoted.count("\n") == 1

    registry = read_registry(file_of(quoted, "", ",,,,,,,,,,,,", a_row(code="x")))

    assert places(registry.dirt) == [(2, "ที่ตั้งสำนักงานเลขที่", "damaged_text")]
    assert places(registry.rejected) == [(6, "รหัส อปท.", "bad_code")]
    assert registry.rows == 2


@pytest.mark.parametrize(
    ("data", "reason", "line", "detail"),
    [
        (b"", "empty", 1, ""),
        (b"\xef\xbb\xbf", "empty", 1, ""),
        (b"\n\n", "empty", 1, ""),
        (file_of(), "empty", 1, ""),
        (file_of("", ",,,"), "empty", 1, ""),
        (f"{HEADER}\n{a_row()}\n".encode("cp874") + b"\xfc", "not_utf8", 3, ""),
        (f"{HEADER}\n{a_row()}\n".encode("utf-16") + b"x", "not_utf8", 1, ""),
        (HEADER.encode("utf-16-le"), "not_utf8", 1, ""),
        (HEADER.encode("utf-16"), "empty", 1, ""),
        (b"sep=;\n", "empty", 1, ""),
        (file_of(a_row()) + b"\xe0\xb8", "not_utf8", 3, ""),
        (file_of(a_row(), '"เปิดไว้' + a_row(), a_row()), "broken_quoting", 3, ""),
        (file_of(a_row(), '"ปิดผิด"ที่,' + a_row()), "broken_quoting", 3, ""),
        (
            file_of(a_row(), header=HEADER.replace("LAT,", "")),
            "missing_columns",
            1,
            "LAT",
        ),
        (
            file_of(a_row(), header=HEADER.replace("รหัส อปท.", "รหัส")),
            "missing_columns",
            1,
            "รหัส อปท.",
        ),
        (file_of(a_row(), header=HEADER + ",LAT"), "unexpected_columns", 1, "LAT"),
        (file_of(a_row(), header=HEADER + ",โทรศัพท์"), "unexpected_columns", 1, "โทรศัพท์"),
        (
            file_of(f"{a_row()},,,", f"{a_row()},,โทร,", header=f"{HEADER},,,"),
            "unnamed_column",
            3,
            "15",
        ),
        (b"PK\x03\x04\x14\x00", "is_a_workbook", 1, ""),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is_a_workbook", 1, ""),
    ],
)
def test_a_file_that_is_no_registry_is_refused_whole(data, reason, line, detail):
    with pytest.raises(RegistryUnreadable) as refused:
        read_registry(data)

    assert (refused.value.reason, refused.value.line, refused.value.detail) == (
        reason,
        line,
        detail,
    )
    assert "กรุณา" in refused.value.message_th
    assert detail in refused.value.message_th


def test_text_that_cannot_be_encoded_is_refused_like_other_broken_text():
    with pytest.raises(RegistryUnreadable) as refused:
        read_registry(HEADER + "\n\ud800")

    assert (refused.value.reason, refused.value.line) == ("not_utf8", 2)
