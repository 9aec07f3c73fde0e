"""The Thai calendar: Buddhist Era years, fiscal years, Thai digits, dates as written and typed.

Dates are kept as ISO and shown as Buddhist Era. A moment without a time zone is refused everywhere.
"""

import os
import re
from datetime import date, datetime, timedelta, timezone

# Otherwise the mere import makes a directory in the home of whoever runs the process.
os.environ.setdefault("PYTHAINLP_READ_ONLY", "1")

from pythainlp.util.date import thai_abbr_months, thai_full_months
from pythainlp.util.digitconv import (
    arabic_digit_to_thai_digit,
    thai_digit_to_arabic_digit,
)

BANGKOK = timezone(timedelta(hours=7), "Asia/Bangkok")

# The year began on 1 April until 2483 BE; from 2484 (1941) the eras differ by exactly 543.
_BE_AHEAD = 543
_FIRST_BE, _LAST_BE = 2484, 2742
_FIRST_CE, _LAST_CE = _FIRST_BE - _BE_AHEAD, _LAST_BE - _BE_AHEAD

_FISCAL_YEAR_FIRST_MONTH = 10


class UnreadableDate(ValueError):
    """What was typed is not one certain day."""


class ShortYear(UnreadableDate):
    """A day with a `year` of fewer than four digits: of which century or era, nobody knows."""

    def __init__(self, year: str) -> None:
        super().__init__(f"the year {year} has not four digits")
        self.year = year


class NaiveMoment(ValueError):
    """A moment came without a time zone, so nobody knows when it was."""


def as_bangkok(moment: datetime) -> datetime:
    """Return the same moment on a clock in Thailand. Raises NaiveMoment."""
    if moment.utcoffset() is None:
        raise NaiveMoment(f"{moment!r} has no time zone")
    return moment.astimezone(BANGKOK)


def to_be_year(ce_year: int) -> int:
    """Return 2568 for 2025. Refuses years before the eras ran in step."""
    if not _FIRST_CE <= ce_year <= _LAST_CE:
        raise ValueError(f"{ce_year} is not a CE year from {_FIRST_CE} to {_LAST_CE}")
    return ce_year + _BE_AHEAD


def to_ce_year(be_year: int) -> int:
    """Return 2025 for 2568. Refuses years before the eras ran in step."""
    if not _FIRST_BE <= be_year <= _LAST_BE:
        raise ValueError(f"{be_year} is not a BE year from {_FIRST_BE} to {_LAST_BE}")
    return be_year - _BE_AHEAD


def fiscal_year_be(day: date) -> int:
    """Return the fiscal year of a day or moment, named by the BE year in which it ends."""
    thai_day = _thai_day(day)
    return to_be_year(thai_day.year) + (thai_day.month >= _FISCAL_YEAR_FIRST_MONTH)


def fiscal_quarter(day: date) -> int:
    """Return 1 for October to December, and so on to 4 for July to September."""
    return (_thai_day(day).month - _FISCAL_YEAR_FIRST_MONTH) % 12 // 3 + 1


def fiscal_year_start(fiscal_year: int) -> date:
    return date(to_ce_year(fiscal_year) - 1, _FISCAL_YEAR_FIRST_MONTH, 1)


def fiscal_year_end(fiscal_year: int) -> date:
    return date(to_ce_year(fiscal_year), 9, 30)


def thai_digits(text: str | int) -> str:
    return arabic_digit_to_thai_digit(str(text))


def arabic_digits(text: str) -> str:
    return thai_digit_to_arabic_digit(text)


def long_date(day: date, *, in_thai_digits: bool = False) -> str:
    """Return "28 สิงหาคม 2568", or "๒๘ สิงหาคม ๒๕๖๘" as official letters print it.

    A year for which no Buddhist one is known is shown as it is: a page never fails for a date.
    """
    return _written(day, thai_full_months, in_thai_digits)


def short_date(day: date, *, in_thai_digits: bool = False) -> str:
    """Return "28 ส.ค. 2568", or "๒๘ ส.ค. ๒๕๖๘"."""
    return _written(day, thai_abbr_months, in_thai_digits)


def parse_date(typed: str) -> date:
    """Return the day meant by a typed date, in either era, in Thai or Arabic digits.

    Reads 2025-08-28, 28/8/2568, "28 สิงหาคม 2568", "28 ส.ค. พ.ศ. 2568" and "28 สิงหา 2568"; the day
    stands before the month. The year alone says its era: 2484 to 2742 are of the Buddhist, 1941 to
    2199 of the Common Era, in every spelling, and an era that is written has to be that one. A
    year needs four digits: a shorter one would have to be guessed. Raises UnreadableDate, and
    ShortYear for that.
    """
    text = " ".join(arabic_digits(typed).split())
    found = _ISO.fullmatch(text) or _NUMERIC.fullmatch(text) or _WORDED.fullmatch(text)
    if found is None:
        raise UnreadableDate(f"{typed!r} is not a date with a four-digit year")
    parts = found.groupdict()
    if len(parts["year"]) < _YEAR_DIGITS:
        raise ShortYear(parts["year"])
    try:
        year = _ce_year_as_typed(int(parts["year"]), era=parts.get("era"))
        return date(year, _month_number(parts["month"]), int(parts["day"]))
    except (KeyError, ValueError) as error:
        raise UnreadableDate(f"{typed!r} is not a day of the calendar") from error


_ISO = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})")
_NUMERIC = re.compile(
    r"(?P<day>[0-9]{1,2})(?P<mark>[/.-])(?P<month>[0-9]{1,2})(?P=mark)(?P<year>[0-9]{1,4})"
)
_WORDED = re.compile(
    r"(?:วันที่ ?)?(?P<day>[0-9]{1,2}) ?(?:เดือน ?)?(?P<month>[ก-์][ก-์. ]*?) ?"
    r"(?P<era>[พค]\.? ?ศ\.?)? ?(?P<year>[0-9]{1,4})"
)
_YEAR_DIGITS = 4
_MONTHS = {
    name.replace(".", ""): number
    for names in (
        thai_full_months,
        thai_abbr_months,
        [re.sub("(?:คม|ยน|พันธ์)$", "", name) for name in thai_full_months],
    )
    for number, name in enumerate(names, start=1)
}


def _thai_day(day: date) -> date:
    return as_bangkok(day).date() if isinstance(day, datetime) else day


def _written(day: date, months: list[str], in_thai_digits: bool) -> str:
    thai_day = _thai_day(day)
    is_known = _FIRST_CE <= thai_day.year <= _LAST_CE
    year = to_be_year(thai_day.year) if is_known else f"ค.ศ. {thai_day.year}"
    text = f"{thai_day.day} {months[thai_day.month - 1]} {year}"
    return thai_digits(text) if in_thai_digits else text


def _month_number(month: str) -> int:
    return int(month) if month.isdecimal() else _MONTHS[re.sub("[. ]", "", month)]


def _ce_year_as_typed(year: int, *, era: str | None) -> int:
    """Return the CE year; the two ranges do not overlap, so no era need be typed."""
    is_be = year >= _FIRST_BE
    if era is not None and is_be != era.startswith("พ"):
        raise ValueError(f"{year} is not a year of {era}")
    return to_ce_year(year if is_be else to_be_year(year))
