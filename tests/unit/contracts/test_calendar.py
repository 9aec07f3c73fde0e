import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.reference.calendar import (
    BANGKOK,
    NaiveMoment,
    UnreadableDate,
    arabic_digits,
    as_bangkok,
    fiscal_quarter,
    fiscal_year_be,
    fiscal_year_end,
    fiscal_year_start,
    long_date,
    parse_date,
    short_date,
    thai_digits,
    to_be_year,
    to_ce_year,
)

THE_DAY = date(2025, 8, 28)
NAIVE = datetime(2025, 8, 28, 9, 0, tzinfo=UTC).replace(tzinfo=None)
days = st.dates(date(1941, 1, 1), date(2156, 12, 31))


@pytest.mark.parametrize(
    ("day", "year", "quarter"),
    [
        (date(2022, 9, 30), 2565, 4),
        (date(2022, 10, 1), 2566, 1),
        (date(2022, 12, 31), 2566, 1),
        (date(2023, 1, 1), 2566, 2),
        (date(2023, 3, 31), 2566, 2),
        (date(2023, 4, 1), 2566, 3),
        (date(2023, 7, 1), 2566, 4),
        (date(2023, 9, 30), 2566, 4),
        (date(2023, 10, 1), 2567, 1),
    ],
)
def test_a_fiscal_year_is_named_by_the_year_it_ends_in_and_has_four_quarters(day, year, quarter):
    assert (fiscal_year_be(day), fiscal_quarter(day)) == (year, quarter)


def test_a_fiscal_year_runs_from_october_to_september():
    assert fiscal_year_start(2566) == date(2022, 10, 1)
    assert fiscal_year_end(2566) == date(2023, 9, 30)


@given(st.dates(date(1941, 10, 1), date(2156, 9, 30)))
def test_every_day_lies_within_its_own_fiscal_year(day):
    year = fiscal_year_be(day)

    assert fiscal_year_start(year) <= day <= fiscal_year_end(year)


def test_the_fiscal_year_of_a_moment_is_the_one_on_a_clock_in_thailand():
    new_year_in_bangkok = datetime(2022, 9, 30, 17, 0, tzinfo=UTC)

    assert fiscal_year_be(new_year_in_bangkok) == 2566
    assert fiscal_year_be(new_year_in_bangkok - timedelta(seconds=1)) == 2565
    assert fiscal_quarter(new_year_in_bangkok) == 1
    assert long_date(new_year_in_bangkok) == "1 ตุลาคม 2565"


def test_bangkok_is_seven_hours_ahead_and_keeps_the_moment():
    moment = datetime(2025, 8, 28, 20, 30, tzinfo=timezone(timedelta(hours=-5)))

    in_bangkok = as_bangkok(moment)

    assert in_bangkok.isoformat() == "2025-08-29T08:30:00+07:00"
    assert in_bangkok == moment
    assert in_bangkok.tzinfo is BANGKOK


@pytest.mark.parametrize("use", [as_bangkok, fiscal_year_be, fiscal_quarter, long_date, short_date])
def test_a_moment_without_a_time_zone_is_refused(use):
    with pytest.raises(NaiveMoment):
        use(NAIVE)


def test_the_eras_are_543_years_apart():
    assert to_be_year(2025) == 2568
    assert to_ce_year(2568) == 2025


@pytest.mark.parametrize(
    ("convert", "year"),
    [(to_be_year, 2568), (to_be_year, 1940), (to_ce_year, 2025), (to_ce_year, 2483)],
)
def test_a_year_of_the_other_era_or_before_they_ran_in_step_is_refused(convert, year):
    with pytest.raises(ValueError, match=str(year)):
        convert(year)


def test_dates_are_written_long_and_short_in_either_digits():
    assert long_date(THE_DAY) == "28 สิงหาคม 2568"
    assert short_date(THE_DAY) == "28 ส.ค. 2568"
    assert long_date(THE_DAY, in_thai_digits=True) == "๒๘ สิงหาคม ๒๕๖๘"
    assert short_date(THE_DAY, in_thai_digits=True) == "๒๘ ส.ค. ๒๕๖๘"
    assert long_date(date(2022, 10, 1), in_thai_digits=True) == "๑ ตุลาคม ๒๕๖๕"


