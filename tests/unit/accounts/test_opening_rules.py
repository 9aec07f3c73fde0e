"""The rules of opening a slot: one at a time, with a code that lives once."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.accounts.issuance import ActivationCodeSpent, WrongActivationCode
from contracts.accounts.sign_in import SlotInUse
from services.accounts.issuance.rules import CodeState, KeptCode, find_usable
from services.accounts.sign_in.rules.sessions import Ended, Ending, Session, make_way

NOON = datetime(2026, 1, 31, 5, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
OPEN = Session("s1", "hash", NOON, NOON + 12 * 60 * MINUTE)


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
