"""The registry file as rows: header, encoding, quoting, and every way it can be unreadable."""

import csv
import io
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from collections.abc import Iterator
from itertools import chain

from contracts.reference.thai_text import normalise

PROVINCE = "จังหวัด"
DISTRICT = "อำเภอ"
TAMBON = "ตำบล"
CODE = "รหัส อปท."
TYPE = "ประเภท อปท."
NAME = "อปท."
ADDRESS = "ที่ตั้งสำนักงานเลขที่"
MOO = "หมู่ที่"
POSTCODE = "รหัสไปรษณีย์"
AREA = "ขนาดพื้นที่"
LATITUDE = "LAT"
LONGITUDE = "LONG"
WEBSITE = "เว็ปไซต์ของอปท"  # spelled as the DLA spells it

COLUMNS = (
    PROVINCE,
    DISTRICT,
    TAMBON,
    CODE,
    TYPE,
    NAME,
    ADDRESS,
    MOO,
    POSTCODE,
    AREA,
    LATITUDE,
    LONGITUDE,
    WEBSITE,
)

SEPARATORS = ",;\t"  # what spreadsheet programs put between cells; the header tells which

_SEPARATOR_TOLD = re.compile(r'"?sep=([^"\r\n])"?', re.IGNORECASE)  # Excel's own first line
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")

# Twice and more of what the DLA publishes: 82,641 rows, of 13 short cells each.
MOST_BYTES = 32 << 20
MOST_ROWS = 200_000
MOST_COLUMNS = 100
MOST_CELL = 10_000
MOST_LINE_BYTES = 64 << 10
MOST_LINES_OF_A_ROW = 100

Source = bytes | str

_MESSAGES = {
    "empty": "ไฟล์ว่างหรือมีแต่หัวตาราง กรุณาเลือกไฟล์ทะเบียน อปท. ที่มีข้อมูล",
    "not_utf8": "ข้อความไม่ใช่ UTF-8 กรุณาบันทึกไฟล์ใหม่เป็นชนิด CSV UTF-8",
    "missing_columns": "หัวตารางขาดคอลัมน์ {detail} กรุณาใช้หัวตารางตามไฟล์ของ สถ.",
    "unexpected_columns": "หัวตารางมีคอลัมน์ซ้ำหรือไม่รู้จัก {detail} กรุณาใช้หัวตารางตามไฟล์ของ สถ.",
    "unnamed_column": "คอลัมน์ที่ {detail} มีข้อมูลแต่ไม่มีชื่อในหัวตาราง กรุณาลบคอลัมน์นั้นหรือใส่ชื่อ",
    "is_a_workbook": "ไฟล์นี้เป็นสมุดงาน Excel กรุณาเปิดแล้วบันทึกเป็นชนิด CSV UTF-8",
    "too_large": "ไฟล์ใหญ่เกินทะเบียน อปท. กรุณาตรวจว่าเลือกไฟล์ถูก",
    "too_many_rows": "มีแถวเกิน {detail} แถว กรุณาตรวจว่าเลือกไฟล์ถูก",
    "too_many_columns": "บรรทัดที่ {line} มี {detail} คอลัมน์ กรุณาตรวจตัวคั่นและเครื่องหมายคำพูด",
    "cell_too_long": "คอลัมน์ที่ {detail} ของบรรทัดที่ {line} ยาวผิดปกติ กรุณาตรวจเครื่องหมายคำพูด",
    "line_too_long": "บรรทัดที่ {line} ยาวผิดปกติ กรุณาตรวจว่าเลือกไฟล์ถูก",
    "broken_quoting": "เครื่องหมายคำพูดหรือการขึ้นบรรทัดเสียหาย กรุณาแก้ตั้งแต่บรรทัดที่ {line}",
}


class RegistryUnreadable(ValueError):
    """The file cannot be read as a registry at all; nothing of it was taken."""

    def __init__(self, reason: str, *, line: int, detail: str = "") -> None:
        self.reason = reason
        self.line = line
        self.detail = detail
        self.message_th = _MESSAGES[reason].format(line=line, detail=detail)
        super().__init__(f"line {line}: {reason} {detail}".rstrip())