def test_digits_turn_into_each_other_and_leave_the_rest_alone():
    assert thai_digits("มท 0804.6/ว 3757") == "มท ๐๘๐๔.๖/ว ๓๗๕๗"
    assert thai_digits(1234567890) == "๑๒๓๔๕๖๗๘๙๐"
    assert arabic_digits("มท ๐๘๐๔.๖/ว ๓๗๕๗") == "มท 0804.6/ว 3757"


@pytest.mark.parametrize(
    "typed",
    [
        "2025-08-28",
        "2568-08-28",
        "28/8/2568",
        "28/08/2025",
        "28-8-2568",
        "28.8.2568",
        "๒๘/๘/๒๕๖๘",
        "28 สิงหาคม 2568",
        "28 สิงหาคม 2025",
        "๒๘ สิงหาคม ๒๕๖๘",
        "28 ส.ค. 2568",
        "28ส.ค.2568",
        "28 ส.ค 2568",
        "28 สค 2568",
        "28 สิงหา 2568",
        "28 ส.ค. พศ 2568",
        "28 ส. ค. 2568",
        "๒๘ ส.ค. ๒๕๖๘",
        " 28\u00a0สิงหาคม   พ.ศ. 2568 ",
        "28 สิงหาคม ค.ศ. 2025",
        "วันที่ 28 เดือน สิงหาคม พ.ศ. 2568",
    ],
)
def test_a_date_is_read_however_it_is_typed(typed):
    assert parse_date(typed) == THE_DAY


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "28",
        "28 สิงหาคม",
        "28/8/68",  # two digits would have to be guessed
        "24 ก.พ. 66",
        "8/2568",
        "28/8-2568",
        "2025-8-28",
        "31 มิถุนายน 2568",
        "29 ก.พ. 2568",
        "0/8/2568",
        "28/13/2568",
        "28 สิงโต 2568",
        "28 August 2568",
        "28/8/2400",  # before the eras ran in step
        "28/8/2300",
        "28/8/2999",
        "28 สิงหาคม พ.ศ. 2025",
        "28 สิงหาคม ค.ศ. 2568",
        "2025-08-28T10:00:00",
        "28 สิงหาคม 2568 และ",
    ],
)
def test_what_is_not_one_certain_day_is_refused(typed):
    with pytest.raises(UnreadableDate):
        parse_date(typed)


def test_a_leap_day_follows_the_common_era():
    assert parse_date("29 ก.พ. 2567") == date(2024, 2, 29)


@given(days, st.booleans())
def test_every_date_we_write_can_be_read_back(day, in_thai_digits):
    assert parse_date(long_date(day, in_thai_digits=in_thai_digits)) == day
    assert parse_date(short_date(day, in_thai_digits=in_thai_digits)) == day
    assert parse_date(day.isoformat()) == day


def test_importing_the_calendar_leaves_nothing_in_the_home_directory(tmp_path):
    environment = {**os.environ, "HOME": str(tmp_path)}
    environment.pop("PYTHAINLP_READ_ONLY", None)
    environment.pop("PYTHAINLP_DATA", None)

    subprocess.run(
        [sys.executable, "-c", "import contracts.reference.calendar"],
        env=environment,
        cwd=Path(__file__).parents[3],
        check=True,
    )

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        (date(1940, 12, 31), "31 ธันวาคม ค.ศ. 1940"),
        (date(1941, 1, 1), "1 มกราคม 2484"),
        (date(2199, 12, 31), "31 ธันวาคม 2742"),
        (date(2200, 1, 1), "1 มกราคม ค.ศ. 2200"),
        (date(9999, 12, 31), "31 ธันวาคม ค.ศ. 9999"),
    ],
)
def test_a_day_can_be_shown_whatever_its_year(day, shown):
    assert long_date(day) == shown
