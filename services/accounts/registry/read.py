"""Reads the registry of LAOs as the DLA publishes it: CSV in; LAOs, refusals and dirt out.

Pure: it stores nothing and guesses nothing. A row that cannot be right is refused, a value that
cannot be right is left empty, and both are named by line.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from contracts.reference.calendar import arabic_digits
from contracts.reference.lao_types import LaoType
from contracts.reference.provinces import find_province_by_name
from contracts.reference.thai_text import normalise
from services.accounts.registry.districts import Area, settle_district_codes
from services.accounts.registry.file import (
    ADDRESS,
    AREA,
    CODE,
    COLUMNS,
    DISTRICT,
    LATITUDE,
    LONGITUDE,
    MOO,
    NAME,
    POSTCODE,
    PROVINCE,
    TYPE,
    WEBSITE,
    RegistryUnreadable,
    Source,
    read_rows,
)
from services.accounts.registry.values import READERS, Unusable

__all__ = ["COLUMNS", "Finding", "RegisteredLao", "Registry", "RegistryUnreadable", "read_registry"]

_MESSAGES = {
    # why a row is refused
    "wrong_column_count": (
        "แถวนี้มี {found} คอลัมน์ ต้องมี {expected} กรุณาตรวจเครื่องหมายจุลภาคในแถว",
        "This row has {found} columns and must have {expected}. Look at the commas in it.",
    ),
    "missing": ("ไม่ได้กรอก{column} กรุณากรอก", "{column} is empty. Fill it in."),
    "damaged_text": (
        "มีอักขระเสียหายใน{column} กรุณาพิมพ์ใหม่",
        "Characters in {column} are damaged. Type it again.",
    ),
    "bad_code": (
        "รหัส อปท. ต้องเป็นเลข 7 หลัก ขึ้นต้นด้วย 2 ถึง 6 กรุณาแก้รหัส",
        "An LAO's code has 7 digits and begins with 2 to 6. Mend the code.",
    ),
    "unknown_province": (
        "ไม่มีจังหวัดชื่อนี้ กรุณาแก้ชื่อจังหวัด",
        "There is no province of this name. Mend the name.",
    ),
    "province_code_differs": (
        "หลักที่ 2-3 ของรหัสต้องเป็น {expected} ตามจังหวัดที่ระบุ กรุณาแก้รหัสหรือจังหวัด",
        "Digits 2 and 3 of the code must be {expected}, as the province says. Mend one of the two.",
    ),
    "unknown_type": (
        "ไม่มี อปท. ประเภทนี้ กรุณาใช้คำตามไฟล์ของ สถ. เช่น อบต. หรือ เทศบาลตำบล",
        "There is no such type of LAO. Use the DLA's own word, for example อบต. or เทศบาลตำบล.",
    ),
    "conflicting": (
        "{column}ไม่ตรงกับบรรทัดที่ {first_line} ซึ่งใช้รหัสลำดับเดียวกันและรับไว้แล้ว กรุณาตรวจว่าแถวใดถูก",
        "{column} is not as in line {first_line}, which has the same code and was taken. "
        "Find out which row is right.",
    ),
    "district_code_tied": (
        "อปท. ในอำเภอนี้ใช้รหัสอำเภอ {codes} เป็นจำนวนเท่ากัน จึงไม่รู้ว่ารหัสใดถูก กรุณาตรวจรหัสและชื่ออำเภอ",
        "As many LAOs of this district use each of the district codes {codes}, so which is right "
        "is not known. Look at the codes and the district's name.",
    ),
    "district_code_taken": (
        "รหัสอำเภอ {code} เป็นของอำเภอ{others}ด้วย กรุณาตรวจรหัสและชื่ออำเภอ",
        "The district code {code} is also that of อำเภอ{others}. Look at the codes and the "
        "district's name.",
    ),
    # why a value is left empty though its row stands
    "turned_into_date": (
        "โปรแกรมตารางเปลี่ยนเลขที่เป็นวันที่ กรุณากรอกเลขที่เดิมเป็นข้อความ",
        "A spreadsheet turned the number into a date. Enter the number it was, as text.",
    ),
    "bad_postcode": (
        "รหัสไปรษณีย์ต้องเป็นเลข 5 หลัก กรุณากรอกใหม่",
        "A postcode has 5 digits. Enter it again.",
    ),
    "not_a_number": ("ต้องเป็นตัวเลข กรุณากรอกใหม่", "It must be a number. Enter it again."),
    "out_of_range": (
        "ค่านี้เป็นไปไม่ได้ในประเทศไทย กรุณาตรวจหน่วยแล้วกรอกใหม่",
        "This cannot be in Thailand. Look at the unit and enter it again.",
    ),
    "half_a_coordinate": (
        "มีพิกัดที่ใช้ได้เพียงค่าเดียว กรุณากรอกทั้ง LAT และ LONG",
        "Only one half of the coordinate can be used. Enter both LAT and LONG.",
    ),
    "bad_website": (
        "ที่อยู่เว็บไซต์ผิดรูปแบบ กรุณากรอกใหม่ เช่น https://www.example.go.th",
        "This is no web address. Enter it again, for example https://www.example.go.th.",
    ),
    "values_disagree": (
        "แถวของ อปท. นี้ให้ค่าไม่ตรงกัน กรุณากรอกค่าเดียวกันทุกแถว",
        "The rows of this LAO disagree. Enter the same value in all of them.",
    ),
    # what is kept and yet wants a look
    "district_code_differs": (
        "หลักที่ 2-5 ของรหัสไม่ใช่ {expected} ของอำเภอที่ระบุ ระบบจัดไว้ในอำเภอที่ระบุ กรุณายืนยัน",
        "Digits 2 to 5 of the code are not {expected}, those of the district that is named. It was "
        "put into the district that is named; confirm it.",
    ),
}

_CODE = re.compile(r"[2-6][0-9]{6}")
_VALUE_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong at one place: where, a reason for machines, and what to do about it."""

    line: int
    column: str
    reason: str
    message_th: str
    message: str
    value: str


