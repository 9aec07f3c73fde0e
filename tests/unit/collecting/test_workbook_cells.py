"""What people type into cells, and what they do to a workbook besides filling it in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from io import BytesIO

import pytest
from openpyxl import load_workbook

from collecting.workbooks.layout import FIRST_ITEM_ROW, HIDDEN_SHEET, MAIN_SHEET, layout_of
from collecting.workbooks.reading import MOST_ITEM_ROWS
from collecting.workbooks.writing import Filled, write_workbook
from contracts.forms import unprintable
from tests.builders.glyphs import GLYPHS
from tests.builders.licences.answers import some_answers
from tests.builders.licences.kind import FORM, FORM_OF_LAST_YEAR
from tests.builders.workbooks import (
    a_stamp,
    a_workbook,
    cell_of,
    edited,
    read,
    repacked,
    typed,
)

LAYOUT = layout_of(FORM_OF_LAST_YEAR)
WORKBOOK = a_workbook(LAYOUT, some_answers())
ISSUED, SCORE = "/answers/issued", "/answers/score"
CERTIFIED_ON, PHONE = "/answers/certified_on", "/answers/reporter_phone"
AT_NINE = datetime(2025, 12, 20, 9)  # noqa: DTZ001 (as a spreadsheet has it)
(INSPECTION,) = some_answers()["inspections"]
INSPECTIONS = LAYOUT.lists["inspections"].name


@pytest.mark.parametrize(
    ("pointer", "value", "answer"),
    [
        (ISSUED, "๑๒๓", 123),
        (ISSUED, " 1,234 ", 1234),
        (ISSUED, "\ufeff42\u200b", 42),
        (CERTIFIED_ON, "20/12/2568\u200b", "2025-12-20"),
        (PHONE, "\u200b021234567", "021234567"),
        ("/answers/fees_published", "ใช่\u200b", True),
        (ISSUED, 42.0, 42),
        (ISSUED, "0" * 30 + "42", 42),
        (SCORE, "๘๘.๒๕", 88.25),
        (SCORE, 90, 90),
        (CERTIFIED_ON, "20/12/2568", "2025-12-20"),
        (CERTIFIED_ON, "2568-12-20", "2025-12-20"),
        (CERTIFIED_ON, "๒๐ ธ.ค. ๒๕๖๘", "2025-12-20"),
        (CERTIFIED_ON, "20 ธันวาคม พ.ศ. 2568", "2025-12-20"),
        (CERTIFIED_ON, date(2025, 12, 20), "2025-12-20"),
        (CERTIFIED_ON, date(2568, 12, 20), "2025-12-20"),
        (PHONE, "๐๒๑๒๓๔๕๖๗", "021234567"),
        ("/answers/reporter_name", 7, "7"),
        ("/answers/fees_url", " https://lao.example/1 ", "https://lao.example/1"),
        ("/answers/fees_published", "yes", True),
        ("/answers/registrar_status", "acting", "acting"),
        ("/answers/registrar_status", "held by somebody acting", "acting"),
    ],
)
def test_what_can_be_meant_in_one_way_only_is_understood(pointer, value, answer):
    reading = read(LAYOUT, typed(LAYOUT, WORKBOOK, {pointer: value}))

    assert reading.answers[pointer.removeprefix("/answers/")] == answer
    assert reading.faults == []


@pytest.mark.parametrize(
    ("pointer", "value", "code"),
    [
        (ISSUED, "สี่สิบ", "type"),
        (ISSUED, "1,23", "type"),
        (ISSUED, "12 คน", "type"),
        (ISSUED, 1.5, "type"),
        (ISSUED, "0" * 31 + "42", "type"),
        (ISSUED, True, "type"),
        (ISSUED, AT_NINE, "type"),
        (ISSUED, -1, "range"),
        (ISSUED, "=40+2", "formula"),
        (ISSUED, "#REF!", "cell_error"),
        (SCORE, 0.125, "decimals"),
        (CERTIFIED_ON, "1/2/68", "format"),
        (CERTIFIED_ON, "31/02/2568", "format"),
        (CERTIFIED_ON, date(2568, 2, 29), "format"),
        (CERTIFIED_ON, AT_NINE, "format"),
        (PHONE, 21234567, "format"),
        ("/answers/reporter_name", date(2025, 1, 1), "type"),
        ("/answers/registrar_status", "นายก", "choice"),
        ("/answers/goods", "อาจจะ", "choice"),
        ("/answers/online", "ไม่แน่ใจ", "type"),
        ("/answers/reporter_name", None, "required"),
        ("/kind", "แก้ไข", "choice"),
    ],
)
def test_what_could_mean_something_else_is_refused_at_its_cell(pointer, value, code):
    reading = read(LAYOUT, typed(LAYOUT, WORKBOOK, {pointer: value}))

    assert [(fault.pointer, fault.code) for fault in reading.faults] == [(pointer, code)]
    assert (reading.faults[0].sheet, reading.faults[0].cell) == LAYOUT.spot(pointer, {})


def test_a_bare_number_is_no_date():
    def change(book):
        place = book[MAIN_SHEET][cell_of(LAYOUT, CERTIFIED_ON)]
        place.value, place.number_format = 46000, "General"

    reading = read(LAYOUT, edited(WORKBOOK, change))

    assert [(fault.pointer, fault.code) for fault in reading.faults] == [(CERTIFIED_ON, "format")]


def test_help_is_in_words_for_people_and_in_both_languages():
    answers = {ISSUED: "สี่สิบ", CERTIFIED_ON: "1/2/68", "/answers/registrar_status": "นายก"}

    reading = read(LAYOUT, typed(LAYOUT, WORKBOOK, answers))

    told = {fault.pointer: fault for fault in reading.faults}
    assert "ตัวเลข" in told[ISSUED].message_th
    assert "ปี 68 ไม่ครบสี่หลัก" in told[CERTIFIED_ON].message_th
    assert "28/12/2569" in told[CERTIFIED_ON].message
    assert "รักษาการ/ปฏิบัติหน้าที่แทน" in told["/answers/registrar_status"].message_th


def test_a_fault_in_a_list_names_the_row_it_was_typed_in():
    def change(book):
        sheet = book[INSPECTIONS]
        sheet["A8"], sheet["B8"], sheet["C8"] = "สัมมนา", "3/11/2568", "หลายคน"

    reading = read(LAYOUT, edited(WORKBOOK, change))

    assert [one["name"] for one in reading.answers["inspections"]] == ["อบรม", "สัมมนา"]
    (fault,) = reading.faults
    assert (fault.sheet, fault.cell, fault.code) == (INSPECTIONS, "C8", "type")
    assert fault.pointer == "/answers/inspections/1/participants"


def test_what_paper_cannot_show_is_told_at_its_cell_and_the_workbook_is_good():
    answers = some_answers(
        problems="ดี \U0001f9ff", inspections=[INSPECTION, {**INSPECTION, "name": "ሀ"}]
    )

    reading = read(LAYOUT, a_workbook(LAYOUT, answers))

    assert reading.faults == []
    told = [(one.sheet, one.cell, one.code) for one in reading.warnings]
    assert told == [
        (INSPECTIONS, "A7", "unprintable"),
        (*LAYOUT.spot("/answers/problems", {}), "unprintable"),
    ]
    assert [(one.pointer, one.message) for one in reading.warnings] == [
        (one.pointer, one.in_full)
        for one in unprintable(FORM_OF_LAST_YEAR, answers, GLYPHS.lacking)
    ]


def test_more_items_than_the_form_takes_are_refused_and_none_is_lost():
    items = [{"outcome": "ตักเตือน", "cases": 1}] * 51

    reading = read(LAYOUT, a_workbook(LAYOUT, some_answers(outcomes=items)))

    assert [(fault.pointer, fault.code) for fault in reading.faults] == [
        ("/answers/outcomes", "items")
    ]
    assert len(reading.answers["outcomes"]) == 51


# -- the file as a whole --------------------------------------------------------------------


def renamed(book):
    book[INSPECTIONS].title = "อบรม"


def shifted(book):
    book[MAIN_SHEET].insert_rows(12)


def unstamped(book):
    del book[HIDDEN_SHEET]


def of_another_layout(book):
    book[HIDDEN_SHEET]["B1"] = 0


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not_a_workbook"),
        (b"PK\x03\x04 nothing more", "not_a_workbook"),
        (b"name,age\n1,2\n", "not_a_workbook"),
        (edited(WORKBOOK, unstamped), "not_stamped"),
        (
            write_workbook(LAYOUT, Filled(a_stamp(LAYOUT, obligation_id=""))),
            "not_stamped",
        ),
        (edited(WORKBOOK, renamed), "rearranged"),
        (edited(WORKBOOK, shifted), "rearranged"),
        (edited(WORKBOOK, of_another_layout), "wrong_form_version"),
        (
            a_workbook(LAYOUT, {}, stamp=replace(a_stamp(LAYOUT), form_version=9)),
            "wrong_form_version",
        ),
        (
            a_workbook(LAYOUT, {}, stamp=a_stamp(LAYOUT, obligation_id="licences-2570-1-o1-1")),
            "wrong_round",
        ),
    ],
)
def test_a_file_that_is_not_ours_is_refused_as_a_whole(data, code):
    reading = read(LAYOUT, data)

    assert [(fault.code, fault.cell) for fault in reading.faults] == [(code, None)]
    assert reading.answers == {}


def test_the_same_facts_give_the_same_bytes():
    assert a_workbook(LAYOUT, some_answers()) == WORKBOOK


def test_a_template_opens_whole_with_its_locks_lists_and_help():
    book = load_workbook(BytesIO(WORKBOOK))
    main = book[MAIN_SHEET]

    assert all(sheet.protection.sheet for sheet in book)
    assert book[HIDDEN_SHEET].sheet_state == "veryHidden"
    unlocked = {
        each.coordinate for row in main.iter_rows() for each in row if not each.protection.locked
    }
    assert unlocked == {f"D{one.row}" for one in LAYOUT.inputs}
    rules = {str(rule.sqref): rule for rule in main.data_validations.dataValidation}
    status = rules[cell_of(LAYOUT, "/answers/registrar_status")]
    ((sheet, area),) = book.defined_names[status.formula1].destinations
    assert [row[0].value for row in book[sheet][area]] == [
        "ดำรงตำแหน่ง",
        "รักษาการ/ปฏิบัติหน้าที่แทน",
        "ว่าง",
    ]
    assert "ว่าง หรือ รักษาการ" in status.prompt
    issued = rules[cell_of(LAYOUT, ISSUED)]
    assert (issued.type, issued.formula1, issued.formula2) == ("whole", "0", "100000")
    texts = [each.value for row in main.iter_rows(max_row=6) for each in row if each.value]
    assert any("licences-2568 ฉบับที่ 1" in text for text in texts)
    url = next(one for one in LAYOUT.inputs if one.pointer == "/answers/fees_url")
    assert "กรอกเฉพาะเมื่อ “มีการประกาศอัตราค่าธรรมเนียม” คือ ใช่" in main[f"F{url.row}"].value


@pytest.mark.parametrize("form", [FORM_OF_LAST_YEAR, FORM], ids=lambda form: form.id)
def test_what_a_person_typed_is_never_taken_for_a_formula_or_a_link(form):
    answers = some_answers(problems='=HYPERLINK("x")', suggestions="https://lao.example")

    book = load_workbook(BytesIO(a_workbook(layout_of(form), answers)))

    assert not [
        each
        for sheet in book
        for row in sheet.iter_rows()
        for each in row
        if each.data_type == "f" or each.hyperlink
    ]


# -- files made to hurt ---------------------------------------------------------------------


def with_part(content):
    def change(name, data):
        return content if name == "xl/worksheets/sheet1.xml" else data

    return repacked(WORKBOOK, change)


BOMB = b"<worksheet>" + b" " * (17 << 20)
ENTITIES = b'<!DOCTYPE lolz [<!ENTITY lol "lol">]><worksheet>&lol;</worksheet>'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"x" * (1 << 20), "not_a_workbook"),
        (b"x" * ((1 << 20) + 1), "workbook_too_large"),
        (with_part(BOMB), "workbook_too_large"),
        (with_part(b"<worksheet>" + b"<c/>" * 250_000), "workbook_too_large"),
        (with_part(ENTITIES), "not_a_workbook"),
        (with_part(ENTITIES.decode().encode("utf-16")), "not_a_workbook"),
        (with_part(b"<worksheet><sheetData><row r='x'"), "not_a_workbook"),
        (with_part(b""), "not_a_workbook"),
        (repacked(WORKBOOK, lambda _, data: data[: len(data) // 2]), "not_a_workbook"),
    ],
)
def test_a_file_made_to_hurt_is_refused_before_it_can(data, code):
    assert [fault.code for fault in read(LAYOUT, data).faults] == [code]


def test_a_row_far_below_takes_no_time_and_is_no_answer():
    far = b'<row r="1048576"><c r="C1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'

    def change(_name, data):
        return data.replace(b"</sheetData>", far)

    reading = read(LAYOUT, repacked(WORKBOOK, change))

    assert reading.faults == []
    assert reading.answers == some_answers()


@pytest.mark.parametrize(("row", "codes"), [("9" * 9, []), ("9" * 10, ["not_a_workbook"])])
def test_a_row_has_a_number_of_nine_figures_at_most(row, codes):
    far = f'<row r="{row}"/></sheetData>'.encode()

    reading = read(LAYOUT, repacked(WORKBOOK, lambda _, data: data.replace(b"</sheetData>", far)))

    assert [fault.code for fault in reading.faults] == codes


@pytest.mark.parametrize(("beyond", "names"), [(0, ["อบรม", "สัมมนา"]), (1, ["อบรม"])])
def test_items_are_read_from_so_many_rows_and_no_more(beyond, names):
    def change(book):
        sheet, row = book[INSPECTIONS], FIRST_ITEM_ROW + MOST_ITEM_ROWS + beyond
        for column, value in zip("ABC", ("สัมมนา", "3/11/2568", 7), strict=True):
            sheet[f"{column}{row}"] = value

    reading = read(LAYOUT, edited(WORKBOOK, change))

    assert [one["name"] for one in reading.answers["inspections"]] == names


@pytest.mark.parametrize("place", range(0, len(WORKBOOK), len(WORKBOOK) // 60))
def test_a_damaged_file_gets_a_verdict(place):
    damaged = WORKBOOK[:place] + bytes([WORKBOOK[place] ^ 0xFF]) + WORKBOOK[place + 1 :]

    reading = read(LAYOUT, damaged)

    assert reading.stamp is None or "licences-2569-1" in reading.stamp.obligation_id
    assert reading.faults or reading.answers == some_answers()
