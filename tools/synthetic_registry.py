"""Writes a national registry of invented LAOs in the DLA's own CSV shape, every name marked.

For machines without the real file: the same grammar of codes, the real provinces, 878 districts
and the 2566 count of each type; or a country so many times as large, to see what growth costs.
The same arguments always give the same bytes.
"""

import argparse
import csv
from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path
from typing import NamedTuple

from contracts.reference.lao_types import LaoType
from contracts.reference.provinces import PROVINCES
from services.accounts.registry.file import CODE, COLUMNS, DISTRICT, NAME, PROVINCE, TYPE

MARKER = "SYNTHETIC"
COUNTS = {
    LaoType.PAO: 76,
    LaoType.CITY: 30,
    LaoType.TOWN: 195,
    LaoType.SUBDISTRICT: 2_247,
    LaoType.SAO: 5_300,
    LaoType.SPECIAL: 1,
}
DISTRICTS = 878

_BANGKOK = "10"
_SPECIAL_CODE = "3200408"
_FIRST_DIGITS = {
    LaoType.PAO: "2",
    LaoType.CITY: "3",
    LaoType.TOWN: "4",
    LaoType.SUBDISTRICT: "5",
    LaoType.SAO: "6",
    LaoType.SPECIAL: "3",
}


class _Seat(NamedTuple):
    """One place for an LAO; in this order of fields they fill evenly over the country."""

    number: int
    district: int
    province: str

    @property
    def district_code(self) -> str:
        return f"{self.province}{self.district:02}"

    @property
    def code(self) -> str:
        """The six digits that every type of LAO shares."""
        return f"{self.district_code}{self.number:02}"


def synthetic_rows(provinces: int = 76, times: int = 1) -> Iterator[dict[str, str]]:
    """Yield one row per LAO of the first so many provinces by code, in order of code.

    `times` (1 to 10) multiplies the LAOs of each district; a code has two digits for them.
    """
    with_lao = [province for province in PROVINCES if province.code != _BANGKOK]
    names = {province.code: province.name_th for province in with_lao[:provinces]}
    seats = _seats([province.code for province in with_lao], sum(COUNTS.values()) * times)
    for seat, lao_type in sorted(_types(seats, times), key=_by_code):
        if seat.province in names:
            yield {
                PROVINCE: names[seat.province],
                DISTRICT: f"{MARKER} {seat.district_code}",
                CODE: _FIRST_DIGITS[lao_type] + seat.code,
                TYPE: lao_type.label,
                NAME: f"{MARKER} {seat.code}",
            }


def write_synthetic_registry(path: Path, provinces: int = 76, times: int = 1) -> int:
    """Write the file and return how many LAOs are in it."""
    rows = list(synthetic_rows(provinces, times))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def _seats(province_codes: list[str], count: int) -> list[_Seat]:
    """Spread the districts over the provinces, and the LAOs over the districts."""
    districts = sorted(
        (number // len(province_codes) + 1, province_codes[number % len(province_codes)])
        for number in range(DISTRICTS)
    )
    return [
        _Seat(number // DISTRICTS + 1, *districts[number % DISTRICTS]) for number in range(count)
    ]


def _types(seats: list[_Seat], times: int) -> Iterator[tuple[_Seat, LaoType]]:
    """Give each province its PAO and Pattaya its code; deal out the other types in turn, and of
    the last, the most numerous, as many as are left.
    """
    dealt = chain(
        *(
            repeat(lao_type, COUNTS[lao_type] * times)
            for lao_type in (LaoType.CITY, LaoType.TOWN, LaoType.SUBDISTRICT)
        ),
        repeat(LaoType.SAO),
    )
    for seat in seats:
        if seat.code.endswith("0101"):
            yield seat, LaoType.PAO
        elif seat.code == _SPECIAL_CODE[1:]:
            yield seat, LaoType.SPECIAL
        else:
            yield seat, next(dealt)


def _by_code(seated: tuple[_Seat, LaoType]) -> str:
    return seated[0].code


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("path", type=Path)
    parser.add_argument("--provinces", type=int, default=76, choices=range(1, 77), metavar="1..76")
    arguments = parser.parse_args()
    count = write_synthetic_registry(arguments.path, arguments.provinces)
    print(f"{arguments.path}: {count} {MARKER} LAOs")


if __name__ == "__main__":
    main()
