"""The optional values of a registry row: what each may look like, and why one is left empty."""

import re
from collections.abc import Callable
from typing import Any

from contracts.reference.calendar import arabic_digits
from services.accounts.registry.file import (
    ADDRESS,
    AREA,
    LATITUDE,
    LONGITUDE,
    MOO,
    POSTCODE,
    WEBSITE,
)

# A tenth of a square kilometre is smaller than any LAO; no province reaches 23,000.
_AREA_KM2 = (0.1, 23_000.0)
_LATITUDES = (5.6, 20.5)
_LONGITUDES = (97.3, 105.7)

_TURNED_INTO_DATE = re.compile(
    r"[0-9]{1,4}[ -]?(?:[ก-์]{1,2}\.[คพย]\.|[A-Za-z]{3})(?:[ -]?[0-9]{2,4})?"
    r"|(?:[ก-์]{1,2}\.[คพย]\.|[A-Za-z]{3})-[0-9]{1,4}"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}.*"
    r"|[0-9]{1,2}/[0-9]{1,2}/(?:19|20|24|25)[0-9]{2}"
)
_POSTCODE = re.compile(r"[1-9][0-9]{4}")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_WEBSITE = re.compile(
    r"(?:https?://)?(?:[a-z0-9ก-๛-]+\.)+[a-zก-๛]{2,}(?::[0-9]{1,5})?(?:[/?#][^\s\ufffd]*)?",
    re.IGNORECASE,
)


class Unusable(ValueError):
    """The value cannot be right; ``reason`` is why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def _house_number(text: str) -> str:
    number = arabic_digits(text)
    if _TURNED_INTO_DATE.fullmatch(number):
        raise Unusable("turned_into_date")
    if not number.isprintable() or "\ufffd" in number:
        raise Unusable("damaged_text")
    return number


def _postcode(text: str) -> str:
    postcode = arabic_digits(text)
    if not _POSTCODE.fullmatch(postcode):
        raise Unusable("bad_postcode")
    return postcode


def _number_within(limits: tuple[float, float]) -> Callable[[str], float]:
    least, most = limits

    def number(text: str) -> float:
        digits = arabic_digits(text)
        if not _NUMBER.fullmatch(digits):
            raise Unusable("not_a_number")
        if not least <= float(digits) <= most:
            raise Unusable("out_of_range")
        return float(digits)

    return number


def _website(text: str) -> str:
    if not _WEBSITE.fullmatch(text):
        raise Unusable("bad_website")
    return text


# Each reader takes a cell that is not empty, and returns its value or raises Unusable.
READERS: dict[str, Callable[[str], Any]] = {
    ADDRESS: _house_number,
    MOO: _house_number,
    POSTCODE: _postcode,
    AREA: _number_within(_AREA_KM2),
    LATITUDE: _number_within(_LATITUDES),
    LONGITUDE: _number_within(_LONGITUDES),
    WEBSITE: _website,
}
