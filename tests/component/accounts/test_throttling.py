"""Spraying and spreading are slowed down alike, and who has a right to come in still does."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import eventlet
import pyotp
import pytest

from contracts.accounts.issuance import WrongActivationCode
from contracts.accounts.second_factor import SecondFactorStopped, WrongSecondFactor
from contracts.accounts.sign_in import TooManyAttempts, WrongCredentials
from contracts.errors import ServiceError, WorkLineFull
from services.accounts.audit.trail import MOST_TOLD
from services.accounts.sign_in.passwords import MOST_WAITING, GreenPasswordHashes, Standing
from services.accounts.sign_in.rules.second_factor import MOST_WRONG_CODES
from services.accounts.sign_in.rules.throttling import (
    FREE_ATTEMPTS,
    OF_ADDRESS,
    OF_NAME,
    OF_NETWORK,
    Guess,
)
from services.accounts.stores import AccountsStore
from tests.component.accounts.direct import Desk
from tests.component.accounts.krabi import DISTRICT, HOLDER, OFFICER, PASSWORD, PROVINCE

HOME, AWAY = "192.0.2.1", "198.51.100.1"


def refusal_of(ask: Any, **asked: Any) -> type[ServiceError] | None:
    try:
        ask(**asked)
    except ServiceError as refusal:
        return type(refusal)
    return None


def guess(desk: Desk, username: str, address: str) -> type[ServiceError] | None:
    return refusal_of(
        desk.service.open_session,
        username=username,
        password="a wrong guess",
        takeover=True,
        address=address,
    )


def sign_in(desk: Desk, address: str) -> type[ServiceError] | None:
    return refusal_of(
        desk.service.open_session,
        username=OFFICER,
        password=PASSWORD,
        takeover=True,
        address=address,
    )


@pytest.fixture
def active(desk: Desk, slips: dict[str, str]) -> Desk:
    """A desk with one activated slot, signed in to from HOME before."""
    desk.activate(OFFICER, slips[OFFICER])
    assert sign_in(desk, HOME) is None
    return desk


def test_one_address_cannot_spray_over_many_names_but_its_holders_come_in(active: Desk) -> None:
    told = [guess(active, f"nobody-{number}", HOME) for number in range(OF_ADDRESS.burst + 1)]

    assert told == [WrongCredentials] * OF_ADDRESS.burst + [TooManyAttempts]
    assert sign_in(active, HOME) is None
    assert guess(active, "nobody", AWAY) is WrongCredentials
    active.clock.at += OF_ADDRESS.every
    assert guess(active, "nobody-else", HOME) is WrongCredentials
    assert guess(active, "nobody-else", HOME) is TooManyAttempts


def test_neither_can_a_network(active: Desk) -> None:
    told = {
        guess(active, f"nobody-{number}", f"192.0.2.{number % 200 + 2}")
        for number in range(OF_NETWORK.burst)
    }

    assert told == {WrongCredentials}
    assert guess(active, "nobody", "192.0.2.250") is TooManyAttempts
    assert sign_in(active, HOME) is None


def test_many_addresses_cannot_guess_at_one_name_which_does_not_lock_its_holder_out(
    active: Desk,
) -> None:
    told = [guess(active, OFFICER, f"10.0.{number}.1") for number in range(OF_NAME.burst + 1)]

    assert told == [WrongCredentials] * OF_NAME.burst + [TooManyAttempts]
    assert sign_in(active, AWAY) is TooManyAttempts
    assert sign_in(active, HOME) is None
    active.clock.at += OF_NAME.every
    assert sign_in(active, AWAY) is None
    # A right guess takes back what it counted.
    assert guess(active, OFFICER, "10.1.0.1") is WrongCredentials
    assert guess(active, OFFICER, "10.2.0.1") is TooManyAttempts


def test_signing_in_again_and_again_gives_a_guesser_nothing(active: Desk) -> None:
    for number in range(OF_ADDRESS.burst):
        guess(active, f"nobody-{number}", HOME)
        assert sign_in(active, HOME) is None

    assert guess(active, "nobody", HOME) is TooManyAttempts


def test_activation_is_slowed_down_alike(active: Desk, slips: dict[str, str]) -> None:
    def activate(address: str) -> type[ServiceError] | None:
        return refusal_of(
            active.service.activate_slot,
            username="5810401-2",
            activation_code="2222-2222-2222-2",
            password=PASSWORD,
            holder=HOLDER,
            address=address,
        )

    told = [activate(f"10.0.{number}.1") for number in range(OF_NAME.burst + 1)]

    assert told == [WrongActivationCode] * OF_NAME.burst + [TooManyAttempts]


def test_a_signed_in_slot_guesses_at_its_password_slowly_from_wherever(active: Desk) -> None:
    by = active.principal(active.sign_in(OFFICER, takeover=True)).to_wire()
    asked = {"by": by, "session_id": "s", "current_password": "a wrong guess"}

    told = [
        refusal_of(active.service.change_password, **asked, new_password=f"{PASSWORD} ใหม่")
        for _ in range(FREE_ATTEMPTS + 1)
    ]

    assert told == [WrongCredentials] * FREE_ATTEMPTS + [TooManyAttempts]


def test_counts_forget_themselves_and_an_address_that_succeeded_is_known(
    active: Desk, database: Any, store: AccountsStore
) -> None:
    guess(active, "nobody", AWAY)

    kept = list(database.attempts.find())
    assert all(document["forgotten_at"] for document in kept)
    index = database.attempts.index_information()["forgotten_at_1"]
    assert index["expireAfterSeconds"] == 0
    at = active.clock.at
    assert store.attempts.is_known(Guess("sign_in", OFFICER, HOME), at=at)
    assert not store.attempts.is_known(Guess("sign_in", OFFICER, AWAY), at=at)


# -- the second factor --------------------------------------------------------------------------


@pytest.fixture
def guarded(desk: Desk, slips: dict[str, str]) -> tuple[pyotp.TOTP, list[str]]:
    """The authenticator of the district office, signed in to from HOME, and its recovery codes."""
    issuance = desk.issue(province="81")
    codes = desk.read(PROVINCE, issuance)
    desk.activate(DISTRICT.username, codes[DISTRICT.username])
    by = desk.principal(desk.sign_in(DISTRICT.username)).to_wire()
    totp = pyotp.TOTP(desk.service.begin_second_factor(by, PASSWORD)["secret"])
    told = desk.service.confirm_second_factor(by, totp.at(desk.clock.at))
    return totp, told["recovery_codes"]


def enter(desk: Desk, otp: str, number: int) -> type[ServiceError] | None:
    return refusal_of(
        desk.service.open_session,
        username=DISTRICT.username,
        password=PASSWORD,
        otp=otp,
        takeover=True,
        address=f"10.{number}.0.1",
    )


def test_codes_of_the_app_are_guessed_at_some_tens_of_times_and_then_no_more(
    desk: Desk, guarded: tuple[pyotp.TOTP, list[str]]
) -> None:
    totp, recovery_codes = guarded

    def wrong(times: int) -> set[type[ServiceError] | None]:
        told = set()
        for number in range(times):
            desk.clock.go(minutes=5)
            told.add(enter(desk, "000000", number))
        return told

    assert wrong(MOST_WRONG_CODES - 1) == {WrongSecondFactor}
    desk.clock.go(minutes=5)
    assert enter(desk, totp.at(desk.clock.at), 100) is None
    assert wrong(MOST_WRONG_CODES) == {WrongSecondFactor}
    desk.clock.go(minutes=5)
    assert enter(desk, totp.at(desk.clock.at), 101) is SecondFactorStopped
    assert enter(desk, recovery_codes[0], 102) is None
    desk.clock.go(minutes=5)
    assert enter(desk, totp.at(desk.clock.at), 103) is None


def test_setting_one_up_is_guessed_at_no_longer_either(desk: Desk, slips: dict[str, str]) -> None:
    codes = desk.read(PROVINCE, desk.issue(province="81"))
    desk.activate(DISTRICT.username, codes[DISTRICT.username])
    by = desk.principal(desk.sign_in(DISTRICT.username)).to_wire()
    totp = pyotp.TOTP(desk.service.begin_second_factor(by, PASSWORD)["secret"])
    for _ in range(MOST_WRONG_CODES):
        desk.clock.go(minutes=6)
        told = refusal_of(desk.service.confirm_second_factor, by=by, code="000000")
        assert told is WrongSecondFactor

    desk.clock.go(minutes=6)
    right = totp.at(desk.clock.at)
    assert refusal_of(desk.service.confirm_second_factor, by=by, code=right) is SecondFactorStopped


# -- the line -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("standing", "left"), [(Standing.STRANGER, 30), (Standing.NAMED, 15), (Standing.KNOWN, 0)]
)
def test_the_line_keeps_places_for_those_with_a_better_right(
    passwords: GreenPasswordHashes, standing: Standing, left: int
) -> None:
    places = MOST_WAITING + 2
    with ExitStack() as held:
        for _ in range(places - left):
            held.enter_context(passwords.place(standing))
        with pytest.raises(WorkLineFull), passwords.place(standing):
            pass
        for _ in range(left):
            held.enter_context(passwords.place(Standing.KNOWN))
        with pytest.raises(WorkLineFull), passwords.place(Standing.KNOWN):
            pass


@pytest.fixture
def crowded(active: Desk, passwords: GreenPasswordHashes) -> Iterator[Desk]:
    """The same while strangers hold all the places they may."""
    with ExitStack() as held:
        for _ in range((MOST_WAITING + 2) // 2):
            held.enter_context(passwords.place(Standing.STRANGER))
        yield active


def test_while_strangers_wait_those_who_are_somebody_sign_in_at_once(
    crowded: Desk, database: Any
) -> None:
    before = database.attempts.count_documents({})

    assert guess(crowded, "nobody", AWAY) is WorkLineFull
    assert database.attempts.count_documents({}) == before  # it was no guess
    assert sign_in(crowded, AWAY) is None
    assert sign_in(crowded, HOME) is None


# -- what is put on record ----------------------------------------------------------------------


def test_what_anybody_may_cause_is_counted_by_slot_and_the_rest_summed_up(
    active: Desk, database: Any
) -> None:
    database.audit.delete_many({})
    names = [slot["username"] for slot in database.slots.find({}, {"username": 1}).limit(12)]
    assert len(names) > MOST_TOLD
    guess(active, names[0], "10.9.0.1")
    for number, name in enumerate([*names, "nobody", "nobody else"]):
        guess(active, name, f"10.{number}.0.1")
    assert database.audit.count_documents({}) == 0

    active.service.enter_interrupted_acts()

    entries = list(database.audit.find({"act": "sign_in"}, sort=[("_id", 1)]))
    assert len(entries) == MOST_TOLD + 1
    assert entries[0]["facts"]["username"] == names[0]
    assert [entry["facts"]["times"] for entry in entries] == [2, *[1] * (MOST_TOLD - 1), 4]
    assert entries[-1]["subject"] == "slot:unknown"
    assert {entry["facts"]["code"] for entry in entries} == {"accounts.wrong_credentials"}


def test_guesses_at_once_from_one_address_on_many_names_count_each(active: Desk) -> None:
    threads = [
        eventlet.spawn(guess, active, f"nobody-{number}", AWAY)
        for number in range(OF_ADDRESS.burst)
    ]
    told = [thread.wait() for thread in threads]

    counted = told.count(WrongCredentials)
    left = [guess(active, f"else-{number}", AWAY) for number in range(OF_ADDRESS.burst)]
    assert counted + left.count(WrongCredentials) == OF_ADDRESS.burst
