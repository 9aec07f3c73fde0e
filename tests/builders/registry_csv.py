"""Registry files as the DLA writes them: a good row, a whole file, the published shape."""

import csv
import io

from services.accounts.registry.read import COLUMNS, Finding

HEADER = ",".join(COLUMNS)
KHLONG_THOM = "กระบี่,คลองท่อม,คลองท่อมใต้,5810401,เทศบาลตำบล,คลองท่อมใต้,-,2,81120,2.7,7.95,99.15,"


def file_of(*lines: str, header: str = HEADER) -> bytes:
    return "\n".join(["\ufeff" + header, *lines, ""]).encode()


def a_row(**changes: str) -> str:
    """Return one good row, with the named cells changed."""
    cells = {
        "province": "กระบี่",
        "district": "คลองท่อม",
        "tambon": "เพหลา",
        "code": "6810409",
        "label": "อบต.",
        "name": "เพหลา",
        "address": "214",
        "moo": "3",
        "postcode": "81120",
        "area": "72.5",
        "latitude": "8.08",
        "longitude": "99.14",
        "website": "www.phela.example",
    }
    assert changes.keys() <= cells.keys()
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow((cells | changes).values())
    return line.getvalue().removesuffix("\n")


def places(findings: tuple[Finding, ...]) -> list[tuple[int, str, str]]:
    return [(finding.line, finding.column, finding.reason) for finding in findings]


def as_published(national: bytes, rows: int = 82_641) -> bytes:
    """Return the file as the DLA publishes it: each LAO once for every tambon of its district."""
    header, *laos = national.decode().splitlines()
    lines = [header]
    for number in range(rows):
        province, district, _, rest = laos[number * len(laos) // rows].split(",", 3)
        lines.append(f"{province},{district},ตำบลที่ {number},{rest}")
    return "\r\n".join([*lines, ""]).encode()
