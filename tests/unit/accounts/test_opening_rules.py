"""The rules of opening a slot: one at a time, ever more slowly, with a code that lives once."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.accounts.errors import (
    ActivationCodeSpent,
    SlotInUse,
    TooManyAttempts,
    WrongActivationCode,
)
from services.accounts.domain.activation import CodeState, KeptCode, find_usable
from services.accounts.domain.sessions import Ended, Ending, Session, make_way
from services.accounts.domain.throttling import (
    FREE_ATTEMPTS,
    LONGEST_DELAY_SECONDS,
    Attempts,
    attempts_key,
)

NOON = datetime(2026, 1, 31, 5, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
OPEN = Session("s1", "hash", NOON, NOON + 12 * 60 * MINUTE)
NONE = Attempts(0, datetime.min.replace(tzinfo=UTC))


def test_a_free_slot_needs_no_ending() -> None:
    assert make_way(None, takeover=False, at=NOON) is None
    assert make_way(None, takeover=True, at=NOON) is None


def test_a_slot_in_use_is_given_up_only_to_a_takeover() -> None:
    with pytest.raises(SlotInUse) as refused:
        make_way(OPEN, takeover=False, at=NOON + MINUTE)

    assert refused.value.details == {"since": "2026-01-31T12:00:00.000+07:00"}
    assert make_way(OPEN, takeover=True, at=NOON + MINUTE) == Ended(Ending.TAKEN_OVER, NOON)


def test_a_session_holds_its_slot_until_the_moment_it_expires() -> None:
    with pytest.raises(SlotInUse):
        make_way(OPEN, takeover=False, at=OPEN.expires_at - timedelta(milliseconds=1))

    assert make_way(OPEN, takeover=False, at=OPEN.expires_at) == Ended(Ending.EXPIRED, NOON)


def waits(attempts: int) -> list[int]:
    """Return the seconds after each attempt, each made as soon as it may be."""
    tried, at, seconds = NONE, NOON, []
    for _ in range(attempts):
        tried = tried.one_more(at=at)
        seconds.append(int((tried.closed_until - at).total_seconds()))
        at = tried.closed_until
    return seconds


def test_some_slips_are_free_and_then_each_costs_twice_the_last() -> None:
    assert waits(FREE_ATTEMPTS + 4) == [0, 0, 0, 0, 5, 10, 20, 40, 80]


def test_no_delay_is_so_long_that_it_locks_out() -> None:
    assert max(waits(60)) == LONGEST_DELAY_SECONDS


@given(early=st.integers(1, 5_000))
def test_who_comes_early_is_told_how_long_to_wait(early: int) -> None:
    tried = Attempts(9, NOON + timedelta(milliseconds=early))

    with pytest.raises(TooManyAttempts) as refused:
        tried.one_more(at=NOON)

    wait = int(refused.value.details["retry_after_seconds"])
    assert tried.one_more(at=NOON + timedelta(seconds=wait)).count == 10


def test_attempts_are_counted_by_deed_name_and_address() -> None:
    keys = {
        attempts_key("sign_in", "p81", "203.0.113.9"),
        attempts_key("activate", "p81", "203.0.113.9"),
        attempts_key("sign_in", "p82", "203.0.113.9"),
        attempts_key("sign_in", "p81", "203.0.113.10"),
    }

    assert len(keys) == 4
    assert not any("p81" in key for key in keys)


def kept(code: str, state: CodeState = CodeState.ISSUED, minutes: int = 1) -> KeptCode:
    return KeptCode(code, state, NOON + minutes * MINUTE)


def test_the_present_code_opens_the_slot() -> None:
    present = kept("new")

    assert find_usable([present, kept("old", CodeState.VOIDED)], {"new"}, at=NOON) is present


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (kept("c", CodeState.USED), "used"),
        (kept("c", CodeState.USED, minutes=-1), "used"),
        (kept("c", CodeState.VOIDED), "voided"),
        (kept("c", minutes=0), "expired"),
        (kept("c", minutes=-1), "expired"),
    ],
)
def test_a_code_that_was_right_once_says_what_became_of_it(code: KeptCode, state: str) -> None:
    with pytest.raises(ActivationCodeSpent) as refused:
        find_usable([kept("newer"), code], {"c"}, at=NOON)

    assert refused.value.details["state"] == state
    assert refused.value.in_thai()


def test_a_code_that_never_was_is_wrong() -> None:
    with pytest.raises(WrongActivationCode):
        find_usable([kept("a"), kept("b", CodeState.USED)], {"c"}, at=NOON)
    with pytest.raises(WrongActivationCode):
        find_usable([], {"c"}, at=NOON)
