"""Who the programs on this machine are: a user of their own when root starts them, else who does.

That user owns the folders of broker and database and the keys that programs read, enters the
directories on the way to them, and has nothing else: decision 0023.
"""

from __future__ import annotations

import os
import pwd
import struct
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

USER = "sucharit"
ACL = "system.posix_acl_access"
ACL_VERSION, ACL_ENTRY = b"\x02\x00\x00\x00", "<HHI"
OWNER, NAMED_USER, GROUP, MASK, OTHER = 0x01, 0x02, 0x04, 0x10, 0x20
NOBODY = 0xFFFFFFFF
ENTER = 0o1


def programs_uid() -> int:
    """Return the user that programs run as. Raises KeyError when it was never made."""
    return pwd.getpwnam(USER).pw_uid if os.getuid() == 0 else os.getuid()


def make_user() -> None:
    """Make the user, when we are root and there is none."""
    if os.getuid() == 0 and USER not in {user.pw_name for user in pwd.getpwall()}:
        options = ("--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent")
        subprocess.run(
            ("/usr/sbin/useradd", *options, "--shell", "/usr/sbin/nologin", USER), check=True
        )


def own(folder: Path) -> None:
    """Have the folder, with all that is in it, belong to the programs' user alone."""
    uid = programs_uid()
    folder.mkdir(exist_ok=True)
    folder.chmod(0o700)
    if folder.stat().st_uid != uid:
        for place, folders, files in os.walk(folder):
            for name in (*folders, *files):
                os.chown(Path(place) / name, uid, -1, follow_symlinks=False)
        os.chown(folder, uid, -1)


def let_in(places: Iterable[Path]) -> None:
    """Let the programs' user pass, without looking around, through what is on the way to places.

    Nobody else is let in: a directory gets an access list with that one user more. Raises
    ValueError where there are no such lists.
    """
    if os.getuid() == 0:
        for folder in dict.fromkeys(_on_the_way(places)):
            if not folder.stat().st_mode & ENTER:
                _let_pass(folder, programs_uid())


def _on_the_way(places: Iterable[Path]) -> Iterator[Path]:
    for place in places:
        yield from reversed(place.resolve().parents)
        yield place.resolve()


def _let_pass(folder: Path, uid: int) -> None:
    mode = folder.stat().st_mode
    try:
        told = os.getxattr(folder, ACL)[len(ACL_VERSION) :]
        rights = {(tag, who): bits for tag, bits, who in struct.iter_unpack(ACL_ENTRY, told)}
    except OSError:  # it has no list: its mode says all
        shifts = {OWNER: 6, GROUP: 3, OTHER: 0}
        rights = {(tag, NOBODY): mode >> shift & 7 for tag, shift in shifts.items()}
    rights.setdefault((MASK, NOBODY), rights[GROUP, NOBODY])
    for key in ((NAMED_USER, uid), (MASK, NOBODY)):
        rights[key] = rights.get(key, 0) | ENTER
    entries = (struct.pack(ACL_ENTRY, tag, rights[tag, who], who) for tag, who in sorted(rights))
    try:
        os.setxattr(folder, ACL, ACL_VERSION + b"".join(entries))
    except OSError as problem:
        raise ValueError(
            f"{USER}, whom programs run as, cannot be let through {folder}: {problem.strerror}; "
            "move the checkout to where everybody may pass, or run make as another user than root"
        ) from problem


def is_readable(path: Path) -> bool:
    """Whether the programs' user can read the file."""
    if os.getuid() != 0:
        return os.access(path, os.R_OK)
    who = ("--reuid", USER, "--regid", USER, "--clear-groups")
    asked = ("setpriv", *who, "--", "test", "-r", str(path))
    return subprocess.run(asked, check=False, cwd="/").returncode == 0
