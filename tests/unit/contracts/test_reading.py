"""One reader for times, days, telephone numbers, codes and addresses: what is taken and refused."""

import pytest
from marshmallow import ValidationError

from contracts.fields import Code
from contracts.reading import (
    Unread,
    read_code,
    read_day,
    read_email,
    read_phone,
    read_time,
    read_username,
    read_web_address,
)


@pytest.mark.parametrize(
    "text",
    [
        "2000-01-01T00:00:00+07:00",
        "2199-12-31T23:59:59+07:00",
        "2026-01-31T23:59:59.999+07:00",
        "2026-01-31T16:59:59Z",
    ],
)
def test_an_instant_that_can_be_meant_is_read(text):
    assert read_time(text).utcoffset() is not None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1999-12-31T23:59:59+07:00", "out_of_range"),
        ("2000-01-01T00:00:00+07:01", "out_of_range"),
        ("2200-01-01T00:00:00+07:00", "out_of_range"),
        ("2199-12-31T23:59:59+06:59", "out_of_range"),
        ("9999-12-31T23:59:59-12:00", "out_of_range"),
        ("0001-01-01T00:00:00+14:00", "out_of_range"),
        ("2542-12-31T23:59:59+07:00", "out_of_range"),
        ("2543-01-01T00:00:00+07:00", "buddhist_year"),
        ("2742-12-31T23:59:59+07:00", "buddhist_year"),
        ("2743-01-01T00:00:00+07:00", "out_of_range"),
        ("2026-01-31T23:59:59", "wrong_format"),
        ("2026-01-31", "wrong_format"),
        ("2026-02-30T00:00:00+07:00", "wrong_format"),
        ("เที่ยงคืน", "wrong_format"),
        ("", "wrong_format"),
        (20260131, "wrong_format"),
        (None, "wrong_format"),
    ],
)
def test_an_instant_that_cannot_be_meant_is_refused_by_its_cause(text, code):
    with pytest.raises(Unread) as refused:
        read_time(text)

    assert refused.value.wording.code == code


def test_a_buddhist_year_is_named_with_the_year_it_would_be():
    with pytest.raises(Unread) as refused:
        read_time("2570-01-31T23:59:59+07:00")

    wording = refused.value.wording
    assert wording.thai.startswith("วันเวลาแบบ RFC 3339 นับปีตาม ISO 8601 ปี 2570 หมายถึง 2027 หรือไม่")
    assert "2570" in wording
    assert "2027" in wording


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2025-12-20", "2025-12-20"),
        ("20/12/2568", "2025-12-20"),
        ("2568-12-20", "2025-12-20"),
        ("20/12/2025", "2025-12-20"),
        ("๒๐/๑๒/๒๕๖๘", "2025-12-20"),
        ("20 ธ.ค. 2568\u200b", "2025-12-20"),
        ("29/2/2567", "2024-02-29"),
        ("1/1/2543", "2000-01-01"),
        ("31/12/2742", "2199-12-31"),
    ],
)
def test_a_day_is_read_as_people_write_it(typed, meant):
    assert read_day(typed).isoformat() == meant


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("1999-12-31", "out_of_range"),
        ("31/12/2542", "out_of_range"),
        ("2200-01-01", "wrong_format"),
        ("1/1/2743", "wrong_format"),
        ("31/02/2568", "wrong_format"),
        ("12/20/2025", "wrong_format"),
        ("20/12/68", "short_year"),
        ("", "wrong_format"),
    ],
)
def test_a_day_that_is_not_certain_is_refused_by_its_cause(typed, code):
    with pytest.raises(Unread) as refused:
        read_day(typed)

    assert refused.value.wording.code == code


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("02-123-4567", "021234567"),
        ("(02) 123 4567", "021234567"),
        ("+66 2 123 4567", "021234567"),
        ("+66 (0)81-234-5678", "0812345678"),
        ("66812345678", "0812345678"),
        ("๐๒๑๒๓๔๕๖๗", "021234567"),
        ("0๒๑๒๓๔๕๖๗", "021234567"),
        ("032\u2013123\u2013456 ต่อ ๑๒", "032123456 ต่อ 12"),
        ("02 123 4567 ext. 5", "021234567 ต่อ 5"),
        ("02-123-4567 #5", "021234567 ต่อ 5"),
        ("021234567 ต่อ 123456", "021234567 ต่อ 123456"),
        ("\ufeff081\u00a0234\u00a05678", "0812345678"),
        ("1567", "1567"),
    ],
)
def test_a_telephone_number_has_one_spelling(typed, kept):
    assert read_phone(typed) == kept
    assert read_phone(kept) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "-",
        "02-123-456",
        "02-123-45678",
        "081-234-567",
        "081-234-56789",
        "032-123-456-7",
        "021234567, 021234568",
        "021234567 ต่อ 1234567",
        "+856 21 123 456",
        "0" * 61,
    ],
)
def test_what_is_not_one_thai_number_is_refused(typed):
    with pytest.raises(Unread):
        read_phone(typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://example.go.th/1", "https://example.go.th/1"),
        ("https://example.go.th/ข้อมูล (1).pdf", "https://example.go.th/ข้อมูล%20(1).pdf"),
        (" https://www.ตัวอย่าง.ไทย/ก\n", "https://www.ตัวอย่าง.ไทย/ก"),
        ("https://example.go.th/a\r\nb", "https://example.go.th/ab"),
        ("https://example.go.th?ก=ข ค", "https://example.go.th?ก=ข%20ค"),
    ],
)
def test_a_web_address_is_taken_as_a_browser_takes_it(typed, kept):
    assert read_web_address(typed) == kept


