"""Who holds a slot: how the holder changes, and what is kept of the one before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from contracts.accounts.slots import HolderIncomplete


class HolderStanding(StrEnum):
    """How the position is filled. A vacant one has no holder's name."""

    INCUMBENT = "incumbent"
    ACTING = "acting"
    VACANT = "vacant"


@dataclass(frozen=True, slots=True)
class Holder:
    """The person who holds a slot from a time on."""

    name: str | None
    position: str
    phone: str | None
    email: str | None
    standing: HolderStanding
    since: datetime

    def is_same_as(self, other: Holder) -> bool:
        """Whether a history would tell them apart; ways to reach them do not count."""
        return (self.name, self.position, self.standing) == (
            other.name,
            other.position,
            other.standing,
        )


@dataclass(frozen=True, slots=True)
class PastHolder:
    """Who held a slot until a time. How to reach them is not kept: nobody needs it any more."""

    name: str | None
    position: str
    standing: HolderStanding
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Succession:
    """A holder, whom it made past, and the names of what differs between them."""

    holder: Holder
    past: PastHolder | None
    changed: list[str]


def succeed(before: Holder | None, given: Mapping[str, Any], *, at: datetime) -> Succession:
    """Return what becomes of a holder when the facts given are entered.

    What is not given stays; a vacancy forgets name, phone and e-mail. Raises HolderIncomplete.
    """
    merged = {} if before is None else asdict(before)
    if given.get("standing") == HolderStanding.VACANT:
        merged |= {"name": None, "phone": None, "email": None}
    merged |= given
    holder = Holder(
        name=merged.get("name"),
        position=merged.get("position") or "",
        phone=merged.get("phone"),
        email=merged.get("email"),
        standing=HolderStanding(merged.get("standing", HolderStanding.INCUMBENT)),
        since=at,
    )
    _require_whole(holder)
    if before is None:
        return Succession(holder, None, _named(asdict(holder)))
    if holder.is_same_as(before):
        holder = replace(holder, since=before.since)
        return Succession(holder, None, _differences(before, holder))
    return Succession(holder, make_past(before, at=at), _differences(before, holder))


def make_past(holder: Holder, *, at: datetime) -> PastHolder:
    """Return what is kept of a holder who is one no longer."""
    return PastHolder(holder.name, holder.position, holder.standing, holder.since, at)


def _require_whole(holder: Holder) -> None:
    vacant = holder.standing is HolderStanding.VACANT
    if not holder.position:
        raise HolderIncomplete(
            pointer="/position", reason="has no position", reason_th="ไม่ได้ระบุตำแหน่ง"
        )
    if not vacant and not holder.name:
        raise HolderIncomplete(pointer="/name", reason="has no name", reason_th="ไม่ได้ระบุชื่อ")
    if vacant and holder.name:
        raise HolderIncomplete(
            pointer="/name",
            reason="of a vacant position has a name",
            reason_th="ระบุชื่อไว้ทั้งที่ตำแหน่งว่าง",
        )


def _differences(before: Holder, after: Holder) -> list[str]:
    old, new = asdict(before), asdict(after)
    return [name for name in new if name != "since" and new[name] != old[name]]


def _named(facts: Mapping[str, Any]) -> list[str]:
    return [name for name, value in facts.items() if name != "since" and value is not None]
