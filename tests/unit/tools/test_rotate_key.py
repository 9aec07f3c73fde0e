"""A rotated key: the new one signs, the old one's public half is kept and verifies."""

from __future__ import annotations

import stat

import pytest

from collecting.sealing.receipts import PublicKey, Signer
from tools.keys import signing_key
from tools.rotate_key import rotate

FACTS = {"number": "K7QM-2F9D-XW4T"}


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "signing.pem"
    path.write_bytes(signing_key())
    return path


def test_the_new_key_signs_and_the_public_half_of_the_old_one_stays(key_file, tmp_path):
    old = Signer.from_file(key_file)

    kid = rotate(key_file, tmp_path / "old")

    new = Signer.from_file(key_file)
    assert kid == new.kid != old.kid
    (kept,) = (tmp_path / "old").iterdir()
    assert PublicKey.from_file(kept).read(old.sign(FACTS)) == FACTS
    assert b"PRIVATE" not in kept.read_bytes()
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600


def test_every_rotation_keeps_one_more(key_file, tmp_path):
    for _ in range(3):
        rotate(key_file, tmp_path / "old")

    kept = {PublicKey.from_file(path).kid for path in (tmp_path / "old").glob("*.pem")}
    assert len(kept) == 3
    assert Signer.from_file(key_file).kid not in kept


def test_a_file_that_is_no_key_is_left_as_it_is(key_file, tmp_path):
    key_file.write_text("not a key")

    with pytest.raises(ValueError, match="PEM"):
        rotate(key_file, tmp_path / "old")

    assert key_file.read_text() == "not a key"
    assert not (tmp_path / "old").exists()
