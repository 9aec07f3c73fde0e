"""One slot, one computer: when a sign-in may begin and how it ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from contracts.accounts.sign_in import SlotInUse
from contracts.reference.calendar import as_bangkok


class Ending(StrEnum):
    """Why a session ended."""

    SIGNED_OUT = "signed_out"
    TAKEN_OVER = "taken_over"
    EXPIRED = "expired"
    REACTIVATED = "reactivated"
    HANDED_OVER = "handed_over"
    LOCKED = "locked"
    SLOT_CLOSED = "slot_closed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 (a reason, no secret)


# How much later the end of idleness must be for it to be worth a write: of two hours, five minutes.
WORTH_NOTING = 1 / 24


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a sign-in lives: a working day at most, and less when nobody uses it."""

    whole: timedelta
    idle: timedelta


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in. The token itself is kept nowhere, only its hash.

    `idle_at` is when it ends unless it is used before; one of an earlier release has none.
    """

    id: str
    token_hash: str
    opened_at: datetime
    expires_at: datetime
    idle_at: datetime | None = None

    def is_live(self, *, at: datetime) -> bool:
        """Whether the token still opens anything."""
        return at < self.expires_at and (self.idle_at is None or at < self.idle_at)

    def is_worth_noting(self, *, at: datetime, idle: timedelta) -> bool:
        """Whether being used now moves the end of idleness enough to be noted."""
        return self.idle_at is None or at + idle >= self.idle_at + WORTH_NOTING * idle


@dataclass(frozen=True, slots=True)
class Ended:
    """How a session made way for another, and since when it was open."""

    how: Ending
    since: datetime


def make_way(current: Session | None, *, takeover: bool, at: datetime) -> Ended | None:
    """Return how the current session ends so that another may open; None when there is none.

    Raises SlotInUse.
    """
    if current is None:
        return None
    if not current.is_live(at=at):
        return Ended(Ending.EXPIRED, current.opened_at)
    if not takeover:
        raise SlotInUse(since=as_bangkok(current.opened_at).isoformat(timespec="milliseconds"))
    return Ended(Ending.TAKEN_OVER, current.opened_at)
