"""Everybody sees figures of the own area only, in rows that mean what they are called."""

from __future__ import annotations

import pytest

from contracts.aggregation.axis import Axis
from contracts.aggregation.completeness import AxisTooWide, CompletenessItem
from contracts.collecting.figures import Counts
from contracts.errors import OutOfScope
from contracts.principal import Principal, Role
from services.aggregation.completeness import Area, area_of, rows, total


def someone(role: Role, area: str, area_code: str = "") -> Principal:
    return Principal("s1", role.value, role, area, area_code)


OPERATOR = someone(Role.OPERATOR, "country")
KRABI = someone(Role.PROVINCE_OFFICER, "province", "81")
KHLONG_THOM = someone(Role.DISTRICT_OFFICER, "district", "8104")
LAO = someone(Role.LAO_OFFICER, "organisation", "o1")
IN_PROVINCE = (Axis.PROVINCE, Axis.DISTRICT, Axis.TYPE, Axis.SUBJECT)
IN_DISTRICT = (Axis.DISTRICT, Axis.TYPE, Axis.SUBJECT)


@pytest.mark.parametrize("axis", Axis)
@pytest.mark.parametrize(
    "role",
    [
        Role.OPERATOR,
        Role.CENTRAL_HR_BODY,
        Role.CODE_OWNER,
        Role.ETHICS_BOARD,
        Role.NACC_OFFICER,
    ],
)
def test_the_centre_sees_the_country_by_every_axis(role: Role, axis: Axis) -> None:
    area = area_of(someone(role, "country"), axis, province=None, district=None)

    assert area == Area()


@pytest.mark.parametrize("axis", Axis)
def test_a_province_office_sees_its_province_and_nothing_wider(axis: Axis) -> None:
    if axis in IN_PROVINCE:
        assert area_of(KRABI, axis, province=None, district=None) == Area("81")
    else:
        with pytest.raises(OutOfScope):
            area_of(KRABI, axis, province=None, district=None)


@pytest.mark.parametrize("axis", Axis)
def test_a_district_office_sees_its_district_and_nothing_wider(axis: Axis) -> None:
    if axis in IN_DISTRICT:
        area = area_of(KHLONG_THOM, axis, province=None, district=None)
        assert area == Area("81", "8104")
    else:
        with pytest.raises(OutOfScope):
            area_of(KHLONG_THOM, axis, province=None, district=None)


@pytest.mark.parametrize("axis", Axis)
def test_an_lao_sees_no_figures(axis: Axis) -> None:
    with pytest.raises(OutOfScope):
        area_of(LAO, axis, province=None, district=None)


@pytest.mark.parametrize(
    ("who", "province", "district", "seen"),
    [
        (OPERATOR, "81", None, Area("81")),
        (OPERATOR, None, "8104", Area(None, "8104")),
        (OPERATOR, "81", "8104", Area("81", "8104")),
        (KRABI, "81", None, Area("81")),
        (KRABI, None, "8104", Area("81", "8104")),
        (KHLONG_THOM, "81", None, Area("81", "8104")),
        (KHLONG_THOM, None, "8104", Area("81", "8104")),
    ],
)
def test_figures_are_narrowed_within_the_own_area(
    who: Principal, province: str | None, district: str | None, seen: Area
) -> None:
    assert area_of(who, Axis.TYPE, province=province, district=district) == seen


@pytest.mark.parametrize(
    ("who", "province", "district"),
    [
        (KRABI, "90", None),
        (KRABI, None, "9001"),
        (KRABI, "81", "9001"),
        (KRABI, "90", "8104"),
        (KHLONG_THOM, "90", None),
        (KHLONG_THOM, None, "8101"),
        (KHLONG_THOM, "81", "8101"),
    ],
)
def test_figures_outside_the_own_area_are_refused(
    who: Principal, province: str | None, district: str | None
) -> None:
    with pytest.raises(OutOfScope):
        area_of(who, Axis.TYPE, province=province, district=district)


@pytest.mark.parametrize(
    ("axis", "province", "district"),
    [
        (Axis.COUNTRY, "81", None),
        (Axis.REGION, "81", None),
        (Axis.PROVINCE, None, "8104"),
    ],
)
def test_a_row_named_for_a_whole_never_shows_a_part_of_it(
    axis: Axis, province: str | None, district: str | None
) -> None:
    with pytest.raises(AxisTooWide) as refused:
        area_of(OPERATOR, axis, province=province, district=district)

    assert refused.value.details["pointer"] == "/by"


def some(expected: int = 3) -> Counts:
    return Counts(expected=expected, filed=1, on_time=1)


@pytest.mark.parametrize(
    ("axis", "keys", "shown"),
    [
        (Axis.COUNTRY, ["81", "10"], [("th", "ทั้งประเทศ")]),
        (
            Axis.REGION,
            ["81", "50", "11"],
            [("ภาคกลาง", "ภาคกลาง"), ("ภาคเหนือ", "ภาคเหนือ"), ("ภาคใต้", "ภาคใต้")],
        ),
        (Axis.PROVINCE, ["90", "81"], [("81", "กระบี่"), ("90", "สงขลา")]),
        (Axis.DISTRICT, ["8104", "8101"], [("8101", "8101"), ("8104", "คลองท่อม")]),
        (
            Axis.TYPE,
            ["sao", "pao", "city"],
            [("pao", "อบจ."), ("city", "เทศบาลนคร"), ("sao", "อบต.")],
        ),
        (
            Axis.SUBJECT,
            ["local_council_members", "local_officials"],
            [
                ("local_officials", "พนักงานส่วนท้องถิ่น"),
                ("local_council_members", "สมาชิกสภาท้องถิ่น"),
            ],
        ),
    ],
)
def test_rows_have_thai_names_and_one_order(
    axis: Axis, keys: list[str], shown: list[tuple[str, str]]
) -> None:
    found = rows(axis, {key: some() for key in keys}, {"8104": "คลองท่อม"})

    assert [(row["key"], row["name"]) for row in found] == shown


def test_provinces_of_one_region_are_one_row() -> None:
    (south,) = rows(Axis.REGION, {"81": some(3), "90": some(4)}, {})

    assert south["expected"] == 7
    assert south["filed"] == 2


def test_a_row_of_which_nothing_is_expected_is_not_shown() -> None:
    assert rows(Axis.PROVINCE, {"81": Counts()}, {}) == []


def test_a_row_and_the_total_have_the_promised_shape() -> None:
    (row,) = rows(Axis.PROVINCE, {"81": some(3)}, {})
    whole = total([some(3), some(5)])

    assert CompletenessItem().validate(row) == {}
    assert CompletenessItem().validate(whole) == {}
    assert (whole["expected"], whole["filed"], whole["rate"]) == (8, 2, 25.0)


def test_the_total_of_nothing_has_no_rate() -> None:
    nothing = total([])

    assert nothing["expected"] == 0
    assert nothing["rate"] is None
    assert nothing["on_time_rate"] is None
