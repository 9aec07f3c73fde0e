"""What a file made to hurt costs: it is refused with little memory and little work, whatever it
says of itself. Each is read by a process of its own, whose largest size is compared with the same
process's after an honest workbook.
"""

from __future__ import annotations

import bz2
import struct
import subprocess
import sys
import zlib
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest

from collecting.files import unpack
from collecting.files.unpack import Budget, BudgetSpent, Share
from collecting.workbooks import cells, parts
from collecting.workbooks.archives import Archive, budget_of_an_upload
from collecting.workbooks.layout import layout_of
from contracts.collecting.workbooks import TooManyWorkbooks, WorkbooksUnreadable
from tests.builders.licences.answers import some_answers
from tests.builders.licences.kind import FORM_OF_LAST_YEAR
from tests.builders.workbooks import a_workbook, read, repacked, zipped

LAYOUT = layout_of(FORM_OF_LAST_YEAR)
WORKBOOK = a_workbook(LAYOUT, some_answers())
ENTRY_BYTES = 47  # of a directory, with a name of one letter
MOST_GROWTH = 48 << 20  # what the one honest part of the most that a workbook may be takes

_READ = """
import resource, sys
from io import BytesIO
from tests.unit.collecting.test_workbook_costs import WORKBOOK, verdicts
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
verdicts(WORKBOOK)
before = peak()
told = verdicts(open(sys.argv[1], "rb").read())
print(peak() - before, *sorted(told))
"""


def verdicts(data: bytes) -> set[str]:
    """Return the codes an upload ends with, as its job reads it."""
    budget = budget_of_an_upload()
    try:
        archive = Archive(BytesIO(data), "upload.zip", budget)
    except WorkbooksUnreadable as refusal:
        return {refusal.code}
    found = set()
    for member in archive:
        if member.code:
            found.add(member.code)
            continue
        with budget.working():
            reading = read(LAYOUT, member.data, budget)
        found |= {fault.code for fault in reading.faults}
    return found


def lying(data: bytes, name: str, packed: bytes, *, method: int, says: bytes) -> bytes:
    """Return a zip with one more member that says it holds a few bytes and unpacks to `packed`."""
    kept = BytesIO(data)
    with ZipFile(kept, "a") as archive:
        archive.writestr(ZipInfo(name), packed)
    octets = bytearray(kept.getvalue())
    facts = struct.pack("<3L", zlib.crc32(says), len(packed), len(says))
    local = octets.rindex(b"PK\x03\x04")
    central = octets.rindex(b"PK\x01\x02")
    octets[local + 8 : local + 10] = octets[central + 10 : central + 12] = struct.pack("<H", method)
    octets[local + 14 : local + 26] = octets[central + 16 : central + 28] = facts
    return bytes(octets)


def without(data: bytes, left_out: str) -> bytes:
    with ZipFile(BytesIO(data)) as found:
        return zipped({name: found.read(name) for name in found.namelist() if name != left_out})


def deflated(size: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    parts_of_it = [packer.compress(bytes(1 << 20)) for _ in range(size >> 20)]
    return b"".join(parts_of_it) + packer.flush()


def bz2_of(size: int) -> bytes:
    packer = bz2.BZ2Compressor()
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(size >> 20)) + packer.flush()


def crowded(entries: int) -> bytes:
    """A zip with that many empty members in its directory."""
    kept = BytesIO()
    central = b"PK\x01\x02" + bytes(24) + struct.pack("<H", 1) + bytes(16) + b"a"
    kept.write(central * entries)
    end = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, *2 * [min(entries, 0xFFFF)], ENTRY_BYTES * entries, 0, 0
    )
    return kept.getvalue() + end


def styled(count: int) -> bytes:
    def change(name, data):
        more = b'<xf numFmtId="14"/>' * count
        return data.replace(b"</cellXfs>", more + b"</cellXfs>") if "styles" in name else data

    return repacked(WORKBOOK, change)


SHEET = "xl/worksheets/sheet1.xml"
SAYS = b"<a></a>   "
HURTFUL = {
    "bzip2 of 300 MB beside": lambda: lying(
        WORKBOOK, "xl/a.xml", bz2_of(300 << 20), method=12, says=SAYS
    ),
    "bzip2 of 300 MB as a sheet": lambda: lying(
        without(WORKBOOK, SHEET), SHEET, bz2_of(300 << 20), method=12, says=SAYS
    ),
    "deflate of 300 MB as a sheet": lambda: lying(
        without(WORKBOOK, SHEET), SHEET, deflated(300 << 20), method=ZIP_DEFLATED, says=SAYS
    ),
    "an endless directory": lambda: crowded(440_000),
    "150,000 styles": lambda: styled(150_000),
    "ten of 60,000 styles": lambda: zipped({f"{n}.xlsx": styled(60_000) for n in range(10)}),
}


