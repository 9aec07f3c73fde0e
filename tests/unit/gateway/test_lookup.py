"""Anybody may look up the code of an LAO, though not the whole country at once."""

from gateway.pace import ADDRESSES_KEPT, Pace


class _Clock:
    at = 0.0

    def __call__(self) -> float:
        return self.at


def test_look_ups_are_limited_per_address() -> None:
    clock = _Clock()
    pace = Pace(at_once=3, seconds=2.0, clock=clock)

    assert [pace.wait("203.0.113.1") for _ in range(5)] == [0, 0, 0, 2, 2]
    assert pace.wait("203.0.113.2") == 0
    clock.at = 2.0
    assert [pace.wait("203.0.113.1") for _ in range(2)] == [0, 2]


def test_a_network_of_64_bits_counts_as_one_address() -> None:
    pace = Pace(at_once=1, seconds=5.0, clock=_Clock())

    assert [pace.wait(f"2001:db8::{number}") for number in (1, 2)] == [0, 5]
    assert pace.wait("2001:db8:0:1::1") == 0


def test_no_more_addresses_are_remembered_than_stated() -> None:
    pace = Pace(at_once=1, seconds=5.0, clock=_Clock())
    for number in range(ADDRESSES_KEPT + 1):
        pace.wait(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")

    assert pace.wait("10.0.0.0") == 0
    assert pace.wait("10.0.0.2") == 5
