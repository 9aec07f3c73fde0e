from collections import Counter

import pytest

from contracts.reference.code_groups import CodeGroup
from contracts.reference.lao_types import LaoType, RoutingTier, full_name, short_name
from contracts.reference.provinces import (
    PROVINCES,
    REGIONS,
    Province,
    find_province_by_name,
    get_province,
)


def test_there_are_77_provinces_with_a_code_and_a_name_each_their_own():
    assert len(PROVINCES) == 77
    assert len({province.code for province in PROVINCES}) == 77
    assert len({province.name_th for province in PROVINCES}) == 77
    assert len({province.name_en for province in PROVINCES}) == 77


def test_a_province_is_found_by_code_and_by_thai_name():
    krabi = Province(code="81", name_th="กระบี่", name_en="Krabi", region="ภาคใต้")

    assert get_province("81") == krabi
    assert find_province_by_name("กระบี่") == krabi


def test_a_province_that_does_not_exist_is_not_found():
    with pytest.raises(KeyError):
        get_province("59")
    assert find_province_by_name("กระบี") is None


def test_every_province_lies_in_one_of_six_regions():
    assert Counter(province.region for province in PROVINCES) == {
        "ภาคกลาง": 22,
        "ภาคตะวันออก": 7,
        "ภาคตะวันออกเฉียงเหนือ": 20,
        "ภาคเหนือ": 9,
        "ภาคตะวันตก": 5,
        "ภาคใต้": 14,
    }
    assert set(REGIONS) == {province.region for province in PROVINCES}
    assert len(REGIONS) == 6


def test_the_three_code_groups_are_numbered_as_on_the_credentials():
    assert [(group.number, group) for group in CodeGroup] == [
        (1, "local_officials"),
        (2, "local_executives"),
        (3, "local_council_members"),
    ]
    assert [CodeGroup.numbered(number) for number in (1, 2, 3)] == list(CodeGroup)
    with pytest.raises(KeyError):
        CodeGroup.numbered(4)


def test_a_code_group_knows_its_titles_and_who_owns_the_code():
    for group in CodeGroup:
        assert group.title_th == "ประมวลจริยธรรม" + group.name_th
    assert CodeGroup.LOCAL_OFFICIALS.owner == "ก.ถ."
    assert CodeGroup.LOCAL_EXECUTIVES.owner == "กรมส่งเสริมการปกครองท้องถิ่น"
    assert CodeGroup.LOCAL_COUNCIL_MEMBERS.owner == "กรมส่งเสริมการปกครองท้องถิ่น"


def test_a_code_group_is_read_back_from_its_wire_form():
    assert CodeGroup("local_executives") is CodeGroup.LOCAL_EXECUTIVES
    assert f"{CodeGroup.LOCAL_EXECUTIVES}" == "local_executives"


@pytest.mark.parametrize(
    ("label", "lao_type", "name", "full", "short"),
    [
        ("อบจ.", "pao", "กระบี่", "องค์การบริหารส่วนจังหวัดกระบี่", "อบจ.กระบี่"),
        ("เทศบาลนคร", "city", "แหลมฉบัง", "เทศบาลนครแหลมฉบัง", "ทน.แหลมฉบัง"),
        ("เทศบาลเมือง", "town", "กระบี่", "เทศบาลเมืองกระบี่", "ทม.กระบี่"),
        ("เทศบาลตำบล", "subdistrict", "เมืองปัก", "เทศบาลตำบลเมืองปัก", "ทต.เมืองปัก"),
        ("อบต.", "sao", "คลองท่อมใต้", "องค์การบริหารส่วนตำบลคลองท่อมใต้", "อบต.คลองท่อมใต้"),
        ("ท้องถิ่นรูปแบบพิเศษ", "special", "เมืองพัทยา", "เมืองพัทยา", "เมืองพัทยา"),
    ],
)
def test_an_lao_has_its_full_and_short_name_by_type(label, lao_type, name, full, short):
    found = LaoType.labelled(label)

    assert found == lao_type
    assert full_name(found, name) == full
    assert short_name(found, name) == short


def test_a_label_the_dla_does_not_use_names_no_type():
    assert LaoType.labelled("เทศบาล") is None
    assert LaoType.labelled("") is None


def test_only_subdistrict_municipalities_and_saos_are_reached_through_the_district():
    through_the_district = {
        lao_type for lao_type in LaoType if lao_type.routing_tier is RoutingTier.DISTRICT
    }

    assert through_the_district == {LaoType.SUBDISTRICT, LaoType.SAO}


def test_every_type_names_the_position_of_its_head():
    assert {lao_type.value: lao_type.head_position for lao_type in LaoType} == {
        "pao": "นายกองค์การบริหารส่วนจังหวัด",
        "city": "นายกเทศมนตรี",
        "town": "นายกเทศมนตรี",
        "subdistrict": "นายกเทศมนตรี",
        "sao": "นายกองค์การบริหารส่วนตำบล",
        "special": "นายกเมืองพัทยา",
    }
