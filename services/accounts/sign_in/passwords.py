"""Passwords: which are refused, and argon2id beside the loop so that nobody else waits for it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from functools import cache
from pathlib import Path
from typing import NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from chassis.work_line import WorkLine
from contracts.accounts.sign_in import WeakPassword
from services.accounts.settings import Settings

LEAST_CHARACTERS = 12
LEAST_DIFFERENT_CHARACTERS = 5
LEAST_TELLING = 5  # a shorter username may stand in a good password by chance
SHORTEST_RUN = 3
MOST_WAITING = 58  # a second and a bit of hashing; who came later would wait in vain
_ROWS = (
    *("1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "!@#$%^&*()_+"),
    *("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik,", "9ol.", "0p;/"),
    *("ๅ/-ภถุึคตจขช", "ๆไำพะัีรนยบลฃ", "ฟหกดเ้่าสวง", "ผปแอิืทมใฝ", "๑๒๓๔๕๖๗๘๙๐"),
    *("ๅๆฟผ", "/ไหป", "-ำกแ", "ภพดอ", "ถะเิ", "ึี่ท", "คราม", "ตนสใ", "จยวฝ"),
    *("abcdefghijklmnopqrstuvwxyz", "กขคงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ", "01234567890"),
)
_WAYS = (*_ROWS, *(row[::-1] for row in _ROWS))
_COMMON = Path(__file__).with_name("common_passwords.txt")


def require_strong(password: str, username: str, *, pointer: str = "/password") -> None:
    """Refuse a password that is short, common or made of the username. Raises WeakPassword."""
    password = unicodedata.normalize("NFC", password).casefold()
    own = username.casefold().partition("-")[0]
    for is_weak, reason, reason_th in (
        (len(password) < LEAST_CHARACTERS, "is too short", "สั้นเกินไป"),
        (len(own) >= LEAST_TELLING and own in password, "contains the username", "มีชื่อผู้ใช้อยู่ด้วย"),
        (
            len(set(password)) < LEAST_DIFFERENT_CHARACTERS,
            "repeats too few characters",
            "ใช้อักขระซ้ำกันมากเกินไป",
        ),
        (_is_common(password), "is a common one", "เป็นรหัสผ่านที่คนใช้กันมาก"),
        (_is_walk(password), "follows the keyboard", "เรียงตามแป้นพิมพ์"),
    ):
        if is_weak:
            raise WeakPassword(reason=reason, reason_th=reason_th, pointer=pointer)


def _is_walk(password: str) -> bool:
    """Whether it is nothing but runs of neighbouring keys or letters, forwards or backwards."""
    left = "".join(password.split())
    while left:
        run = _longest_run(left)
        if run < SHORTEST_RUN:
            return False
        left = left[run:]
    return True


def _longest_run(text: str) -> int:
    run = SHORTEST_RUN
    while run <= len(text) and any(text[:run] in way for way in _WAYS):
        run += 1
    return run - 1


def _is_common(password: str) -> bool:
    """Whether it is on the list, or is a word of the list with digits and signs around it."""
    without_ends = password.strip("0123456789!@#$%^&*()-_=+.,?/ ")
    return not _common_passwords().isdisjoint((password, without_ends))


@cache
def _common_passwords() -> frozenset[str]:
    lines = _COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


class PasswordHashes:
    """argon2id hashes at the cost the settings give."""

    def __init__(self, settings: Settings) -> None:
        self._hasher = PasswordHasher(
            time_cost=settings.argon2_passes,
            memory_cost=settings.argon2_memory_kib,
            parallelism=1,
        )
        # Checked when there is no password to check, so that refusing takes as long either way.
        self._nobodys = self.make("nobody's password")

    def make(self, password: str) -> str:
        """Return the hash to keep."""
        return self._hasher.hash(unicodedata.normalize("NFC", password))

    def is_right(self, kept: str | None, password: str) -> bool:
        """Whether the password is the one kept; with none kept, never, after the same time."""
        try:
            self._hasher.verify(kept or self._nobodys, unicodedata.normalize("NFC", password))
        except VerifyMismatchError:
            return False
        return kept is not None


class Standing(Enum):
    """Who asks for a hash; the value is the part of the places in the line kept from them."""

    KNOWN = 0.0  # signed in, with a code, or from an address that has opened this name before
    NAMED = 0.25  # with a name that somebody has
    STRANGER = 0.5


class PasswordWork(NamedTuple):
    """What may be done from one place in the line."""

    is_right: Callable[[str | None, str], bool]
    make: Callable[[str], str]


class GreenPasswordHashes:
    """The same, each in a thread of the machine; a few at once, and few wait in green ways."""

    def __init__(self, hashes: PasswordHashes, *, at_once: int) -> None:
        self._hashes = hashes
        self._line = WorkLine("argon2", threads=at_once, waiting=MOST_WAITING)

    @contextmanager
    def place(self, standing: Standing) -> Iterator[PasswordWork]:
        """Hold a place in the line. Raises WorkLineFull at once where none is left for them."""
        leaving = int(standing.value * self._line.places)
        with self._line.place(None, leaving=leaving) as run:
            yield PasswordWork(
                lambda kept, password: run(self._hashes.is_right, kept, password),
                lambda password: run(self._hashes.make, password),
            )

    def make(self, password: str) -> str:
        """Return the hash to keep. Raises WorkLineFull."""
        with self.place(Standing.KNOWN) as work:
            return work.make(password)

    def is_right(self, kept: str | None, password: str) -> bool:
        """Whether the password is the one kept; with none kept, never, after the same time.

        Raises WorkLineFull.
        """
        with self.place(Standing.KNOWN) as work:
            return work.is_right(kept, password)


def password_hashes() -> GreenPasswordHashes:
    """Return the hashes of this process, made at the cost its settings give."""
    settings = Settings.read()
    return GreenPasswordHashes(PasswordHashes(settings), at_once=settings.argon2_at_once)
