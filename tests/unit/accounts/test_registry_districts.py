from services.accounts.registry.read import read_registry
from tests.builders.registry_csv import a_row, file_of, places


def an_lao(number, district, name="เกาะคา", **changes):
    return a_row(province="ลำปาง", district=district, code=f"6{number}", name=name, **changes)


def test_an_lao_whose_code_is_of_another_district_stays_in_the_one_it_names():
    registry = read_registry(
        file_of(
            an_lao("520101", "เกาะคา", "ลำปาง"),
            an_lao("520301", "เกาะคา"),
            an_lao("520302", "เกาะคา"),
            an_lao("520102", "เมืองลำปาง"),
            an_lao("520103", "เมืองลำปาง"),
        )
    )

    assert {lao.district: lao.district_code for lao in registry.organisations} == {
        "เกาะคา": "5203",
        "เมืองลำปาง": "5201",
    }
    assert registry.organisations[0].district_code == "5203"
    assert places(registry.dirt) == [(2, "รหัส อปท.", "district_code_differs")]
    assert "5203" in registry.dirt[0].message_th
    assert registry.rejected == ()


def test_a_district_whose_laos_carry_two_codes_equally_often_is_refused():
    registry = read_registry(
        file_of(
            an_lao("520101", "เกาะคา", website="bad"),
            an_lao("520301", "เกาะคา"),
            an_lao("520401", "งาว"),
        )
    )

    assert [lao.district_code for lao in registry.organisations] == ["5204"]
    assert places(registry.rejected) == [
        (2, "อำเภอ", "district_code_tied"),
        (3, "อำเภอ", "district_code_tied"),
    ]
    assert "5201, 5203" in registry.rejected[0].message_th
    assert registry.dirt == (), "what was not taken has no dirt"


def test_a_misspelt_district_does_not_get_the_code_of_the_one_it_means():
    registry = read_registry(
        file_of(
            an_lao("520301", "เกาะคา"),
            an_lao("520302", "เกาะคา"),
            an_lao("520303", "เกาะค่า"),
        )
    )

    assert [lao.code for lao in registry.organisations] == ["6520301", "6520302"]
    assert places(registry.rejected) == [(4, "อำเภอ", "district_code_taken")]
    assert registry.rejected[0].value == "เกาะค่า"


def test_two_districts_with_equal_claim_to_a_code_are_both_refused():
    registry = read_registry(file_of(an_lao("520301", "เกาะคา"), an_lao("520302", "เกาะค่า")))

    assert registry.organisations == ()
    assert places(registry.rejected) == [
        (2, "อำเภอ", "district_code_taken"),
        (3, "อำเภอ", "district_code_taken"),
    ]


def test_districts_of_one_name_in_two_provinces_are_two():
    registry = read_registry(
        file_of(
            a_row(province="ชัยภูมิ", district="เฉลิมพระเกียรติ", code="6360101"),
            a_row(province="น่าน", district="เฉลิมพระเกียรติ", code="6550101"),
        )
    )

    assert [lao.district_code for lao in registry.organisations] == ["3601", "5501"]
