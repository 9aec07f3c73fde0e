"""The operator can sign in before anything else is there."""

from typing import Any

from services.accounts.operator import set_operator
from services.accounts.settings import Settings
from services.accounts.sign_in.passwords import PasswordHashes
from services.accounts.stores import AccountsStore


def is_right(store: AccountsStore, hashes: PasswordHashes, password: str) -> bool:
    found = store.sessions.find_slot("operator")
    assert found is not None
    assert found.kept.principal.role == "operator"
    return hashes.is_right(found.password_hash, password)


def test_a_password_is_made_and_told_once(store: AccountsStore, settings: Settings) -> None:
    hashes = PasswordHashes(settings)

    made = set_operator(store.slots, hashes, None)
    again = set_operator(store.slots, hashes, None)

    assert made is not None
    assert again is None
    assert is_right(store, hashes, made)


def test_a_given_password_replaces_the_one_before(store: AccountsStore, settings: Settings) -> None:
    hashes = PasswordHashes(settings)
    set_operator(store.slots, hashes, None)

    assert set_operator(store.slots, hashes, "the given one") is None

    assert is_right(store, hashes, "the given one")


def test_the_same_password_given_again_leaves_the_slot_as_it_is(
    store: AccountsStore, settings: Settings, database: Any
) -> None:
    hashes = PasswordHashes(settings)
    set_operator(store.slots, hashes, "the given one")
    before = database.slots.find_one()

    set_operator(store.slots, hashes, "the given one")

    assert database.slots.find_one() == before
