"""A process has whole keys or does not start."""

from pathlib import Path

import pytest

from chassis.keys import KeyUnusable, read_key, read_keys
from gateway.tickets import Tickets


def test_a_key_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("ab" * 32 + "\n")

    assert read_key(path) == b"\xab" * 32


@pytest.mark.parametrize("text", [None, "", "not hexadecimal", "ab" * 31, "ab" * 33])
def test_without_a_usable_key_the_process_does_not_start(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "key"
    if text is not None:
        path.write_text(text)

    with pytest.raises(KeyUnusable):
        read_key(path)


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


def test_a_ticket_is_signed_with_a_whole_key_only(tmp_path: Path) -> None:
    path = tmp_path / "ticket"
    path.write_text("ab")

    with pytest.raises(KeyUnusable, match="holds 1 bytes, not 32"):
        Tickets.from_file(path)