def read_rows(source: Source) -> Iterator[tuple[int, list[str]]]:
    """Yield every row that is not blank with its line, its cells in the order of COLUMNS.

    The line is the one a text editor shows, and where a row spans several, its first.
    A row of the wrong width comes as it is; columns without a name and without content are passed
    over. UTF-8, UTF-16 with its mark and Windows-874 are read, and any separator that the first
    line names. Raises RegistryUnreadable, also for what is larger than any registry.
    """
    records = _records(_lines(source))
    line, header = next(records, (1, []))
    places = _places(line, header)
    nameless = [place for place, name in enumerate(header) if not normalise(name)]
    named = set(places)
    line = 0
    for number, (line, cells) in enumerate(records):
        if number == MOST_ROWS:
            raise RegistryUnreadable("too_many_rows", line=line, detail=str(MOST_ROWS))
        for place in nameless:
            if place < len(cells) and cells[place].strip():
                raise RegistryUnreadable("unnamed_column", line=line, detail=str(place + 1))
        left = [cell for place, cell in enumerate(cells) if place in named]
        is_whole = len(left) == len(COLUMNS) and not "".join(cells[len(header) :]).strip()
        yield line, [cells[place] for place in places] if is_whole else cells
    if line == 0:
        raise RegistryUnreadable("empty", line=1)


def _lines(source: Source) -> Iterator[str]:
    octets, encoding = _octets(source)
    for number, line in enumerate(io.BytesIO(octets), start=1):
        if len(line) > MOST_LINE_BYTES:
            raise RegistryUnreadable("line_too_long", line=number)
        try:
            text = line.decode(encoding)
        except UnicodeDecodeError as error:
            raise RegistryUnreadable("not_utf8", line=number) from error
        if number == 1 and "\0" in text:  # UTF-16 that does not say so
            raise RegistryUnreadable("not_utf8", line=1)
        yield text.removeprefix("\ufeff") if number == 1 else text


def _octets(source: Source) -> tuple[bytes, str]:
    """Return a file with a line end after each line, and what it is encoded in."""
    octets = source.encode(errors="surrogatepass") if isinstance(source, str) else source
    if len(octets) > MOST_BYTES:
        raise RegistryUnreadable("too_large", line=1)
    if octets.startswith(_WORKBOOKS):
        raise RegistryUnreadable("is_a_workbook", line=1)
    if octets.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        try:
            octets = octets.decode("utf-16").encode()
        except UnicodeDecodeError as error:
            raise RegistryUnreadable("not_utf8", line=1) from error
    # No text in UTF-8 has these bytes.
    is_ansi = PROVINCE.encode("cp874") in octets[:MOST_LINE_BYTES]
    if b"\n" not in octets:
        octets = octets.replace(b"\r", b"\n")
    return octets, "cp874" if is_ansi else "utf-8"


def _records(lines: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
    before, first = 0, next(lines, "")
    told = _SEPARATOR_TOLD.fullmatch(first.rstrip("\r\n"))
    if told:
        before, first = 1, next(lines, "")
    separator = told[1] if told else max(SEPARATORS, key=first.count)
    row = _RowOfLines(chain([first], lines))
    reader = csv.reader(row, delimiter=separator, strict=True)
    while True:
        line = before + reader.line_num + 1
        row.begin(line)
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise RegistryUnreadable("broken_quoting", line=line) from error
        if any(cells):
            _require_bounded(line, cells)
            yield line, cells


class _RowOfLines:
    """Gives the lines of one row after the other; a quote that nobody closes ends it."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.begin(1)

    def begin(self, line: int) -> None:
        self._line, self._left = line, MOST_LINES_OF_A_ROW

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if not self._left:
            raise RegistryUnreadable("broken_quoting", line=self._line)
        self._left -= 1
        return next(self._lines)


def _require_bounded(line: int, cells: list[str]) -> None:
    if len(cells) > MOST_COLUMNS:
        raise RegistryUnreadable("too_many_columns", line=line, detail=str(len(cells)))
    for place, cell in enumerate(cells, start=1):
        if len(cell) > MOST_CELL:
            raise RegistryUnreadable("cell_too_long", line=line, detail=str(place))


def _places(line: int, header: list[str]) -> list[int]:
    """Return where each of COLUMNS stands in the header."""
    names = [normalise(name) for name in header]
    if not names:
        raise RegistryUnreadable("empty", line=line)
    if missing := [column for column in COLUMNS if column not in names]:
        raise RegistryUnreadable("missing_columns", line=line, detail=", ".join(missing))
    if unexpected := Counter(filter(None, names)) - Counter(COLUMNS):
        raise RegistryUnreadable("unexpected_columns", line=line, detail=", ".join(unexpected))
    return [names.index(column) for column in COLUMNS]
