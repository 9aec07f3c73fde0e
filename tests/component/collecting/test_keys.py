"""A key is changed without losing what it signed, even when its file is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collecting.sealing.keys import Keyring
from collecting.sealing.receipts import PublicKey, Signer

FIRST = datetime(2026, 12, 1, tzinfo=UTC)
LATER = FIRST + timedelta(days=100)
FACTS = {"number": "K7QM-2F9D-XW4T"}


def a_key() -> Signer:
    return Signer(Ed25519PrivateKey.generate())


@pytest.fixture
def ring(store):
    """A process's keyring, as of a moment."""

    def make(signer: Signer, *old: PublicKey, at: datetime = FIRST) -> Keyring:
        return Keyring(signer, old, store.signing_keys, lambda: at)

    return make


def test_what_the_old_key_signed_reads_the_same_after_the_change(ring):
    old, new = a_key(), a_key()
    jws = ring(old).sign(FACTS)

    changed = ring(new, old, at=LATER)

    assert changed.read(jws) == FACTS
    assert changed.read(changed.sign(FACTS)) == FACTS
    assert changed.sign(FACTS).partition(".")[0] != jws.partition(".")[0]


def test_what_a_lost_key_signed_still_reads(ring):
    jws = ring(a_key()).sign(FACTS)

    assert ring(a_key(), at=LATER).read(jws) == FACTS


def test_a_process_not_restarted_yet_reads_what_the_new_key_signs(ring):
    running = ring(a_key())
    running.sign(FACTS)

    assert running.read(ring(a_key(), at=LATER).sign(FACTS)) == FACTS


def test_all_public_keys_are_shown_with_the_time_they_signed(ring):
    before_the_database, old, new = a_key(), a_key(), a_key()
    ring(old).sign(FACTS)

    first, second, third = ring(new, before_the_database, at=LATER).jwks()["keys"]

    assert first == before_the_database.jwk | {
        "first_used_at": None,
        "retired_at": "2027-03-11T07:00:00.000+07:00",
    }
    assert second == old.jwk | {
        "first_used_at": "2026-12-01T07:00:00.000+07:00",
        "retired_at": "2027-03-11T07:00:00.000+07:00",
    }
    assert third == new.jwk | {
        "first_used_at": "2027-03-11T07:00:00.000+07:00",
        "retired_at": None,
    }


def test_a_key_is_shown_before_it_signs_anything_and_kept_before_its_signature_leaves(
    ring, database
):
    signer = a_key()

    assert [key["kid"] for key in ring(signer).jwks()["keys"]] == [signer.kid]
    other = a_key()
    ring(other).sign(FACTS)
    assert database["signing_keys"].find_one({"_id": other.kid})["jwk"] == other.jwk


def test_what_a_stranger_signed_is_not_ours(ring):
    assert ring(a_key()).read(a_key().sign(FACTS)) is None
    assert ring(a_key()).read("nonsense") is None
