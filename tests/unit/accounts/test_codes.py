"""A code is short, derived, and catches a slip of the hand."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.accounts.errors import CodeKeyRetired
from services.accounts.codes import (
    ALPHABET,
    LENGTH,
    ActivationCodes,
    KeyUnusable,
    check_character,
    in_groups,
    read_key,
    read_keys,
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


def test_the_newest_key_comes_first_and_a_folder_may_hold_older_ones(tmp_path: Path) -> None:
    old_keys = tmp_path / "old"
    old_keys.mkdir()
    for path, byte in ((tmp_path / "new.hex", b"n"), (old_keys / "a.hex", b"a")):
        path.write_text((byte * 32).hex())
    (old_keys / "README").write_text("not a key")

    assert read_keys(tmp_path / "new.hex", "") == [b"n" * 32]
    assert read_keys(tmp_path / "new.hex", str(old_keys)) == [b"n" * 32, b"a" * 32]
    (old_keys / "b.hex").write_text("short")
    with pytest.raises(KeyUnusable):
        read_keys(tmp_path / "new.hex", str(old_keys))
    with pytest.raises(KeyUnusable):
        read_keys(tmp_path / "new.hex", str(tmp_path / "nowhere"))


def test_a_code_is_printed_in_groups_that_can_be_typed_back() -> None:
    assert in_groups("ABCDEFGHJKMNP") == "ABCD-EFGH-JKMN-P"


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
