import time
from collections import Counter
from pathlib import Path

import pytest

from contracts.reference.lao_types import LaoType
from services.accounts.registry.read import read_registry
from tests.builders.registry_csv import KHLONG_THOM, a_row, as_published, file_of, places
from tools.synthetic_registry import COUNTS, write_synthetic_registry

REAL = Path(__file__).parents[3] / "../shared/data/dla-registry-2566.csv"


@pytest.fixture(scope="module", params=["real", "synthetic"] if REAL.exists() else ["synthetic"])
def national(request, tmp_path_factory):
    """The registry of the country, one row per LAO: the real one if at hand, an invented one."""
    if request.param == "real":
        return REAL.read_bytes()
    path = tmp_path_factory.mktemp("registry") / "synthetic.csv"
    write_synthetic_registry(path)
    return path.read_bytes()


def test_every_lao_of_the_country_is_accepted(national):
    registry = read_registry(national)

    assert registry.rejected == ()
    assert registry.rows == 7_849
    assert Counter(lao.type for lao in registry.organisations) == COUNTS
    assert len({lao.code for lao in registry.organisations}) == 7_849
    assert len({lao.province_code for lao in registry.organisations}) == 76
    assert len({lao.district_code for lao in registry.organisations}) == 878


def test_a_district_and_its_code_belong_to_each_other_alone(national):
    laos = read_registry(national).organisations

    pairs = {(lao.province_code, lao.district, lao.district_code) for lao in laos}
    assert len(pairs) == 878
    assert all(code[:2] == province for province, _, code in pairs)


def test_the_published_shape_gives_the_same_organisations(national):
    once_each = read_registry(national)

    published = read_registry(as_published(national))

    assert published.rows == 82_641
    assert published.organisations == once_each.organisations
    assert published.rejected == ()
    assert len(published.dirt) == len(once_each.dirt)


def test_ten_times_the_rows_do_not_take_ten_times_as_long(national):
    once_each = cpu_seconds(national)

    published = cpu_seconds(as_published(national))

    assert published < 5 * once_each, "82,641 rows take about twice what 7,849 do"


def cpu_seconds(data):
    started = time.process_time()
    read_registry(data)
    return time.process_time() - started


def test_the_rows_of_one_lao_become_one_organisation():
    registry = read_registry(
        file_of(
            KHLONG_THOM,
            KHLONG_THOM.replace("คลองท่อมใต้,5", "เพหลา,5"),
            a_row(tambon="เพหลา"),
            a_row(tambon="คลองพน"),
        )
    )

    khlong_thom, phela = registry.organisations
    assert (khlong_thom.code, khlong_thom.name) == ("5810401", "คลองท่อมใต้")
    assert (phela.code, phela.type, phela.name) == ("6810409", LaoType.SAO, "เพหลา")
    assert (phela.province_code, phela.district, phela.district_code) == ("81", "คลองท่อม", "8104")
    assert (phela.address_no, phela.moo, phela.postcode) == ("214", "3", "81120")
    assert (phela.area_km2, phela.latitude, phela.longitude) == (72.5, 8.08, 99.14)
    assert phela.website == "www.phela.example"
    assert registry.rows == 4
    assert (registry.rejected, registry.dirt) == ((), ())


def test_a_dash_or_nothing_means_empty_and_is_not_dirt():
    registry = read_registry(
        file_of(
            a_row(
                address="-",
                moo="",
                postcode=" - ",
                area="",
                latitude="",
                longitude="-",
                website="-",
            )
        )
    )

    (lao,) = registry.organisations
    assert (lao.address_no, lao.moo, lao.postcode, lao.website) == (None, None, None, None)
    assert (lao.area_km2, lao.latitude, lao.longitude) == (None, None, None)
    assert registry.dirt == ()


def test_two_types_may_share_a_name_and_a_code_does_not_tell_the_type():
    registry = read_registry(
        file_of(
            a_row(code="5810401", label="เทศบาลตำบล", name="คลองท่อมใต้"),
            a_row(code="6810408", label="อบต.", name="คลองท่อมใต้"),
            a_row(
                province="ชลบุรี",
                district="บางละมุง",
                code="3200408",
                label="ท้องถิ่นรูปแบบพิเศษ",
                name="เมืองพัทยา",
            ),
            a_row(code="6810410", label="เทศบาลตำบล", name="ห้วยน้ำขาว"),
        )
    )

    assert [lao.type for lao in registry.organisations] == [
        "subdistrict",
        "sao",
        "special",
        "subdistrict",
    ]
    assert registry.rejected == ()


