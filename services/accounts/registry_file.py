"""The registry file as rows: header, encoding, quoting, and every way it can be unreadable."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
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

Source = bytes | str | Iterable[bytes]

_MESSAGES = {
    "empty": "ไฟล์ว่างหรือมีแต่หัวตาราง กรุณาเลือกไฟล์ทะเบียน อปท. ที่มีข้อมูล",
    "not_utf8": "ข้อความไม่ใช่ UTF-8 กรุณาบันทึกไฟล์ใหม่เป็นชนิด CSV UTF-8",
    "missing_columns": "หัวตารางขาดคอลัมน์ {detail} กรุณาใช้หัวตารางตามไฟล์ของ สถ.",
    "unexpected_columns": "หัวตารางมีคอลัมน์ซ้ำหรือไม่รู้จัก {detail} กรุณาใช้หัวตารางตามไฟล์ของ สถ.",
    "unnamed_column": "คอลัมน์ที่ {detail} มีข้อมูลแต่ไม่มีชื่อในหัวตาราง กรุณาลบคอลัมน์นั้นหรือใส่ชื่อ",
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
    over. Raises RegistryUnreadable.
    """
    records = _records(_lines(source))
    line, header = next(records, (1, []))
    places = _places(line, header)
    nameless = [place for place, name in enumerate(header) if not normalise(name)]
    named = set(places)
    line = 0
    for line, cells in records:
        for place in nameless:
            if place < len(cells) and cells[place].strip():
                raise RegistryUnreadable("unnamed_column", line=line, detail=str(place + 1))
        left = [cell for place, cell in enumerate(cells) if place in named]
        is_whole = len(left) == len(COLUMNS) and not "".join(cells[len(header) :]).strip()
        yield line, [cells[place] for place in places] if is_whole else cells
    if line == 0:
        raise RegistryUnreadable("empty", line=1)


def _lines(source: Source) -> Iterator[str]:
    if isinstance(source, str):
        source = source.encode(errors="surrogatepass")
    if isinstance(source, bytes):
        source = io.BytesIO(source)
    for number, line in enumerate(source, start=1):
        try:
            text = line.decode()
        except UnicodeDecodeError as error:
            raise RegistryUnreadable("not_utf8", line=number) from error
        yield text.removeprefix("\ufeff") if number == 1 else text


def _records(lines: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
    first = next(lines, "")
    separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(chain([first], lines), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise RegistryUnreadable("broken_quoting", line=line) from error
        if any(cells):
            yield line, cells


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
