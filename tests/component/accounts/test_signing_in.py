"""One slot, one computer; guessing gets slower; nobody waits for somebody else's password."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import eventlet
import orjson
import pytest
from argon2 import PasswordHasher, extract_parameters

from chassis.clock import now
from contracts.accounts.sign_in import SlotInUse, TooManyAttempts, WrongCredentials
from contracts.fields import wire_time
from services.accounts.settings import Settings
from services.accounts.sign_in import open_slot
from services.accounts.sign_in.passwords import GreenPasswordHashes, PasswordHashes
from services.accounts.sign_in.rules.sessions import Lifetime
from services.accounts.sign_in.rules.throttling import FREE_ATTEMPTS
from services.accounts.sign_in.seal import Sealer
from services.accounts.sign_in.second_factor import SecondFactors
from services.accounts.sign_in.store.sessions import Expired, TakenOver
from services.accounts.stores import AccountsStore
from tests.component.accounts.krabi import ADDRESS, PASSWORD, announced, import_file

LIFE = timedelta(hours=12)
IDLE = timedelta(hours=2)
LIFETIME = Lifetime(LIFE, IDLE)
USERNAME = "5810401-1"

SignIn = Callable[..., dict[str, Any]]


@pytest.fixture
def factors(store: AccountsStore) -> SecondFactors:
    return SecondFactors(store.second_factors, Sealer(bytes(range(32))))


@pytest.fixture
def sign_in(
    store: AccountsStore, database: Any, passwords: GreenPasswordHashes, factors: SecondFactors
) -> SignIn:
    """Signs in to a slot that has the password."""
    import_file(store, database)
    database.slots.update_one(
        {"username": USERNAME}, {"$set": {"password_hash": passwords.make(PASSWORD)}}
    )

    def sign_in(**changes: Any) -> dict[str, Any]:
        asked = {
            "username": USERNAME,
            "password": PASSWORD,
            "takeover": False,
            "address": ADDRESS,
            "at": now(),
        } | changes
        lifetime = asked.pop("lifetime", LIFETIME)
        found = open_slot.prove_password(store, passwords, factors, **asked)
        asked = {name: asked[name] for name in ("takeover", "at")}
        session, _ = open_slot.begin_session(store, found, **asked, lifetime=lifetime)
        return session

    return sign_in


def hash_of(session: dict[str, Any]) -> str:
    return hashlib.sha256(session["token"].encode()).hexdigest()


def endings(database: Any) -> list[str]:
    closed = announced(database, "session_closed")
    return [orjson.loads(entry["body"])["reason"] for entry in closed]


def test_a_sign_in_is_found_by_its_token_and_says_who_it_is(
    sign_in: SignIn, store: AccountsStore
) -> None:
    session = sign_in()

    found = store.sessions.list_by_token([hash_of(session), "0" * 64], at=now())

    ((kept, stored),) = found.values()
    assert kept.principal.username == USERNAME
    assert kept.principal.area == "organisation"
    assert session["principal"]["scope"]["code"] == kept.principal.organisation_id
    assert session["principal"]["organisation"]["full_name"] == "เทศบาลตำบลคลองท่อมใต้"
    assert session["principal"]["code_group"] == "local_officials"
    assert stored.expires_at - stored.opened_at == LIFE


def test_a_username_may_be_typed_in_capitals_and_with_spaces(
    sign_in: SignIn, database: Any
) -> None:
    database.slots.update_one({"username": USERNAME}, {"$set": {"username": "d8199"}})

    assert sign_in(username=" D8199 ")["principal"]["username"] == "d8199"


def test_a_second_sign_in_is_refused_and_names_the_first(sign_in: SignIn) -> None:
    at = now()
    sign_in(at=at)

    with pytest.raises(SlotInUse) as refused:
        sign_in()

    assert refused.value.details["since"] == wire_time(at)


def test_a_takeover_ends_the_first_which_is_told_so(
    sign_in: SignIn, store: AccountsStore, database: Any
) -> None:
    first = sign_in()

    second = sign_in(takeover=True)

    found = store.sessions.list_by_token([hash_of(first), hash_of(second)], at=now())
    assert isinstance(found[hash_of(first)], TakenOver)
    assert not isinstance(found[hash_of(second)], TakenOver)
    assert endings(database) == ["taken_over"]


def test_of_many_at_once_exactly_one_signs_in(sign_in: SignIn, database: Any) -> None:
    def attempt(number: int) -> bool:
        try:
            sign_in(address=f"203.0.113.{number}")
        except SlotInUse:
            return False
        return True

    threads = [eventlet.spawn(attempt, number) for number in range(12)]

    assert sorted(thread.wait() for thread in threads) == [False] * 11 + [True]
    assert len(announced(database, "session_opened")) == 1


def test_of_many_takeovers_at_once_one_session_is_left_and_every_other_is_closed(
    sign_in: SignIn, store: AccountsStore, database: Any
) -> None:
    threads = [
        eventlet.spawn(sign_in, takeover=True, address=f"203.0.113.{number}") for number in range(8)
    ]
    hashes = [hash_of(thread.wait()) for thread in threads]

    found = store.sessions.list_by_token(hashes, at=now())
    assert sum(not isinstance(session, TakenOver) for session in found.values()) == 1
    assert endings(database) == ["taken_over"] * 7


def test_an_expired_session_opens_nothing_and_holds_up_nobody(
    sign_in: SignIn, store: AccountsStore, database: Any
) -> None:
    old = sign_in(at=now() - LIFE)

    (ended,) = store.sessions.list_by_token([hash_of(old)], at=now()).values()
    assert isinstance(ended, Expired)
    sign_in()
    assert endings(database) == ["expired"]


def test_a_takeover_tells_since_when_the_other_was_signed_in(sign_in: SignIn) -> None:
    at = now()
    assert sign_in(at=at)["ended_session_since"] is None

    assert sign_in(takeover=True)["ended_session_since"] == wire_time(at)


def test_a_session_nobody_uses_ends_and_holds_up_nobody(
    sign_in: SignIn, store: AccountsStore, database: Any
) -> None:
    at = now()
    idle = sign_in(at=at)

    assert store.sessions.list_by_token([hash_of(idle)], at=at + IDLE - timedelta(seconds=1))
    (ended,) = store.sessions.list_by_token([hash_of(idle)], at=at + IDLE).values()
    assert isinstance(ended, Expired)
    assert sign_in(at=at + IDLE)["ended_session_since"] is None
    assert endings(database) == ["expired"]


def test_a_session_in_use_lives_on_and_is_written_every_five_minutes_at_most(
    sign_in: SignIn, store: AccountsStore
) -> None:
    at = now()
    hashes = [hash_of(sign_in(at=at))]
    notes = 0
    for seconds in range(0, 600, 5):
        moment = at + timedelta(seconds=seconds)
        ((kept, session),) = store.sessions.list_by_token(hashes, at=moment).values()
        if session.is_worth_noting(at=moment, idle=IDLE):
            store.sessions.note_use({kept.slot.id: session.id}, idle_at=moment + IDLE)
            notes += 1

    assert notes == 1  # of two hours, a twenty-fourth
    assert store.sessions.list_by_token(hashes, at=at + timedelta(minutes=9) + IDLE / 2)
    (ended,) = store.sessions.list_by_token(hashes, at=at + timedelta(minutes=10) + IDLE).values()
    assert isinstance(ended, Expired)


def test_notes_of_use_that_come_out_of_order_never_move_the_end_of_idleness_back(
    sign_in: SignIn, store: AccountsStore
) -> None:
    at = now()
    hashes = [hash_of(sign_in(at=at))]
    ((kept, session),) = store.sessions.list_by_token(hashes, at=at).values()

    for minutes in (10, 5):  # two gateways
        idle_at = at + timedelta(minutes=minutes) + IDLE
        store.sessions.note_use({kept.slot.id: session.id}, idle_at=idle_at)

    last = at + timedelta(minutes=10) + IDLE
    ((_, live),) = store.sessions.list_by_token(hashes, at=last - timedelta(seconds=1)).values()
    assert live.idle_at == last - timedelta(microseconds=last.microsecond % 1000)


def test_a_note_of_use_does_not_bring_back_a_session_that_was_taken_over(
    sign_in: SignIn, store: AccountsStore, database: Any
) -> None:
    first = sign_in()
    ((kept, session),) = store.sessions.list_by_token([hash_of(first)], at=now()).values()
    second = sign_in(takeover=True)
    before = database.slots.find_one({"username": USERNAME})["session"]

    store.sessions.note_use({kept.slot.id: session.id}, idle_at=now() + LIFE)

    assert database.slots.find_one({"username": USERNAME})["session"] == before
    assert hash_of(second) == before["token_hash"]


def test_signing_out_ends_the_session_once(
    sign_in: SignIn, store: AccountsStore, database: Any
) -> None:
    session = sign_in()
    ((kept, stored),) = store.sessions.list_by_token([hash_of(session)], at=now()).values()

    closings = [store.sessions.close(stored.id, kept.slot.id, at=now()) for _ in range(2)]

    assert closings == [True, False]
    assert store.sessions.list_by_token([hash_of(session)], at=now()) == {}
    assert endings(database) == ["signed_out"]


@pytest.mark.parametrize(
    "wrong", [{"password": "not that one"}, {"username": "nobody"}, {"username": "5810401-2"}]
)
def test_a_wrong_password_an_unknown_name_and_a_slot_never_activated_are_refused_alike(
    sign_in: SignIn, wrong: dict[str, str]
) -> None:
    with pytest.raises(WrongCredentials) as refused:
        sign_in(**wrong)

    assert refused.value.details == {}


def test_guessing_is_slowed_down_for_the_guesser_alone(sign_in: SignIn) -> None:
    at = now()
    for _ in range(FREE_ATTEMPTS):
        with pytest.raises(WrongCredentials):
            sign_in(password="a wrong guess", at=at)

    with pytest.raises(TooManyAttempts) as refused:
        sign_in(at=at)

    assert refused.value.details["retry_after_seconds"] == "5"
    assert sign_in(address="198.51.100.1", at=at)["token"]


def test_the_delay_rises_and_a_third_party_does_not_lock_the_holder_out(sign_in: SignIn) -> None:
    at, waits = now(), []
    while len(waits) < 4:
        with pytest.raises((WrongCredentials, TooManyAttempts)) as refused:
            sign_in(password="a wrong guess", at=at, address="192.0.2.66")
        if refused.type is TooManyAttempts:
            waits.append(int(refused.value.details["retry_after_seconds"]))
            at += timedelta(seconds=waits[-1])

    assert waits == [5, 10, 20, 40]
    assert sign_in(at=at)["token"]


def test_a_province_behind_one_address_signs_in_while_one_of_it_guesses(
    sign_in: SignIn, database: Any
) -> None:
    kept = database.slots.find_one({"username": USERNAME})["password_hash"]
    database.slots.update_many({}, {"$set": {"password_hash": kept}})
    usernames = database.slots.distinct("username", {"username": {"$ne": USERNAME}})
    for _ in range(FREE_ATTEMPTS):
        with pytest.raises(WrongCredentials):
            sign_in(password="a wrong guess")

    signed_in = [sign_in(username=username)["token"] for username in usernames]

    assert len(signed_in) == 14
    with pytest.raises(TooManyAttempts):
        sign_in()


def test_after_the_delay_the_right_password_opens_and_all_is_forgotten(
    sign_in: SignIn, database: Any
) -> None:
    at = now()
    for _ in range(FREE_ATTEMPTS):
        with pytest.raises(WrongCredentials):
            sign_in(password="a wrong guess", at=at)

    sign_in(at=at + timedelta(seconds=5))

    assert database.attempts.count_documents({"count": {"$gt": 0}}) == 0
    with pytest.raises(WrongCredentials):
        sign_in(password="a wrong guess", at=at + timedelta(seconds=5))


def test_guesses_made_at_once_count_each(sign_in: SignIn) -> None:
    at = now()

    def guess() -> type[Exception]:
        with pytest.raises((WrongCredentials, TooManyAttempts)) as refused:
            sign_in(password="a wrong guess", at=at)
        return refused.type

    outcomes = [thread.wait() for thread in [eventlet.spawn(guess) for _ in range(20)]]

    assert outcomes.count(WrongCredentials) == FREE_ATTEMPTS


def test_a_sign_in_decided_on_an_old_password_is_refused(
    sign_in: SignIn, store: AccountsStore, database: Any
) -> None:
    found = store.sessions.find_slot(USERNAME)
    assert found is not None
    database.slots.update_one({"username": USERNAME}, {"$set": {"password_hash": "another"}})
    session = open_slot.Session("s", "h", now(), now() + LIFE)

    with pytest.raises(WrongCredentials):
        store.sessions.open(found, session, takeover=False)


def test_sessions_are_found_over_indexes(sign_in: SignIn, database: Any) -> None:
    hashes = {"$in": [hash_of(sign_in())]}

    plan = database.slots.find(
        {"$or": [{"session.token_hash": hashes}, {"taken_over.token_hash": hashes}]}
    ).explain()

    assert plan["executionStats"]["totalDocsExamined"] == 1


@pytest.fixture
def real_passwords(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> GreenPasswordHashes:
    """Hashes at the cost of production."""
    for name in ("MEMORY_KIB", "PASSES"):
        monkeypatch.delenv(f"ACCOUNTS_ARGON2_{name}")
    return GreenPasswordHashes(PasswordHashes(Settings.read()), at_once=2)


def test_sixty_passwords_at_once_do_not_hold_up_the_loop(
    real_passwords: GreenPasswordHashes,
) -> None:
    kept = real_passwords.make(PASSWORD)
    turns = []

    def tick() -> None:
        while True:
            eventlet.sleep(0.005)
            turns.append(1)

    ticking = eventlet.spawn(tick)
    checks = [eventlet.spawn(real_passwords.is_right, kept, PASSWORD) for _ in range(60)]

    assert all(check.wait() for check in checks)
    ticking.kill()
    assert len(turns) > 60, "the loop did not turn while passwords were hashed"


def test_a_refusal_costs_one_check_of_a_password_whether_the_username_exists_or_not(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So how long it takes does not tell."""
    costs = []
    verify = PasswordHasher.verify

    def counted(hasher: PasswordHasher, kept: str, password: str) -> bool:
        costs.append(extract_parameters(kept))
        return verify(hasher, kept, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    for username in (USERNAME, "nobody"):
        with pytest.raises(WrongCredentials):
            sign_in(username=username, password="a wrong guess")

    known, unknown = costs
    assert known == unknown
