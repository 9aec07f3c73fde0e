"""A slip on paper: one page each, everything its holder needs, and nobody waits while it is set."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import eventlet
import pytest

from contracts.principal import Role
from contracts.reference.code_groups import CodeGroup
from services.accounts.domain.organisations import Facts, OrganisationKind
from services.accounts.domain.slots import Slot, Tier
from services.accounts.printing import FontMissing, GreenSlipPress, Slip, SlipPress
from services.accounts.settings import Settings

FONT_DIR = Settings.font_dir
OFFICE = "ที่ว่าการอำเภอคลองท่อม"
LAO = Slip(
    slot=Slot(
        id="a-1",
        username="6810409-1",
        role=Role.LAO_OFFICER,
        code_group=CodeGroup.LOCAL_OFFICIALS,
        organisation_id="a",
        province_code="81",
        district_code="8104",
        handed_out_by=Tier.DISTRICT,
    ),
    facts=Facts(
        kind=OrganisationKind.LAO,
        type=None,
        code="6810409",
        name="ห้วยน้ำขาว",
        full_name="องค์การบริหารส่วนตำบลห้วยน้ำขาว",
        abbreviation="อบต.ห้วยน้ำขาว",
        province_code="81",
        province="กระบี่",
        district_code="8104",
        district="คลองท่อม",
    ),
    code="ABCDEFGHJKMNP",
    expires_at=datetime(2025, 9, 18, 10, 30, tzinfo=UTC),
)


@pytest.fixture(scope="module")
def press() -> SlipPress:
    return SlipPress("https://sucharit.example/", FONT_DIR)


def pages(pdf: bytes) -> int:
    """What the root of the page tree says."""
    return max(int(count) for count in re.findall(rb"/Count (\d+)", pdf))


@pytest.mark.parametrize("count", [1, 2, 75])
def test_every_slip_has_a_page_of_its_own(press: SlipPress, count: int) -> None:
    pdf = press.print([LAO] * count, OFFICE)

    assert pdf.startswith(b"%PDF-")
    assert pages(pdf) == count
    assert set(re.findall(rb"/MediaBox\[0 0 (\d+)[\d.]* (\d+)", pdf)) == {(b"595", b"841")}  # A4


def test_a_page_tells_who_what_and_until_when(press: SlipPress) -> None:
    page = press.page(LAO)

    assert page["organisation"] == "องค์การบริหารส่วนตำบลห้วยน้ำขาว"
    assert page["place"] == "อำเภอคลองท่อม จังหวัดกระบี่"
    assert page["purpose"] == "ประมวลจริยธรรมพนักงานส่วนท้องถิ่น (กลุ่มที่ 1)"
    assert (page["username"], page["code"]) == ("6810409-1", "ABCD-EFGH-JKMN-P")
    assert page["expires"] == "18 กันยายน 2568 เวลา 17.30 น."


def test_the_longest_names_still_fit_on_one_page(press: SlipPress) -> None:
    """A real name has 60 characters at most; a phrase wider than the page would be cut."""
    facts = replace(LAO.facts, full_name="องค์การบริหารส่วนตำบล" + "หนองบัวสะอาด" * 3)

    assert pages(press.print([replace(LAO, facts=facts)], OFFICE)) == 1


def test_text_in_a_name_is_not_read_as_markup(press: SlipPress) -> None:
    facts = replace(LAO.facts, full_name='#panic("x") *_$<a>`[')

    assert pages(press.print([replace(LAO, facts=facts)], '#read("/etc/passwd")')) == 1


def test_nobody_waits_while_a_district_is_printed(press: SlipPress) -> None:
    green = GreenSlipPress(press)
    gaps = []

    def tick() -> None:
        last = eventlet.hubs.get_hub().clock()
        while True:
            eventlet.sleep(0.001)
            this = eventlet.hubs.get_hub().clock()
            gaps.append(this - last)
            last = this

    ticking = eventlet.spawn(tick)
    eventlet.sleep(0)
    pdf = green.print([LAO] * 90, OFFICE)
    ticking.kill()

    assert pages(pdf) == 90
    assert len(gaps) > 10
    assert max(gaps) < 0.1


def test_without_its_font_no_process_starts(tmp_path: Path) -> None:
    with pytest.raises(FontMissing):
        SlipPress("https://sucharit.example", tmp_path)
