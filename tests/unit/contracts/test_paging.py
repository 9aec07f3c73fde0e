"""Cursors: what was given out is read again, anything else is refused and breaks nothing."""

from datetime import UTC, datetime

import pytest

from contracts.errors import InvalidInput
from contracts.fields import wire_time
from contracts.paging import cut, read_key, read_number, read_position, write_cursor

AT = datetime(2026, 12, 20, tzinfo=UTC)


def test_a_position_is_read_as_it_was_written():
    assert read_position(write_cursor(wire_time(AT), "o-1")) == (AT, "o-1")
    assert read_position(None) is None


@pytest.mark.parametrize(
    "parts",
    [
        ("9999-12-31T23:59:59-12:00", "o-1"),
        ("0001-01-01T00:00:00+14:00", "o-1"),
        ("", "o-1"),
        (wire_time(AT),),
        (wire_time(AT), "o-1", "x"),
    ],
)
def test_a_position_that_was_never_given_out_is_refused(parts):
    with pytest.raises(InvalidInput):
        read_position(write_cursor(*parts))


@pytest.mark.parametrize("cursor", ["x", "bnVsbA", "W1tbW1tbW1s", "W" * 512, "ก"])
def test_what_is_no_cursor_is_refused(cursor):
    with pytest.raises(InvalidInput):
        read_position(cursor)


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("7", 7), ("9" * 10, 9_999_999_999)])
def test_a_number_is_read(text, number):
    assert read_number(write_cursor(text)) == number
    assert read_number(None) == 0


def test_a_key_is_read_as_it_was_written_and_nothing_else_is():
    assert read_key(write_cursor("ethics-2569-1")) == "ethics-2569-1"
    assert read_key(None) is None
    with pytest.raises(InvalidInput):
        read_key(write_cursor("a", "b"))


@pytest.mark.parametrize("text", ["", "-1", "9" * 11, "9" * 30, "๗", "1.0", "x"])
def test_a_number_that_was_never_given_out_is_refused(text):
    with pytest.raises(InvalidInput):
        read_number(write_cursor(text))


@pytest.mark.parametrize(("found", "following"), [([], None), ([1, 2], None), ([1, 2, 3], 2)])
def test_a_page_is_cut_where_one_more_was_found(found, following):
    shown, cursor = cut(found, 2, lambda item: [str(item)])

    assert shown == found[:2]
    assert cursor == (following and write_cursor(str(following)))
