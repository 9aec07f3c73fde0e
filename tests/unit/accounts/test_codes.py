"""A code is short, derived, and catches a slip of the hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.accounts.issuance import CodeKeyRetired
from contracts.check_characters import in_groups
from services.accounts.issuance.codes import (
    ALPHABET,
    LENGTH,
    ActivationCodes,
    check_character,
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
    assert read_typed(f"\ufeff{code[:4]}\u2014\u200b{code[4:]}\r\n") == code
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
        *ActivationCodes(b"k" * 32).hashes("slot", code),
        *ActivationCodes(b"x" * 32).hashes("slot", code),
        *ActivationCodes(b"k" * 32).hashes("other", code),
    }

    assert len(kept) == 3
    assert not any(code in each for each in kept)


def test_a_code_made_with_an_older_key_is_found_as_long_as_that_key_is_known() -> None:
    before = ActivationCodes(b"k" * 32)
    kept = before.issue("issuance", "slot", before.key_id)
    code = before.make("issuance", "slot")
    rotated = ActivationCodes(b"x" * 32, b"k" * 32)

    assert kept in rotated.hashes("slot", code)
    assert rotated.make("issuance", "slot", before.key_id) == code
    assert rotated.make("issuance", "slot") != code
    assert kept not in ActivationCodes(b"x" * 32).hashes("slot", code)
    with pytest.raises(CodeKeyRetired):
        ActivationCodes(b"x" * 32).make("issuance", "slot", before.key_id)


def test_a_code_is_printed_in_groups_that_can_be_typed_back() -> None:
    assert in_groups("ABCDEFGHJKMNP") == "ABCD-EFGH-JKMN-P"


def test_no_character_of_the_alphabet_looks_like_another() -> None:
    assert not set(ALPHABET) & set("01OIL")
    assert len(set(ALPHABET)) == 31
