"""One slot, one computer: when a sign-in may begin and how it ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.accounts.errors import SlotInUse
from contracts.reference.calendar import as_bangkok


class Ending(StrEnum):
    """Why a session ended."""

    SIGNED_OUT = "signed_out"
    TAKEN_OVER = "taken_over"
    EXPIRED = "expired"
    REACTIVATED = "reactivated"


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in. The token itself is kept nowhere, only its hash."""

    id: str
    token_hash: str
    opened_at: datetime
    expires_at: datetime

    def is_live(self, *, at: datetime) -> bool:
        """Whether the token still opens anything."""
        return at < self.expires_at


def make_way(current: Session | None, *, takeover: bool, at: datetime) -> Ending | None:
    """Return how the current session ends so that another may open; None when there is none.

    Raises SlotInUse.
    """
    if current is None:
        return None
    if not current.is_live(at=at):
        return Ending.EXPIRED
    if not takeover:
        raise SlotInUse(since=as_bangkok(current.opened_at).isoformat(timespec="milliseconds"))
    return Ending.TAKEN_OVER
