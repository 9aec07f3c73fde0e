"""How fast somebody may guess: on each limit, one step before it and one after."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.accounts.sign_in import TooManyAttempts
from services.accounts.sign_in.rules.throttling import (
    FORGOTTEN_AFTER,
    FREE_ATTEMPTS,
    KNOWN_FOR,
    LONGEST_DELAY_SECONDS,
    LONGEST_KNOWN_DELAY_SECONDS,
    NEVER,
    OF_ADDRESS,
    OF_NAME,
    OF_NETWORK,
    Attempts,
    Guess,
    Pace,
)

NOON = datetime(2026, 1, 31, 5, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MILLISECOND = timedelta(milliseconds=1)


def waits(attempts: int, tried: Attempts) -> list[int]:
    """Return the seconds to wait after each attempt, each made as soon as it may be."""
    at, seconds = NOON, []
    for _ in range(attempts):
        tried = tried.one_more(at=at)
        try:
            tried.one_more(at=at)
        except TooManyAttempts as refused:
            seconds.append(int(refused.details["retry_after_seconds"]))
        else:
            seconds.append(0)
        at += seconds[-1] * SECOND
    return seconds


def test_some_slips_are_free_and_then_each_costs_twice_the_last() -> None:
    assert waits(FREE_ATTEMPTS + 4, Attempts()) == [0, 0, 0, 0, 5, 10, 20, 40, 80]


def test_no_delay_is_so_long_that_it_locks_out() -> None:
    assert max(waits(60, Attempts())) == LONGEST_DELAY_SECONDS


def test_an_address_that_has_succeeded_waits_for_seconds_only() -> None:
    known = Attempts(known_until=NOON + KNOWN_FOR)

    assert max(waits(60, known)) == LONGEST_KNOWN_DELAY_SECONDS
    assert known.is_known(at=NOON + KNOWN_FOR - MILLISECOND)
    assert not known.is_known(at=NOON + KNOWN_FOR)


def test_attempts_are_forgotten_after_an_hour_and_an_address_that_succeeded_later() -> None:
    tried = Attempts(count=9, tried_at=NOON)
    later = tried.forgotten_at

    assert later == NOON + FORGOTTEN_AFTER
    assert tried.one_more(at=later - MILLISECOND).count == 10
    assert tried.one_more(at=later).count == 1
    assert Attempts(9, NOON, NOON + KNOWN_FOR).forgotten_at == NOON + KNOWN_FOR


@given(early=st.integers(1, 5_000))
def test_who_comes_early_is_told_how_long_to_wait(early: int) -> None:
    tried = Attempts(FREE_ATTEMPTS, NOON + timedelta(milliseconds=early) - 5 * SECOND)

    with pytest.raises(TooManyAttempts) as refused:
        tried.one_more(at=NOON)

    wait = int(refused.value.details["retry_after_seconds"])
    assert tried.one_more(at=NOON + timedelta(seconds=wait)).count == FREE_ATTEMPTS + 1


@pytest.mark.parametrize("pace", [OF_NAME, OF_ADDRESS, OF_NETWORK])
def test_a_pace_lets_its_burst_through_and_then_one_at_a_time(pace: Pace) -> None:
    pace.require_open(NEVER, at=NOON)
    pace.require_open(NOON + (pace.burst - 1) * pace.every, at=NOON)
    used_up = NOON + pace.burst * pace.every

    with pytest.raises(TooManyAttempts):
        pace.require_open(used_up, at=NOON)
    with pytest.raises(TooManyAttempts):
        pace.require_open(used_up, at=NOON + pace.every - MILLISECOND)
    pace.require_open(used_up, at=NOON + pace.every)


def keys(username: str, address: str, deed: str = "sign_in") -> list[str]:
    guess = Guess(deed, username, address)
    return [guess.pair_key, *guess.paces]


def test_neither_name_nor_address_can_be_read_in_what_is_counted() -> None:
    assert not any("p81" in key or "203" in key for key in keys("p81", "203.0.113.9"))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("p81", "203.0.113.9"), ("p81", "203.0.113.10"), ["name", "network"]),
        (("p81", "203.0.113.9"), ("p82", "203.0.113.9"), ["address", "network"]),
        (("p81", "203.0.113.9"), ("p82", "203.0.114.9"), []),
        (
            ("p81", "203.0.113.9"),
            ("p81", "::ffff:203.0.113.9"),
            ["pair", "name", "address", "network"],
        ),
        (("p81", "2001:db8::1"), ("p82", "2001:db8::ffff:2"), ["address", "network"]),
        (("p81", "2001:db8::1"), ("p82", "2001:db8:0:1::1"), ["network"]),
        (("p81", "2001:db8::1"), ("p82", "2001:db8:1::1"), []),
        (("p81", "no address"), ("p82", "no address"), ["address", "network"]),
        (("p81", "203.0.113.9"), ("p81", "203.0.113.9", "activate"), ["address", "network"]),
    ],
)
def test_what_is_counted_together(
    one: tuple[str, str], other: tuple[str, ...], same: list[str]
) -> None:
    names = ("pair", "name", "address", "network")
    pairs = zip(names, keys(*one), keys(*other), strict=True)

    assert [name for name, key, other_key in pairs if key == other_key] == same


def test_somebody_signed_in_is_counted_by_the_slot_alone() -> None:
    guess = Guess("password", "p81")

    assert not guess.paces
    assert guess.pair_key != Guess("second_factor", "p81").pair_key
