"""The 77 provinces: their two-digit codes as DOPA numbers them, their names and regions."""

import csv
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Province:
    code: str
    name_th: str
    name_en: str
    region: str


def get_province(code: str) -> Province:
    """Return the province of a two-digit code. Raises KeyError."""
    return _BY_CODE[code]


def find_province(code: str) -> Province | None:
    return _BY_CODE.get(code)


def find_province_by_name(name_th: str) -> Province | None:
    return _BY_NAME.get(name_th)


def _load() -> tuple[Province, ...]:
    with Path(__file__).with_name("provinces.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(
            Province(row["province_code"], row["name_th"], row["name_en"], row["region_th"])
            for row in csv.DictReader(lines)
        )


PROVINCES = _load()
REGIONS = tuple(dict.fromkeys(province.region for province in PROVINCES))
_BY_CODE = {province.code: province for province in PROVINCES}
_BY_NAME = {province.name_th: province for province in PROVINCES}