@dataclass(frozen=True, slots=True)
class RegisteredLao:
    """One LAO as the file has it. A detail is None where the file has nothing usable."""

    code: str
    type: LaoType
    name: str
    province_code: str
    district: str
    district_code: str
    address_no: str | None
    moo: str | None
    postcode: str | None
    area_km2: float | None
    latitude: float | None
    longitude: float | None
    website: str | None


@dataclass(frozen=True, slots=True)
class Registry:
    """``dirt`` is on organisations that were taken, ``rejected`` on rows that were not."""

    organisations: tuple[RegisteredLao, ...]
    rejected: tuple[Finding, ...]
    dirt: tuple[Finding, ...]
    rows: int


def read_registry(source: Source) -> Registry:
    """Read a file's bytes or text, with one row per LAO or one per LAO and tambon.

    Every row is merged into an organisation or named in ``rejected``; an LAO refused for its
    district is named once, at its first row. Of two rows that conflict the first stands; the
    order of rows matters for nothing else. Raises RegistryUnreadable.
    """
    reading = _Reading()
    for line, cells in read_rows(source):
        reading.take(line, cells)
    return reading.finish()


@dataclass(frozen=True, slots=True)
class _Identity:
    """What all rows of one LAO must agree on."""

    code: str
    type: LaoType
    name: str
    province_code: str
    district: str

    @property
    def area(self) -> Area:
        return self.province_code, self.district

    @property
    def coded_district(self) -> str:
        return self.code[1:5]


@dataclass(slots=True)
class _Candidate:
    """An LAO being read: per detail column each distinct value with the place it was first seen."""

    line: int
    identity: _Identity
    values: dict[str, dict[Any, tuple[int, str]]] = field(default_factory=lambda: defaultdict(dict))
    dirt: dict[tuple[str, str], Finding] = field(default_factory=dict)

    def take_details(self, line: int, cells: list[str]) -> None:
        by_column = dict(zip(COLUMNS, cells, strict=True))
        for column, read in READERS.items():
            text = _filled(by_column[column])
            if not text:
                continue
            try:
                self.values[column].setdefault(read(text), (line, text))
            except Unusable as unusable:
                self._note(line, column, unusable.reason, text)

    def settle(self, district_code: str) -> RegisteredLao:
        """Return the LAO with every detail its rows agree on, noting the rest as dirt."""
        details = {column: self._agreed(column) for column in READERS}
        for given, lacking in ((LATITUDE, LONGITUDE), (LONGITUDE, LATITUDE)):
            if details[given] is not None and details[lacking] is None:
                (place,) = self.values[given].values()
                self._note(place[0], given, "half_a_coordinate", place[1])
                details[given] = None
        identity = self.identity
        if identity.coded_district != district_code:
            self._note(
                self.line, CODE, "district_code_differs", identity.code, expected=district_code
            )
        return RegisteredLao(
            code=identity.code,
            type=identity.type,
            name=identity.name,
            province_code=identity.province_code,
            district=identity.district,
            district_code=district_code,
            address_no=details[ADDRESS],
            moo=details[MOO],
            postcode=details[POSTCODE],
            area_km2=details[AREA],
            latitude=details[LATITUDE],
            longitude=details[LONGITUDE],
            website=details[WEBSITE],
        )

    def _agreed(self, column: str) -> Any:
        values = self.values[column]
        for line, text in list(values.values())[1:]:
            self._note(line, column, "values_disagree", text)
        return next(iter(values)) if len(values) == 1 else None

    def _note(self, line: int, column: str, reason: str, value: str, **facts: str) -> None:
        finding = _finding(line, column, reason, value, **facts)
        self.dirt.setdefault((column, value), finding)


