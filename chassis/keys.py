"""Reads the secret keys of this process whole from files, or it does not start."""

from __future__ import annotations

from pathlib import Path

KEY_BYTES = 32


class KeyUnusable(SystemExit):
    """The key file is not there or is not a key; the process must not start."""


def read_key(path: Path) -> bytes:
    """Return the KEY_BYTES a file holds in hexadecimal digits. Raises KeyUnusable."""
    try:
        key = bytes.fromhex(path.read_text().strip())
    except (OSError, ValueError) as problem:
        raise KeyUnusable(f"cannot start: no key: {problem}") from problem
    if len(key) != KEY_BYTES:
        raise KeyUnusable(f"cannot start: {path} holds {len(key)} bytes, not {KEY_BYTES}")
    return key


def read_keys(newest: Path, older: str) -> list[bytes]:
    """Return the newest key and those in the `*.hex` files of a folder. Raises KeyUnusable."""
    if not older:
        return [read_key(newest)]
    if not Path(older).is_dir():
        raise KeyUnusable(f"cannot start: {older} is no folder of older keys")
    return [read_key(path) for path in (newest, *sorted(Path(older).glob("*.hex")))]
