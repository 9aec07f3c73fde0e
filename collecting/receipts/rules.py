"""The roll of a day's receipts: a Merkle tree over them, and a statement that chains the days.

The tree is that of RFC 6962 (Certificate Transparency), section 2.1: leaves and inner nodes are
hashed with different first bytes, so neither can pass for the other, and verifiers exist. Leaves
stand in the order of their hashes, so that whoever has the receipts makes the same root.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from contracts.fields import BANGKOK_OFFSET

STATEMENT_FIELDS = (
    "roll",
    "day",
    "round_id",
    "count",
    "root",
    "previous_day",
    "previous_root",
    "previous_sha256",
    "closed_at",
)
SHEAF = 1_024  # a power of two, so that a sheaf's root is a node of the whole tree


@dataclass(frozen=True, slots=True)
class Roll:
    """A closed day: of all live rounds together, or of one trial round."""

    day: date
    round_id: str | None
    count: int
    root: str
    sha256: str
    """The hash of the canonical JSON of its statement; the next roll names it."""


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """Where a leaf stands in a tree of so many, and the hashes that lead from it to the root."""

    index: int
    count: int
    path: tuple[bytes, ...]


class Sheaves:
    """Leaves in bundles of SHEAF with the root of each, so that a path is found in one of them."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.leaves = [leaves[at : at + SHEAF] for at in range(0, len(leaves), SHEAF)]
        self.roots = [root_of(sheaf) for sheaf in self.leaves]

    @property
    def root(self) -> bytes:
        """The root of the whole tree."""
        return root_of(self.roots)


def next_day(waiting_since: datetime, last: date | None) -> date:
    """Return the day to be closed next: that of the oldest receipt in no roll yet, or, where that
    day is closed already, the one after the last.
    """
    day = waiting_since.astimezone(BANGKOK_OFFSET).date()
    return day if last is None else max(day, last + timedelta(days=1))


def end_of(day: date) -> datetime:
    """Return the midnight in Bangkok at which a day is over."""
    return datetime.combine(day + timedelta(days=1), time(), BANGKOK_OFFSET)


def leaf_of(jws: str) -> bytes:
    """Return the leaf of a receipt: the hash of its JWS as it is sent."""
    return hashlib.sha256(b"\x00" + jws.encode()).digest()


def root_of(nodes: Sequence[bytes]) -> bytes:
    """Return the root over leaves, or over nodes of equal height of which the last may be lower."""
    level = list(nodes)
    while len(level) > 1:
        level = _parents(level)
    return level[0]


def path_in(nodes: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Return the hashes that lead from a node to the root over these, the nearest first."""
    path, level = [], list(nodes)
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):
            path.append(level[sibling])
        level, index = _parents(level), index // 2
    return tuple(path)


def root_from(leaf: bytes, place: InclusionProof) -> bytes | None:
    """Return the root a leaf's place leads to, or None where the path fits no such tree.

    As RFC 9162, section 2.1.3.2.
    """
    at, last, node = place.index, place.count - 1, leaf
    if not 0 <= at <= last:
        return None
    for sibling in place.path:
        if last == 0:
            return None
        if at & 1 or at == last:
            node = _parent(sibling, node)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            node = _parent(node, sibling)
        at, last = at >> 1, last >> 1
    return node if last == 0 else None


def sheaf_of(leaf: bytes, firsts: Sequence[bytes]) -> int:
    """Return the number of the sheaf a leaf stands in, by the first leaf of each."""
    return bisect_right(firsts, leaf) - 1


def place_of(
    leaf: bytes, sheaf: Sequence[bytes], number: int, roots: Sequence[bytes], count: int
) -> InclusionProof:
    """Return the place of a leaf that stands in the sheaf of that number."""
    within = bisect_left(sheaf, leaf)
    path = path_in(sheaf, within) + path_in(roots, number)
    return InclusionProof(number * SHEAF + within, count, path)


def statement_of(
    day: date, round_id: str | None, sheaves: Sheaves, before: Roll | None, *, closed_at: str
) -> Mapping[str, Any]:
    """Return what is signed of a day: its root, and all that came before by the hash of that.

    `round_id` names a trial round; the roll of all live ones has none.
    """
    return {
        "roll": "receipts",
        "day": day.isoformat(),
        "round_id": round_id,
        "count": sum(map(len, sheaves.leaves)),
        "root": sheaves.root.hex(),
        "previous_day": before and before.day.isoformat(),
        "previous_root": before and before.root,
        "previous_sha256": before and before.sha256,
        "closed_at": closed_at,
    }


def _parents(level: Sequence[bytes]) -> list[bytes]:
    """A node without a sibling moves up as it is."""
    pairs = [_parent(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
    return pairs + list(level[len(level) - len(level) % 2 :])


def _parent(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
