"""What people type and programs send, read by one rule for all faces and brought to one spelling.

A reader returns the one thing that can be meant, or raises Unread with the cause in words.
"""

from __future__ import annotations

import re
from datetime import date, datetime

from marshmallow import ValidationError, validate

from contracts.errors import Wording
from contracts.reference.calendar import (
    BANGKOK,
    ShortYear,
    UnreadableDate,
    arabic_digits,
    parse_date,
)
from contracts.reference.thai_text import without_invisible

FIRST_YEAR, LAST_YEAR = 2000, 2199
"""Of the Common Era; nobody can mean an instant or a day outside these years."""

EMAIL_MAX = 254
PHONE_MAX = 60
URL_MAX = 2000

_BE_AHEAD = 543
_YEAR = re.compile(r"[0-9]{4}")
_DAY_TH = "28/12/2569, ๒๘ ธ.ค. ๒๕๖๙ หรือ 2026-12-28"
_DAY = "28/12/2569, ๒๘ ธ.ค. ๒๕๖๙ or 2026-12-28"


class Unread(ValueError):
    """Nothing certain can be read; `wording` says why, and what to type."""

    def __init__(self, code: str, thai: str, english: str) -> None:
        self.wording = Wording(code, thai, english)
        super().__init__(self.wording)


# -- times ----------------------------------------------------------------------------------


def read_time(text: str) -> datetime:
    """Read an RFC 3339 instant, with its offset, of a year that can be meant. Raises Unread."""
    try:
        year = _YEAR.match(text)
        if year is not None:
            _require_possible(int(year[0]))
            instant = datetime.fromisoformat(text)
            if instant.tzinfo is not None:
                _require_possible(instant.astimezone(BANGKOK).year)
                return instant
    except Unread:
        raise
    except (TypeError, ValueError):
        pass
    raise Unread(
        "wrong_format",
        "ต้องเป็นวันเวลาแบบ RFC 3339 พร้อมเขตเวลา เช่น 2026-01-31T23:59:59+07:00",
        "It must be an RFC 3339 time with its offset, for example 2026-01-31T23:59:59+07:00.",
    )


def read_day(text: str) -> date:
    """Read a day as people type it on any face: ๒๘ ธ.ค. ๒๕๖๙, 28/12/2569 or 2026-12-28.

    The year says its era, in each of these spellings: `parse_date` has the rule. Raises Unread.
    """
    try:
        day = parse_date(without_invisible(text))
    except ShortYear as short:
        raise Unread(
            "short_year",
            f"ปี {short.year} ไม่ครบสี่หลัก จึงไม่แน่ว่าเป็นปีใด โปรดพิมพ์ปีสี่หลัก เช่น {_DAY_TH}",
            f"The year {short.year} could be several: type all four digits, for example {_DAY}.",
        ) from short
    except UnreadableDate as problem:
        raise Unread(
            "wrong_format",
            f"ต้องเป็นวันที่ที่มีในปฏิทิน ปีสี่หลัก เช่น {_DAY_TH}",
            f"It must be a day of the calendar with a year of four digits, for example {_DAY}.",
        ) from problem
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        first, last = FIRST_YEAR + _BE_AHEAD, LAST_YEAR + _BE_AHEAD
        raise Unread(
            "out_of_range",
            f"ปีต้องอยู่ระหว่าง พ.ศ. {first} ถึง {last}",
            f"The year must be from {first} to {last} of the Buddhist Era"
            f" ({FIRST_YEAR} to {LAST_YEAR}).",
        )
    return day


def day_of_cell(day: date) -> date:
    """Return the day meant by a spreadsheet's own date, by the rule of `read_day`: a year typed as
    2569 is stored as that of the Common Era. Raises Unread.
    """
    return read_day(day.isoformat())


def _require_possible(year: int) -> None:
    if FIRST_YEAR <= year <= LAST_YEAR:
        return
    meant = year - _BE_AHEAD
    if FIRST_YEAR <= meant <= LAST_YEAR:
        raise Unread(
            "buddhist_year",
            f"วันเวลาแบบ RFC 3339 นับปีตาม ISO 8601 ปี {year} หมายถึง {meant} หรือไม่",
            f"RFC 3339 counts years as ISO 8601 does; do you mean {meant} by {year}?",
        )
    raise Unread(
        "out_of_range",
        f"ปีต้องอยู่ระหว่าง {FIRST_YEAR} ถึง {LAST_YEAR}",
        f"The year must be from {FIRST_YEAR} to {LAST_YEAR}.",
    )


# -- phones ---------------------------------------------------------------------------------