def test_text_is_normalised_and_thai_digits_are_read():
    registry = read_registry(
        file_of(
            a_row(
                code="๖๘๑๐๔๐๙",
                name="ห้วยน\u0e49\u0e4d\u0e32ขาว ",
                address="๒๑๔/๑",
                postcode="๘๑๑๒๐",
                area="๗๒.๕",
            ),
            a_row(name="ห้วยน\u0e49\u0e33ขาว", address="214/1", area="72.50"),
        )
    )

    (lao,) = registry.organisations
    assert (lao.code, lao.name) == ("6810409", "ห้วยน\u0e49\u0e33ขาว")
    assert (lao.address_no, lao.postcode, lao.area_km2) == ("214/1", "81120", 72.5)
    assert (registry.rejected, registry.dirt) == ((), ())


@pytest.mark.parametrize(
    ("other", "column"),
    [
        ({"name": "คลองพน"}, "อปท."),
        ({"label": "เทศบาลตำบล"}, "ประเภท อปท."),
        ({"district": "ลำทับ"}, "อำเภอ"),
        ({"code": "5810409"}, "รหัส อปท."),
    ],
)
def test_of_two_rows_of_one_number_that_disagree_the_first_is_kept(other, column):
    registry = read_registry(file_of(a_row(), a_row(**other), a_row(tambon="คลองพน")))

    (lao,) = registry.organisations
    assert (lao.code, lao.type, lao.name, lao.district) == ("6810409", "sao", "เพหลา", "คลองท่อม")
    assert places(registry.rejected) == [(3, column, "conflicting")]
    assert "บรรทัดที่ 2" in registry.rejected[0].message_th
    assert "line 2" in registry.rejected[0].message
    assert registry.rejected[0].value == next(iter(other.values()))


@pytest.mark.parametrize(
    ("changes", "column", "reason"),
    [
        ({"code": "1810409"}, "รหัส อปท.", "bad_code"),
        ({"code": "681040"}, "รหัส อปท.", "bad_code"),
        ({"code": "68104090"}, "รหัส อปท.", "bad_code"),
        ({"code": "6.81E+06"}, "รหัส อปท.", "bad_code"),
        ({"code": ""}, "รหัส อปท.", "missing"),
        ({"code": "6820409"}, "รหัส อปท.", "province_code_differs"),
        ({"province": "กระบี"}, "จังหวัด", "unknown_province"),
        ({"province": ""}, "จังหวัด", "missing"),
        ({"label": "เทศบาล"}, "ประเภท อปท.", "unknown_type"),
        ({"label": "-"}, "ประเภท อปท.", "missing"),
        ({"name": " "}, "อปท.", "missing"),
        ({"name": "เพ\ufffdลา"}, "อปท.", "damaged_text"),
        ({"name": "เพหลา\x00"}, "อปท.", "damaged_text"),
        ({"name": "เพ\nหลา"}, "อปท.", "damaged_text"),
        ({"district": "-"}, "อำเภอ", "missing"),
    ],
)
def test_a_row_that_cannot_be_right_is_refused_by_line_and_column(changes, column, reason):
    good = a_row(code="6810408", name="คลองท่อมใต้")

    registry = read_registry(file_of(good, a_row(**changes)))

    assert [lao.code for lao in registry.organisations] == ["6810408"]
    assert places(registry.rejected) == [(3, column, reason)]
    assert "กรุณา" in registry.rejected[0].message_th


def test_everything_wrong_with_a_row_is_said_at_once():
    registry = read_registry(file_of(a_row(province="กระบี", code="x", label="?", name="")))

    assert places(registry.rejected) == [
        (2, "จังหวัด", "unknown_province"),
        (2, "รหัส อปท.", "bad_code"),
        (2, "ประเภท อปท.", "unknown_type"),
        (2, "อปท.", "missing"),
    ]
    assert [finding.value for finding in registry.rejected] == ["กระบี", "x", "?", ""]


def test_a_row_of_the_wrong_width_is_refused():
    registry = read_registry(file_of(a_row() + ",more", a_row(), "กระบี่,คลองท่อม"))

    assert len(registry.organisations) == 1
    assert places(registry.rejected) == [
        (2, "", "wrong_column_count"),
        (4, "", "wrong_column_count"),
    ]
    assert "14" in registry.rejected[0].message_th


def test_a_very_long_value_is_shown_shortened():
    registry = read_registry(file_of(a_row(label="ก" * 5_000)))

    assert registry.rejected[0].value == "ก" * 200


