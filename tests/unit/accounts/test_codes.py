"""A code is short, derived, and catches a slip of the hand."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounts.codes import (
    ALPHABET,
    LENGTH,
    ActivationCodes,
    KeyUnusable,
    check_character,
    read_key,
    read_typed,
)

BODIES = st.text(ALPHABET, min_size=LENGTH, max_size=LENGTH)
CODES = BODIES.map(lambda body: body + check_character(body))
PLACES = st.integers(0, LENGTH)


@given(code=CODES, place=PLACES, wrong=st.sampled_from(ALPHABET))
def test_every_single_wrong_character_shows(code: str, place: int, wrong: str) -> None:
    typed = code[:place] + wrong + code[place + 1 :]

    assert read_typed(typed) == (code if typed == code else None)


@given(code=CODES, first=PLACES, second=PLACES)
def test_any_two_characters_swapped_show(code: str, first: int, second: int) -> None:
    characters = list(code)
    characters[first], characters[second] = characters[second], characters[first]
    typed = "".join(characters)

    assert read_typed(typed) == (code if typed == code else None)


@given(text=st.text(max_size=40))
def test_anything_may_be_typed(text: str) -> None:
    assert read_typed(text) is None or len(read_typed(text) or "") == LENGTH + 1


@given(code=CODES)
def test_case_spaces_and_dashes_do_not_matter(code: str) -> None:
    assert read_typed(f" {code[:4].lower()}-{code[4:8]}\u2013{code[8:]}\u00a0") == code


def test_a_code_follows_from_key_issuance_and_slot_alone() -> None:
    codes = ActivationCodes(b"k" * 32)

    made = codes.make("issuance", "slot")

    assert made == ActivationCodes(b"k" * 32).make("issuance", "slot")
    others = {
        codes.make("other", "slot"),
        codes.make("issuance", "other"),
        ActivationCodes(b"x" * 32).make("issuance", "slot"),
    }
    assert len(others | {made}) == 4
    assert read_typed(made) == made


def test_codes_use_the_whole_alphabet_at_every_place() -> None:
    codes = ActivationCodes(b"k" * 32)
    made = [codes.make("issuance", str(number)) for number in range(2_000)]

    assert len(set(made)) == 2_000
    assert all(set(column) == set(ALPHABET) for column in zip(*made, strict=True))


def test_what_is_kept_of_a_code_needs_the_key_and_belongs_to_one_slot() -> None:
    code = ActivationCodes(b"k" * 32).make("issuance", "slot")

    kept = {
        ActivationCodes(b"k" * 32).hash("slot", code),
        ActivationCodes(b"x" * 32).hash("slot", code),
        ActivationCodes(b"k" * 32).hash("other", code),
    }

    assert len(kept) == 3
    assert not any(code in each for each in kept)


def test_no_character_of_the_alphabet_looks_like_another() -> None:
    assert not set(ALPHABET) & set("01OIL")
    assert len(set(ALPHABET)) == 31


def test_a_key_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("ab" * 32 + "\n")

    assert read_key(path) == b"\xab" * 32


@pytest.mark.parametrize("text", [None, "", "not hexadecimal", "ab" * 16])
def test_without_a_usable_key_the_process_does_not_start(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "key"
    if text is not None:
        path.write_text(text)

    with pytest.raises(KeyUnusable):
        read_key(path)
