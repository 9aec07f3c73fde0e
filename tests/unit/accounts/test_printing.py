"""A slip on paper: one page each, everything its holder needs."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chassis.typesetter import Typesetter
from contracts.principal import Role
from contracts.reference.code_groups import CodeGroup
from services.accounts.issuance.slips import TEMPLATE, Slip, page_of, pages_of
from services.accounts.organisations.rules.organisation import Facts, OrganisationKind
from services.accounts.settings import Settings
from services.accounts.slots.rules.slot import Slot, Tier

OFFICE = "ที่ว่าการอำเภอคลองท่อม"
PORTAL = "https://sucharit.example/"
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
def typesetter() -> Typesetter:
    return Typesetter(Settings.font_dir)


def printed(typesetter: Typesetter, slips: list[Slip], office: str = OFFICE) -> bytes:
    return typesetter.render_here(TEMPLATE, pages_of(slips, office=office, portal_url=PORTAL))


def pages(pdf: bytes) -> int:
    """What the root of the page tree says."""
    return max(int(count) for count in re.findall(rb"/Count (\d+)", pdf))


@pytest.mark.parametrize("count", [1, 2, 75])
def test_every_slip_has_a_page_of_its_own(typesetter: Typesetter, count: int) -> None:
    pdf = printed(typesetter, [LAO] * count)

    assert pdf.startswith(b"%PDF-")
    assert pages(pdf) == count
    assert set(re.findall(rb"/MediaBox\[0 0 (\d+)[\d.]* (\d+)", pdf)) == {(b"595", b"841")}  # A4


def test_a_page_tells_who_what_and_until_when() -> None:
    page = page_of(LAO, PORTAL)

    assert page["organisation"] == "องค์การบริหารส่วนตำบลห้วยน้ำขาว"
    assert page["place"] == "อำเภอคลองท่อม จังหวัดกระบี่"
    assert page["purpose"] == "ประมวลจริยธรรมพนักงานส่วนท้องถิ่น (กลุ่มที่ 1)"
    assert (page["username"], page["code"]) == ("6810409-1", "ABCD-EFGH-JKMN-P")
    assert page["expires"] == "18 กันยายน 2568 เวลา 17.30 น."


def test_the_longest_names_still_fit_on_one_page(typesetter: Typesetter) -> None:
    """A real name has 60 characters at most; a phrase wider than the page would be cut."""
    facts = replace(LAO.facts, full_name="องค์การบริหารส่วนตำบล" + "หนองบัวสะอาด" * 3)

    assert pages(printed(typesetter, [replace(LAO, facts=facts)])) == 1


def test_text_in_a_name_is_not_read_as_markup(typesetter: Typesetter) -> None:
    facts = replace(LAO.facts, full_name='#panic("x") *_$<a>`[')

    assert pages(printed(typesetter, [replace(LAO, facts=facts)], '#read("/etc/passwd")')) == 1
