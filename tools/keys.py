"""What is secret on one machine: keys and passwords, made once and kept in one folder."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

SIGNING_KEY, OLD_SIGNING_KEYS = "reports-signing.pem", "reports-old"
CLUSTER_KEY = "database-cluster"
BROKER, DATABASE, ADMINISTRATOR = "broker", "database", "sucharit"


def _hex_key() -> bytes:
    return secrets.token_hex(32).encode()


def signing_key() -> bytes:
    """Return a new private key for receipts, in PEM."""
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


KEYS: Mapping[str, Callable[[], bytes]] = {
    "accounts-code.hex": _hex_key,
    "accounts-sign-in.hex": _hex_key,
    SIGNING_KEY: signing_key,
    "gateway-ticket.hex": _hex_key,
    "intake.hex": _hex_key,
    CLUSTER_KEY: _hex_key,
    ".erlang.cookie": _hex_key,
}


def password_file(where: str, user: str) -> str:
    """Return the name of the file with the password of a user of the broker or the database."""
    return f"{where}-{user}.password"


def make_missing(folder: Path, users: Mapping[str, list[str]], owner: int) -> None:
    """Make whatever of KEYS is not there, and a password for each user by where it signs in.

    `owner` is who reads KEYS; passwords are handed out by who makes them.
    """
    wanted = {
        **KEYS,
        **{password_file(where, user): _hex_key for where in users for user in users[where]},
    }
    for name, make in wanted.items():
        if not (folder / name).exists():
            write_privately(folder / name, make())
    for name in KEYS:
        os.chown(folder / name, owner, -1)


def write_privately(path: Path, content: bytes, owner: int | None = None) -> None:
    """Replace the file at once, readable by its owner only: whoever it was, or is told."""
    if owner is None:
        owner = path.stat().st_uid if path.exists() else os.getuid()
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    # A file of our own making, never one that a link leads to.
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        os.fchown(file.fileno(), owner, -1)
        file.write(content)
    fresh.replace(path)