@pytest.mark.parametrize("what", HURTFUL)
def test_what_is_made_to_hurt_is_refused_with_little_memory(what, tmp_path: Path):
    data = HURTFUL[what]()
    (tmp_path / "upload").write_bytes(data)

    told = subprocess.run(
        [sys.executable, "-c", _READ, str(tmp_path / "upload")],
        capture_output=True,
        text=True,
        check=True,
    )

    grown, *codes = told.stdout.split()
    assert int(grown) << 10 <= MOST_GROWTH, told.stdout
    if what.startswith(("bzip2 of 300 MB beside", "ten")):  # never opened; costly, not too much
        assert not set(codes) - {"repeated_in_upload"}
    else:
        assert codes


# -- each limit, on it and beyond it --------------------------------------------------------


@pytest.mark.parametrize(("more", "code"), [(0, None), (1, "workbook_too_large")])
def test_a_workbook_has_so_many_elements_and_no_more(monkeypatch, more, code):
    needed = cost_in_elements()
    monkeypatch.setattr(parts, "MOST_ELEMENTS", needed - more)

    assert [fault.code for fault in read(LAYOUT, WORKBOOK).faults] == ([code] if code else [])


@pytest.mark.parametrize(("more", "code"), [(0, None), (1, "budget_spent")])
def test_an_upload_has_so_many_elements_and_no_more(more, code):
    budget = Budget(unpacked=1 << 30, elements=cost_in_elements() - more, seconds=60)

    reading = read(LAYOUT, WORKBOOK, budget)

    assert [fault.code for fault in reading.faults] == ([code] if code else [])


def cost_in_elements() -> int:
    counted = Counting(unpacked=1 << 30, elements=1 << 30, seconds=60)
    read(LAYOUT, WORKBOOK, counted)
    return counted.elements


class Counting(Budget):
    elements = 0

    def spend(self, *, unpacked: int = 0, elements: int = 0) -> None:
        self.elements += elements
        super().spend(unpacked=unpacked, elements=elements)


@pytest.mark.parametrize(("styles", "codes"), [(0, []), (1, ["workbook_too_large"])])
def test_as_many_styles_as_excel_has_are_read_and_no_more(monkeypatch, styles, codes):
    own = styled(0)
    with ZipFile(BytesIO(own)) as found:
        count = found.read("xl/styles.xml").partition(b"<cellXfs")[2].partition(b"</cellXfs>")[0]
    monkeypatch.setattr(cells, "MOST_STYLES", count.count(b"<xf "))

    assert [fault.code for fault in read(LAYOUT, styled(styles)).faults] == codes


@pytest.mark.parametrize(("over", "refusal"), [(0, TooManyWorkbooks), (1, WorkbooksUnreadable)])
def test_a_directory_is_read_up_to_its_limit(monkeypatch, over, refusal):
    data = crowded(600)
    monkeypatch.setattr(unpack, "DIRECTORY_BYTES", 600 * ENTRY_BYTES - over)

    with pytest.raises(refusal):
        Archive(BytesIO(data), "upload.zip", budget_of_an_upload())


def test_a_file_spends_its_share_and_the_budget_of_its_upload():
    budget = Budget(unpacked=10, elements=10, seconds=60)
    first = Share(budget, unpacked=6, elements=6)
    first.spend(unpacked=6, elements=6)
    with pytest.raises(BudgetSpent):
        first.spend(unpacked=1)
    assert not budget.is_spent

    second = Share(budget, unpacked=6, elements=6)
    second.spend(unpacked=3)
    with pytest.raises(BudgetSpent):
        second.spend(unpacked=1)
    assert budget.is_spent


def test_seconds_are_those_of_the_processor_and_once_spent_nothing_more_is_read():
    budget = Budget(unpacked=1 << 20, elements=1, seconds=0.0)
    with budget.working():
        sum(range(10_000))

    assert budget.is_spent
    (member,) = Archive(BytesIO(zipped({"1.xlsx": WORKBOOK})), "upload.zip", budget)
    assert member.code == "budget_spent"