@pytest.mark.parametrize(
    ("changes", "column", "reason", "attribute"),
    [
        ({"address": "1-ม.ค."}, "ที่ตั้งสำนักงานเลขที่", "turned_into_date", "address_no"),
        ({"address": "9-ก.ย."}, "ที่ตั้งสำนักงานเลขที่", "turned_into_date", "address_no"),
        ({"address": "12-มี.ค."}, "ที่ตั้งสำนักงานเลขที่", "turned_into_date", "address_no"),
        ({"address": "30-เม.ย."}, "ที่ตั้งสำนักงานเลขที่", "turned_into_date", "address_no"),
        ({"address": "พ.ย.-44"}, "ที่ตั้งสำนักงานเลขที่", "turned_into_date", "address_no"),
        ({"address": "1-Jan"}, "ที่ตั้งสำนักงานเลขที่", "turned_into_date", "address_no"),
        ({"address": "2023-01-01 00:00:00"}, "ที่ตั้งสำนักงานเลขที่", "turned_into_date", "address_no"),
        ({"address": "1/1/2566"}, "ที่ตั้งสำนักงานเลขที่", "turned_into_date", "address_no"),
        ({"address": "99\x07"}, "ที่ตั้งสำนักงานเลขที่", "damaged_text", "address_no"),
        ({"moo": "1-มิ.ย."}, "หมู่ที่", "turned_into_date", "moo"),
        ({"postcode": "8112"}, "รหัสไปรษณีย์", "bad_postcode", "postcode"),
        ({"postcode": "81120.0"}, "รหัสไปรษณีย์", "bad_postcode", "postcode"),
        ({"area": "มาก"}, "ขนาดพื้นที่", "not_a_number", "area_km2"),
        ({"area": "1,5"}, "ขนาดพื้นที่", "not_a_number", "area_km2"),
        ({"area": "nan"}, "ขนาดพื้นที่", "not_a_number", "area_km2"),
        ({"area": "-3"}, "ขนาดพื้นที่", "not_a_number", "area_km2"),
        ({"area": "238488"}, "ขนาดพื้นที่", "out_of_range", "area_km2"),
        ({"area": "0.03"}, "ขนาดพื้นที่", "out_of_range", "area_km2"),
        ({"website": "www.Khlongphon go.th"}, "เว็ปไซต์ของอปท", "bad_website", "website"),
        ({"website": "WWW..Aolueknuea.go.th"}, "เว็ปไซต์ของอปท", "bad_website", "website"),
        ({"website": "www,tlpm.go.th"}, "เว็ปไซต์ของอปท", "bad_website", "website"),
        ({"website": "javascript:alert(1)"}, "เว็ปไซต์ของอปท", "bad_website", "website"),
    ],
)
def test_a_value_that_cannot_be_right_is_left_empty_and_named(changes, column, reason, attribute):
    registry = read_registry(file_of(a_row(**changes), a_row(tambon="คลองพน", **changes)))

    (lao,) = registry.organisations
    assert getattr(lao, attribute) is None
    assert places(registry.dirt) == [(2, column, reason)], "once per LAO, not once per tambon"
    assert registry.dirt[0].value == next(iter(changes.values()))
    assert "กรุณา" in registry.dirt[0].message_th
    assert registry.rejected == ()


@pytest.mark.parametrize("address", ["1/1", "108/1", "99/9", "333", "12 ก", "1-2", "ถ.ม.ค."])
def test_a_house_number_is_not_taken_for_a_date(address):
    registry = read_registry(file_of(a_row(address=address)))

    assert registry.organisations[0].address_no == address


@pytest.mark.parametrize(
    "website",
    [
        "www.aoluktai.org",
        "https://www.krabipao.go.th",
        "http://www.khlongthomcity.go.th/",
        "WWW.Example.go.th",
        "https://example.go.th:8443/หน้าแรก?id=1#top",
        "อบต.ไทย",
    ],
)
def test_a_website_that_may_be_right_is_kept_as_it_stands(website):
    registry = read_registry(file_of(a_row(website=website)))

    assert registry.organisations[0].website == website


@pytest.mark.parametrize(
    ("latitude", "longitude", "dirt"),
    [
        ("5", "97", [("LAT", "out_of_range"), ("LONG", "out_of_range")]),
        ("99.15", "7.95", [("LAT", "out_of_range"), ("LONG", "out_of_range")]),
        ("8.08", "", [("LAT", "half_a_coordinate")]),
        ("", "99.14", [("LONG", "half_a_coordinate")]),
        ("8.08", "x", [("LONG", "not_a_number"), ("LAT", "half_a_coordinate")]),
    ],
)
def test_a_place_needs_both_coordinates_within_thailand(latitude, longitude, dirt):
    registry = read_registry(file_of(a_row(latitude=latitude, longitude=longitude)))

    (lao,) = registry.organisations
    assert (lao.latitude, lao.longitude) == (None, None)
    assert [(finding.column, finding.reason) for finding in registry.dirt] == dirt


def test_details_given_on_any_row_of_an_lao_count_unless_they_disagree():
    registry = read_registry(
        file_of(
            a_row(postcode="", area="72.5"),
            a_row(postcode="81120", area="73"),
            a_row(postcode="81120", area="72.5", tambon="คลองพน"),
        )
    )

    (lao,) = registry.organisations
    assert (lao.postcode, lao.area_km2) == ("81120", None)
    assert places(registry.dirt) == [(3, "ขนาดพื้นที่", "values_disagree")]


def test_a_disagreement_in_one_detail_alone_is_seen():
    registry = read_registry(file_of(a_row(), a_row(website="www.other.example")))

    assert registry.organisations[0].website is None
    assert places(registry.dirt) == [(3, "เว็ปไซต์ของอปท", "values_disagree")]