class _Reading:
    def __init__(self) -> None:
        self._rows = 0
        self._repeated: set[tuple[str, ...]] = set()
        self._candidates: dict[str, _Candidate] = {}
        self._rejected: list[Finding] = []

    def take(self, line: int, cells: list[str]) -> None:
        self._rows += 1
        # In the published shape most rows repeat an earlier one in all but the tambon.
        fingerprint = (*cells[:2], *cells[3:])
        if fingerprint in self._repeated:
            return
        identity, faults = _identify(line, cells)
        if identity is None:
            self._rejected.extend(faults)
            return
        # The first digit changes when an LAO is upgraded; the six after it are its own for good.
        candidate = self._candidates.setdefault(identity.code[1:], _Candidate(line, identity))
        if candidate.identity != identity:
            self._rejected.append(_conflict(line, identity, candidate))
            return
        candidate.take_details(line, cells)
        self._repeated.add(fingerprint)

    def finish(self) -> Registry:
        identities = [candidate.identity for candidate in self._candidates.values()]
        codes, doubts = settle_district_codes((lao.area, lao.coded_district) for lao in identities)
        taken = []
        dirt: list[Finding] = []
        for candidate in self._candidates.values():
            area = candidate.identity.area
            if area in codes:
                taken.append(candidate.settle(codes[area]))
                dirt.extend(candidate.dirt.values())
            else:
                reason, facts = doubts[area]
                self._rejected.append(_finding(candidate.line, DISTRICT, reason, area[1], **facts))
        return Registry(
            organisations=tuple(taken),
            rejected=tuple(sorted(self._rejected, key=_by_line)),
            dirt=tuple(sorted(dirt, key=_by_line)),
            rows=self._rows,
        )


def _identify(line: int, cells: list[str]) -> tuple[_Identity | None, list[Finding]]:
    """Return who the row is about, or everything that keeps it from saying so."""
    if len(cells) != len(COLUMNS):
        found, expected = str(len(cells)), str(len(COLUMNS))
        finding = _finding(line, "", "wrong_column_count", found, found=found, expected=expected)
        return None, [finding]
    province_name, district, _, code, label, name = (_filled(cell) for cell in cells[:6])
    code = arabic_digits(code)
    province = find_province_by_name(province_name)
    lao_type = LaoType.labelled(label)
    checks = (
        (PROVINCE, province_name, None if province else "unknown_province"),
        (DISTRICT, district, None),
        (CODE, code, None if _CODE.fullmatch(code) else "bad_code"),
        (TYPE, label, None if lao_type else "unknown_type"),
        (NAME, name, None),
    )
    faults = [
        _finding(line, column, reason, text)
        for column, text, unknown in checks
        if (reason := _illegible(text) or unknown)
    ]
    if faults or province is None or lao_type is None:
        return None, faults
    if code[1:3] != province.code:
        return None, [_finding(line, CODE, "province_code_differs", code, expected=province.code)]
    return _Identity(code, lao_type, name, province.code, district), []


def _illegible(text: str) -> str | None:
    if not text:
        return "missing"
    return None if text.isprintable() and "\ufffd" not in text else "damaged_text"


def _conflict(line: int, identity: _Identity, first: _Candidate) -> Finding:
    of_columns = (
        (CODE, identity.code, first.identity.code),
        (TYPE, identity.type.label, first.identity.type.label),
        (NAME, identity.name, first.identity.name),
        (PROVINCE, identity.province_code, first.identity.province_code),
        (DISTRICT, identity.district, first.identity.district),
    )
    column, value = next((name, here) for name, here, there in of_columns if here != there)
    return _finding(line, column, "conflicting", value, first_line=str(first.line))


def _filled(cell: str) -> str:
    text = normalise(cell) if cell else ""
    return "" if text == "-" else text


def _finding(line: int, column: str, reason: str, value: str, /, **facts: str) -> Finding:
    thai, english = (words.format(column=column, **facts) for words in _MESSAGES[reason])
    return Finding(line, column, reason, thai, english, value[:_VALUE_SHOWN])


def _by_line(finding: Finding) -> int:
    return finding.line
