"""The fields of the wire: what they take, and what they say in both languages."""

from datetime import UTC, datetime

import pytest
from marshmallow import Schema, ValidationError

from contracts.accounts.organisations import OrganisationFilters
from contracts.collecting.rounds import ScopeSchema
from contracts.errors import InvalidInput, Wording
from contracts.fields import (
    Day,
    Email,
    Phone,
    Text,
    Timestamp,
    WebAddress,
    WholeNumber,
    wire_time,
)
from gateway.faults import FaultyInput, load

NOTHING = [
    "",
    " ",
    "\u00a0",
    "\u200b",
    "\ufeff",
    "\n\t",
    "\x00",
    "\x0b\x0c",
    "\u3164",
    "\u2800",
    "\u202e",
]


def loaded(field, value):
    return Schema.from_dict({"it": field})().load({"it": value})["it"]


@pytest.mark.parametrize("text", NOTHING, ids=ascii)
def test_a_required_text_has_something_to_see(text):
    with pytest.raises(FaultyInput) as refused:
        load(Schema.from_dict({"it": Text(most=5)})(), {"it": text})

    (found,) = refused.value.faults
    assert found.code == "required"
    assert not found.message_th.isascii()
    assert found.message.isascii()


def test_a_text_is_required_unless_it_has_a_default():
    assert Text(most=5).required
    assert not Text(most=5, load_default=None).required
    assert not Text(most=5, required=False).required


@pytest.mark.parametrize("text", ["x", "xxxx", "xxxxx", " xxxxx\n", "xx\x07xxx"])
def test_a_text_may_have_as_many_characters_as_are_said(text):
    assert len(loaded(Text(most=5), text)) <= 5


@pytest.mark.parametrize("text", ["xxxxxx", "x" * 500_000])
def test_a_text_has_no_more_characters_than_are_said(text):
    with pytest.raises(ValidationError):
        loaded(Text(most=5), text)


def test_what_a_word_processor_leaves_is_taken_away():
    assert loaded(Text(most=50), "\x02หนึ่ง\x0bสอง\r\nสาม\x07 ") == "หนึ่ง\nสอง\nสาม"


@pytest.mark.parametrize("value", [5, None, True, ["x"], {}])
@pytest.mark.parametrize(
    "field", [Text(most=5), Phone(), Email(), WebAddress(), Day(), Timestamp()]
)
def test_what_is_no_text_is_refused(field, value):
    with pytest.raises(ValidationError):
        loaded(field, value)


@pytest.mark.parametrize(("value", "whole"), [(1, 1), (42.0, 42), (100, 100), (100.0, 100)])
def test_a_number_without_a_fraction_is_whole(value, whole):
    found = loaded(WholeNumber(1, 100), value)

    assert (found, type(found)) == (whole, int)


@pytest.mark.parametrize(
    "value", [0, 0.0, 101, 101.0, 1.5, True, "1", None, float("nan"), float("inf"), 1e300]
)
def test_a_number_outside_its_bounds_or_with_a_fraction_is_refused(value):
    with pytest.raises(ValidationError):
        loaded(WholeNumber(1, 100), value)


def test_a_day_is_told_as_iso():
    assert Schema.from_dict({"it": Day()})().dump({"it": loaded(Day(), "20/12/2568")}) == {
        "it": "2025-12-20"
    }


def test_no_instant_is_beyond_the_wire():
    assert wire_time(datetime(9999, 12, 31, 23, tzinfo=UTC)).startswith("9999-12-31T23")
    assert wire_time(datetime(2026, 12, 31, 23, tzinfo=UTC)).startswith("2027-01-01T06")


def test_a_refusal_of_a_service_has_both_languages():
    refusal = InvalidInput(pointer="/x", reason=Wording("invalid", "ไทย", "English"))
    rebuilt = InvalidInput(*refusal.args)

    assert (str(rebuilt), rebuilt.in_thai()) == ("English", "ไทย")


def test_a_reason_alone_is_told_in_both_languages():
    assert InvalidInput(pointer="/x", reason="ไทย").in_thai() == "ไทย"


@pytest.mark.parametrize("province", ["๘๑", "81\n", " 81", "811"])
def test_a_pattern_is_fitted_by_the_whole_text_in_arabic_digits(province):
    assert ScopeSchema().validate({"province": "81"}) == {}
    assert "province" in ScopeSchema().validate({"province": province})
    assert OrganisationFilters().validate({"province": province}).keys() == {"province"}
