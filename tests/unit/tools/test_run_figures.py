import io
from xml.etree import ElementTree

import pytest
from rich.console import Console

from tools.journey.client import JourneyFailed
from tools.journey.figures import picture, table
from tools.journey.filing import Filed, Manner, await_figures, tally
from tools.journey.screen import Screen

SVG = "{http://www.w3.org/2000/svg}"


def a_row(name, expected, on_time=0, late=0):
    filed = on_time + late
    counts = {"expected": expected, "filed": filed, "on_time": on_time, "late": late}
    rest = {"nil": 0, "amended": 0, "missing": expected - filed, "rate": filed / expected * 100}
    return {"key": name, "name": name, **counts, **rest}


KRABI, TRANG = a_row("กระบี่", 186, on_time=93, late=31), a_row("ตรัง & <ใหม่>", 300)
FIGURES = {
    "by": "province",
    "items": [KRABI, TRANG],
    "total": a_row("รวม", 486, on_time=93, late=31),
}


def plain():
    return Console(file=io.StringIO(), highlight=False)


def filed(manner, on_time=True):
    return Filed("6810101-1", manner, "8101", (({"on_time": on_time}, {}),), on_time)


def test_the_picture_is_well_formed_and_its_bars_are_in_proportion():
    drawn = ElementTree.fromstring(picture("SYNTHETIC <round>", FIGURES))  # noqa: S314 (our own)

    texts = [text.text for text in drawn.iter(f"{SVG}text")]
    widths = [float(bar.get("width")) for bar in drawn.iter(f"{SVG}rect")]
    assert texts[0] == "SYNTHETIC <round>"
    assert {"กระบี่", "ตรัง & <ใหม่>", "124 / 186", "0 / 300"} <= set(texts)
    assert widths == pytest.approx([400, 200, 66.7, 400, 0, 0], abs=0.1)


def test_the_table_shows_who_has_filed_the_others_in_one_line_and_the_total():
    console = plain()
    console.width = 80

    console.print(table("ethics-2568-1", FIGURES))

    lines = [line.split() for line in console.file.getvalue().splitlines() if line.strip()]
    assert ["กระบี่", "186", "124", "93", "31", "0", "0", "62", "66.67"] in lines
    assert ["อีก", "1", "จังหวัด", "300", "0", "0", "0", "0", "0", "300", "0.00"] in lines
    assert ["รวม", "486", "124", "93", "31", "0", "0", "362", "25.51"] in lines


def test_without_a_terminal_the_steps_come_as_plain_lines_each_with_the_mark():
    screen = Screen("SYNTHETIC", plain())

    with screen.step("Import") as step:
        step.show(1, 2)
        step.say("two found")

    told = screen.console.file.getvalue()
    assert told == "1. Import SYNTHETIC\n   two found\n   0.0 s\n"
    assert list(screen.seconds) == ["Import"]


def test_manners_have_the_stated_shares():
    manners = [Manner.of(number) for number in range(1000)]

    assert sum(manner.nil for manner in manners) == 100
    assert sum(manner.amend for manner in manners) == 150
    assert sum(manner.draft for manner in manners) == 250
    assert [manner.repeat for manner in manners].count(True) == 1
    assert any(manner.nil and manner.amend for manner in manners)


def test_an_amended_nil_is_counted_as_amended_and_no_longer_as_nil():
    counted = tally([filed(Manner(nil=True)), filed(Manner(nil=True, amend=True), on_time=False)])

    assert counted == {"filed": 2, "on_time": 1, "late": 1, "nil": 1, "amended": 1}


def test_figures_are_awaited_and_a_lasting_difference_is_named():
    rows = iter([{"filed": 1, "late": 0}, {"filed": 2, "late": 0}])

    assert await_figures(lambda: next(rows), {"filed": 2}) == {"filed": 2, "late": 0}
    with pytest.raises(JourneyFailed, match="differs from what was filed: late 0 instead of 3"):
        await_figures(lambda: {"filed": 2, "late": 0}, {"filed": 2, "late": 3}, seconds=0.01)