@pytest.mark.parametrize(
    ("typed", "cause"),
    [
        ("www.example.go.th", "https://www.example.go.th"),
        ("example.go.th/1", "https://example.go.th/1"),
        ("https://a.go.th https://b.go.th", "one web address"),
        ("https://a b.go.th", "http://"),
        ("ftp://example.go.th", "http://"),
        ("ไม่มี", "http://"),
        ("https://" + "a" * 3000, "http://"),
    ],
)
def test_a_web_address_is_refused_by_its_cause(typed, cause):
    with pytest.raises(Unread) as refused:
        read_web_address(typed)

    assert cause in refused.value.wording
    assert len(refused.value.wording) < 300


@pytest.mark.parametrize(
    "typed", ["name@example.go.th", "สมชาย@ตัวอย่าง.ไทย", "a.b+c@example.go.th", " a@b.th\u200b"]
)
def test_an_email_address_may_be_thai(typed):
    assert read_email(typed) == typed.strip(" \u200b")


@pytest.mark.parametrize(
    "typed",
    [
        *("", "@", "a@b", "@b.th", "a@", "a..b@c.th", ".a@c.th", "a.@c.th", "a@-b.th", "a@b..th"),
        "a" * 65 + "@example.go.th",
        "a@" + "b." * 130 + "th",
    ],
)
def test_what_is_no_email_address_is_refused(typed):
    with pytest.raises(Unread):
        read_email(typed)


def test_a_space_is_named_as_the_cause():
    with pytest.raises(Unread) as refused:
        read_email("name @example.go.th")

    assert "without a space" in refused.value.wording
    assert "เว้นวรรค" in refused.value.wording.thai


@pytest.mark.parametrize(
    "typed",
    [
        "123 456",
        "123\u00a0456",
        "๑๒๓๔๕๖",
        "๑๒๓ ๔๕๖",
        "123456\n",
        "\u200b123-456\ufeff",
        "123\u2013456",
    ],
)
def test_a_code_is_read_however_it_was_copied_or_typed(typed):
    assert read_code(typed) == "123456"
    assert Code().deserialize(typed) == "123456"


def test_a_recovery_code_has_capitals():
    assert read_code("abcde-fghjk") == "ABCDEFGHJK"


@pytest.mark.parametrize("typed", ["", "-", "1234", "12345_", "1" * 33, "١٢٣٤٥٦"])
def test_what_can_be_no_code_is_told_with_an_example(typed):
    with pytest.raises(ValidationError) as refused:
        Code().deserialize(typed)

    assert "123 456" in str(refused.value.messages[0])


@pytest.mark.parametrize(
    "typed",
    ["6810401-1", " 6810401-1\n", "\u200b6810401-1", "6810401\u200b-1\ufeff", "\u00a0๖๘๑๐๔๐๑-๑"],
)
def test_a_username_is_read_however_it_was_copied(typed):
    assert read_username(typed) == "6810401-1"
    assert read_username("P81 ") == "p81"
