"""A seal holds for one queue and one body, whole."""

from hypothesis import given
from hypothesis import strategies as st

from chassis.seals import Seals

BODY = b'{"by":{"slot_id":"6810401-1"},"accepted_at":"2026-11-30T09:00:00Z"}'
OURS = Seals(b"n" * 32)


def test_a_seal_holds_for_what_was_sealed() -> None:
    assert OURS.holds("shop.intake", BODY, OURS.make("shop.intake", BODY))


@given(place=st.integers(0, len(BODY) - 1), octet=st.integers(0, 255))
def test_no_octet_can_be_changed(place: int, octet: int) -> None:
    changed = BODY[:place] + bytes([octet]) + BODY[place + 1 :]

    assert OURS.holds("q", changed, OURS.make("q", BODY)) is (changed == BODY)


def test_a_seal_holds_in_no_other_queue() -> None:
    assert not OURS.holds("shop.intake", BODY, OURS.make("other.intake", BODY))


@given(seal=st.none() | st.integers() | st.binary() | st.text() | st.lists(st.text()))
def test_whatever_else_is_in_the_header_is_no_seal(seal: object) -> None:
    assert not OURS.holds("q", BODY, seal)


def test_after_a_change_of_key_what_was_sealed_before_still_holds() -> None:
    after = Seals(b"m" * 32, b"n" * 32)

    assert after.holds("q", BODY, OURS.make("q", BODY))
    assert not OURS.holds("q", BODY, after.make("q", BODY))
