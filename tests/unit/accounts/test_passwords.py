"""Which passwords are refused, and what is kept of the others."""

from pathlib import Path

import pytest

from contracts.accounts.sign_in import WeakPassword
from services.accounts.settings import Settings
from services.accounts.sign_in.passwords import _COMMON, PasswordHashes, require_strong

REQUIRED = {
    "mongo_uri": "mongodb://nowhere/a",
    "portal_url": "https://nowhere.example",
    "code_key_file": Path("key"),
    "sign_in_key_file": Path("key"),
}


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "is too short"),
        ("elevenchars", "is too short"),
        ("password1234", "is a common one"),
        ("Password2568!!", "is a common one"),
        ("123456789012", "is a common one"),
        ("1q2w3e4r5t6y", "is a common one"),
        ("รหัสผ่าน123456", "is a common one"),
        ("abababababab", "repeats too few characters"),
        ("Manchester2568", "is a common one"),
        ("นครศรีธรรมราช2569", "is a common one"),
        ("qwerty asdfgh 12345", "follows the keyboard"),
        ("poiuytre 98765", "follows the keyboard"),
        ("ฟหกด ไำพะ ผปแอ", "follows the keyboard"),
        ("4rfv 5tgb 6yhn 7ujm", "follows the keyboard"),
        ("my 5810401 slot", "contains the username"),
        ("OPERATOR of it all", "contains the username"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(password: str, reason: str) -> None:
    username = "operator" if "OPERATOR" in password else "5810401-1"

    with pytest.raises(WeakPassword) as refused:
        require_strong(password, username)

    assert refused.value.details["reason"] == reason
    assert refused.value.details["pointer"] == "/password"
    assert refused.value.in_thai()


@pytest.mark.parametrize(
    "password",
    [
        "sawadee from the wayside",
        "correct horse battery",
        "ช้างม้าวัวควาย 4 ตัว",
        "xK4-9vLq_72Trw",
        "with p81 inside it",
    ],
)
def test_a_long_password_that_nobody_guesses_is_taken(password: str) -> None:
    require_strong(password, "p81")


def test_the_list_has_a_thousand_common_words_and_each_is_refused_with_digits_after_it() -> None:
    lines = _COMMON.read_text(encoding="utf-8").splitlines()
    words = [line for line in lines if line.isalpha()]

    assert len(words) >= 1_000
    for word in words:
        with pytest.raises(WeakPassword):
            require_strong(f"{word.upper()}2568!2569!25", "5810401-1")


@pytest.fixture(scope="module")
def hashes() -> PasswordHashes:
    cheap = Settings(**REQUIRED, argon2_memory_kib=64, argon2_passes=1)
    return PasswordHashes(cheap)


def test_only_the_password_itself_is_right(hashes: PasswordHashes) -> None:
    kept = hashes.make("correct horse battery")

    assert kept.startswith("$argon2id$")
    assert hashes.is_right(kept, "correct horse battery")
    assert not hashes.is_right(kept, "correct horse batterY")


def test_the_same_password_is_kept_differently_each_time(hashes: PasswordHashes) -> None:
    assert hashes.make("correct horse battery") != hashes.make("correct horse battery")


def test_where_no_password_is_kept_none_is_right(hashes: PasswordHashes) -> None:
    assert not hashes.is_right(None, "nobody's password")
    assert not hashes.is_right(None, "")


def test_a_password_is_right_however_its_letters_are_composed(hashes: PasswordHashes) -> None:
    kept = hashes.make("cafe\u0301 au lait noir")

    assert hashes.is_right(kept, "caf\u00e9 au lait noir")


def test_the_cost_is_owasps_minimum_unless_told_otherwise() -> None:
    settings = Settings(**REQUIRED)

    kept = PasswordHashes(settings).make("correct horse battery")

    assert "$m=19456,t=2,p=1$" in kept