_EXTENSION = re.compile(
    r"(?P<number>.+?)[\s,]*(?:ต่อ|extension|ext|x|#)[\s.:]*(?P<extension>[0-9]{1,6})", re.IGNORECASE
)
_BETWEEN_DIGITS = re.compile("[\\s().\u2010-\u2015\u2212-]")
_FROM_ABROAD = re.compile(r"(?:\+|00|001)?66(?:0)?(?=[2-9][0-9]{7,8}\Z)")
# The plan of numbers since 2006: nine digits of a place, ten of a mobile; hotlines; free calls.
_NUMBER = re.compile(r"0(?:[2-57][0-9]{7}|[689][0-9]{8})|1[0-9]{3}|1800[0-9]{6}")


def read_phone(text: str) -> str:
    """Read one Thai telephone number, however it is grouped: `021234567` or `021234567 ต่อ 12`.

    Raises Unread.
    """
    if len(text) <= PHONE_MAX:
        typed = arabic_digits(without_invisible(text)).strip()
        found = _EXTENSION.fullmatch(typed)
        number = _FROM_ABROAD.sub("0", _BETWEEN_DIGITS.sub("", found["number"] if found else typed))
        if _NUMBER.fullmatch(number):
            return f"{number} ต่อ {found['extension']}" if found else number
    raise Unread(
        "wrong_format",
        "ต้องเป็นหมายเลขโทรศัพท์ไทยหมายเลขเดียว เช่น 02-123-4567 ต่อ 12 หรือ 081-234-5678",
        "It must be one Thai telephone number, for example 02-123-4567 ext. 12 or 081-234-5678.",
    )


# -- codes and usernames --------------------------------------------------------------------

_BETWEEN_GROUPS = re.compile("[\\s\u2010-\u2015\u2212-]")


def read_code(text: str) -> str:
    """Return a code in its one spelling, however it was grouped and on whatever keyboard typed:
    Arabic digits, capitals, no spaces or dashes. Whether it is one, whoever keeps codes knows.
    """
    return _BETWEEN_GROUPS.sub("", arabic_digits(without_invisible(text))).upper()


def read_username(text: str) -> str:
    """Return a typed username as usernames are: without capitals, spaces around or what a copy
    brings along unseen; digits are Arabic.
    """
    return arabic_digits(without_invisible(text)).strip().lower()


# -- addresses ------------------------------------------------------------------------------

_URL = validate.URL(schemes={"http", "https"})
_ADDRESS = re.compile(r"(https?://[^\s/?#]+)(.*)", re.IGNORECASE)
_ANOTHER = re.compile(r"\s(?:https?://|www\.)", re.IGNORECASE)
_HOST_FIRST = re.compile(r"[^\s/:@]+\.[^\s/:@.]{2,}(?:[/?#:]|\Z)")
_BROKEN_LINE = re.compile(r"[\r\n\t]+")
_LOCAL_PART = re.compile(r"(?!\.)(?:[^\s@<>()\[\]:;,\\\".]|\.(?![.@]|\Z)){1,64}")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])")


def read_web_address(text: str) -> str:
    """Read one http or https address, as a browser takes it: spaces in its path become %20.

    Raises Unread, which names the cause.
    """
    typed = _BROKEN_LINE.sub("", without_invisible(text).strip())
    if _ANOTHER.search(typed):
        raise Unread("wrong_format", "ใส่ได้ครั้งละหนึ่งที่อยู่เว็บ", "Give one web address only.")
    if found := _ADDRESS.fullmatch(typed[:URL_MAX]):
        address = found[1] + re.sub(r"\s", "%20", found[2])
        try:
            return str(_URL(address))
        except ValidationError:
            pass
    elif _HOST_FIRST.match(typed):
        raise Unread(
            "wrong_format",
            f"ต้องขึ้นต้นด้วย http:// หรือ https:// หมายถึง https://{typed[:100]} หรือไม่",
            f"It must begin with http:// or https://; do you mean https://{typed[:100]}?",
        )
    raise Unread(
        "wrong_format",
        "ต้องเป็นที่อยู่เว็บที่ขึ้นต้นด้วย http:// หรือ https:// เช่น https://example.go.th/1",
        "It must be a web address with http:// or https://, for example https://example.go.th/1.",
    )


def read_email(text: str) -> str:
    """Read one e-mail address; its name and its domain may be Thai. Raises Unread."""
    typed = without_invisible(text).strip()
    local, _, domain = typed.rpartition("@")
    if len(typed) <= EMAIL_MAX and _LOCAL_PART.fullmatch(local) and _is_domain(domain):
        return typed
    thai, english = "", ""
    if re.search(r"\s", typed):
        thai, english = " ไม่มีเว้นวรรค", ", without a space"
    raise Unread(
        "wrong_format",
        f"ต้องเป็นที่อยู่อีเมลเดียว{thai} เช่น name@example.go.th",
        f"It must be one e-mail address{english}, for example name@example.go.th.",
    )


def _is_domain(domain: str) -> bool:
    try:
        return _DOMAIN.fullmatch(domain.encode("idna").decode().lower()) is not None
    except UnicodeError:
        return False
