"""Tells whether a number in a cell is a day by its number format, as Thai programs write it too."""

from __future__ import annotations

import re

# Formats that a file names by number alone: of every language, of East Asia, and of Thailand.
_DAYS = {*range(14, 18), 22, *range(27, 37), *range(50, 59), *range(71, 75), 77, 81}
_TIMES = {*range(18, 22), *range(45, 48), 75, 76, 78, 79, 80}
NUMBERED_DATES = frozenset(_DAYS | _TIMES)

# Words in quotes or behind a backslash, fillers, and colours, languages and calendars in brackets;
# elapsed hours, minutes and seconds are in brackets too and stay.
_ASIDE = re.compile(r'"[^"]*"|\\.|[_*].|\[(?!(?:h+|m+|s+)\])[^\]]*\]', re.IGNORECASE)
_FRACTIONS = re.compile(r"(?<=s)[.,]0+", re.IGNORECASE)
_IS_A_NUMBER = re.compile(r"[0#?]|general|standard", re.IGNORECASE)
_IS_A_DATE = re.compile(r"[dmybhs]", re.IGNORECASE)  # b: the year of the Buddhist Era


def is_date_format(code: str) -> bool:
    """Whether a format of one's own shows a number as a day or a time.

    As `dd/mm/bbbb`, `[$-107041E]d mmm yyyy;@`, `[$-D00041E]d ดดด ปปปป` or `ddd` do.
    """
    first = _FRACTIONS.sub("", _ASIDE.sub("", code).partition(";")[0])
    if _IS_A_NUMBER.search(first):
        return False
    return bool(_IS_A_DATE.search(first)) or bool(_THAI_LETTERS.search(first))


# As the Thai edition of Excel shows day, month, year and hour in its own dialogue.
_THAI_LETTERS = re.compile("[วดปช]")
