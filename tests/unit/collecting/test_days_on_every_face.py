"""A day that people type is one day on every face, however it is written."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pythainlp.util.date import thai_abbr_months, thai_full_months

from collecting.workbooks.explanation import bounds
from collecting.workbooks.values import read_value
from collecting.workbooks.wording import of_cell
from contracts.fields import Day
from contracts.forms import Form
from contracts.reading import Unread, day_of_cell, read_day
from contracts.reference.calendar import thai_digits
from tests.architecture.source import ROOMS, files, name_of
from tests.length import examples

FIELD = {"id": "day", "type": "date", "label": {"th": "วันที่", "en": "Day"}}
FORM = Form({"id": "f", "version": 1, "nil": [], "sections": [{"fields": [FIELD]}]})
DAYS = st.dates(date(2000, 1, 1), date(2199, 12, 31))
AHEAD = 543


@st.composite
def spelled(draw: st.DrawFn) -> tuple[date, str]:
    """A day and one of the ways in which people write it."""
    day = draw(DAYS)
    is_be = draw(st.booleans())
    year = day.year + AHEAD if is_be else day.year
    month = draw(st.sampled_from([thai_full_months, thai_abbr_months]))[day.month - 1]
    month = draw(st.sampled_from([month, month.replace(".", "")]))
    era = draw(st.sampled_from(["", "พ.ศ. " if is_be else "ค.ศ. ", "พศ " if is_be else "คศ "]))
    mark = draw(st.sampled_from("/-."))
    text = draw(
        st.sampled_from(
            [
                f"{year}-{day.month:02}-{day.day:02}",
                f"{day.day}{mark}{day.month}{mark}{year}",
                f"{day.day:02}{mark}{day.month:02}{mark}{year}",
                f"{day.day} {month} {era}{year}",
                f"{day.day}{month}{era}{year}",
                f"วันที่ {day.day} เดือน {month} {era}{year}",
            ]
        )
    )
    text = draw(st.sampled_from([text, thai_digits(text)]))
    return day, draw(st.sampled_from([text, f" {text}\u200b", text.replace(" ", "\u00a0")]))


@settings(max_examples=examples(400))
@given(spelled())
def test_a_day_typed_on_any_face_is_one_day(day_and_text):
    day, text = day_and_text
    iso = day.isoformat()

    of_cell = {"day": read_value(FIELD, text)}

    assert read_day(text) == day
    assert FORM.read({"day": text}) == {"day": iso}, "a draft, or what is filed"
    assert FORM.read(of_cell) == {"day": iso}, "a cell of a workbook"
    assert Day().deserialize(text) == day, "a field of the API"
    assert FORM.faults({"day": text}) == []


@given(DAYS)
def test_a_cell_with_a_date_of_either_era_is_that_day(day):
    assert day_of_cell(day) == day
    try:
        in_be = day.replace(year=day.year + AHEAD)
    except ValueError:  # 29 February of a year that is none by that number
        return
    assert day_of_cell(in_be) == day
    assert read_value(FIELD, in_be) == day.isoformat()


@given(DAYS, st.integers(1, 3), st.sampled_from(["{0.day}/{0.month}/{1}", "{0.day} ธ.ค. {1}"]))
def test_a_year_of_fewer_than_four_digits_is_refused_with_a_sentence(day, digits, spelling):
    year = f"{day.year + AHEAD}"[-digits:]

    with pytest.raises(Unread) as refused:
        read_day(spelling.format(day, year))

    assert refused.value.wording.code == "short_year"
    assert f"ปี {year} ไม่ครบสี่หลัก" in refused.value.wording.thai
    assert "28/12/2569" in refused.value.wording.thai


@given(st.integers(1000, 9999))
def test_the_range_of_the_year_decides_the_era(year):
    spellings = (f"{year}-01-02", f"2/1/{year}", f"2 ม.ค. {year}")
    read = {_year_read(each) for each in spellings}

    if 2000 <= year <= 2199:
        assert read == {year}
    elif 2543 <= year <= 2742:
        assert read == {year - AHEAD}
    else:
        assert read == {None}


def _year_read(text: str) -> int | None:
    try:
        return read_day(text).year
    except Unread:
        return None


def test_leap_days_are_those_of_the_day_that_is_meant():
    assert read_day("๒๙ ก.พ. ๒๕๖๗") == date(2024, 2, 29)
    with pytest.raises(Unread):
        read_day("29/2/2568")
    assert read_day("28/2/2568") + timedelta(days=1) == date(2025, 3, 1)


def test_no_help_text_tells_officers_to_write_the_common_era():
    texts = [path for suffix in (".py", ".yaml", ".typ") for path in files(*ROOMS, suffix=suffix)]
    telling = {name_of(path) for path in texts if "ค.ศ" in path.read_text("utf-8")}
    telling = {name for name in telling if not name.startswith("tests/")}

    assert telling == {"contracts/reference/calendar.py"}, "it shows years that have no other name"
    shown = (bounds(FIELD), of_cell(("แบบ", "D1"), "/answers/day", "format", FIELD).message_th)
    assert all("28/12/25" in text for text in shown)
