"""The chain of audit entries: each holds the hash of the one before, so that none can be changed.

An entry's hash is SHA-256 over its canonical JSON (RFC 8785) without the hash itself. The chain
runs on from day to day; the first entry of a day follows the last of the day before.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import rfc8785

BEGINNING = "0" * 64

Outcome = Literal["done", "refused", "interrupted"]


@dataclass(frozen=True, slots=True)
class Act:
    """Something that was done or refused, before it has a place in the chain.

    `subject` is what it was done to: `<kind>:<id>`. `organisation_ids` are those it concerns,
    whose slots may read it. No secret and nothing personal but the username is in here. Of one
    that was interrupted it is not known whether it was done: its process died, or did not hear
    from the database. One that goes on all the same has a second entry, with the same `act_id`.
    """

    act_id: str
    at: str
    act: str
    by: dict[str, Any] | None
    subject: str
    outcome: Outcome
    organisation_ids: list[str]
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ChainPosition:
    """Where an entry stands: the Bangkok day, its number in the day from 1 on, and its hash."""

    day: str
    seq: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ChainBreak:
    """The first place where the chain is not what was written."""

    day: str
    seq: int
    what: str


def chain(acts: Iterable[Act], last: ChainPosition | None, *, day: str) -> Iterator[dict[str, Any]]:
    """Yield the entries of acts that follow the last one; a day never goes back."""
    for act in acts:
        if last is None or day > last.day:
            head = ChainPosition(day, 0, BEGINNING if last is None else last.sha256)
        else:
            head = last
        entry = {
            "day": head.day,
            "seq": head.seq + 1,
            **asdict(act),
            "prev_sha256": head.sha256,
        }
        entry["sha256"] = hash_of(entry)
        last = position_of(entry)
        yield entry


def hash_of(entry: Mapping[str, Any]) -> str:
    """Return what an entry's hash must be."""
    hashed = {name: value for name, value in entry.items() if name != "sha256"}
    return hashlib.sha256(rfc8785.dumps(hashed)).hexdigest()


def position_of(entry: Mapping[str, Any]) -> ChainPosition:
    """Return where an entry stands."""
    return ChainPosition(entry["day"], entry["seq"], entry["sha256"])


def find_break(
    entries: Iterable[Mapping[str, Any]],
    before: ChainPosition | None,
    kept_heads: Mapping[str, ChainPosition],
) -> ChainBreak | None:
    """Return the first entry that was changed, is missing or moved; None when all is as written.

    `before` is the last entry ahead of these. A kept head is a place its day once reached.
    """
    last = before
    unseen = dict(kept_heads)
    for entry in entries:
        fault = _break_of(entry, last, unseen)
        if fault is not None:
            return fault
        last = position_of(entry)
        if unseen.get(last.day) == last:
            del unseen[last.day]
    return next((_cut(head) for _, head in sorted(unseen.items())), None)


def _break_of(
    entry: Mapping[str, Any], last: ChainPosition | None, unseen: Mapping[str, ChainPosition]
) -> ChainBreak | None:
    day, seq = entry["day"], entry["seq"]
    is_first = last is None or day > last.day
    if is_first and last is not None and last.day in unseen:
        return _cut(unseen[last.day])
    expected = 1 if is_first or last is None else last.seq + 1
    if seq != expected:
        return ChainBreak(day, expected, f"is missing; the next one there is {seq}")
    if hash_of(entry) != entry["sha256"]:
        return ChainBreak(day, seq, "was changed")
    if entry["prev_sha256"] != (BEGINNING if last is None else last.sha256):
        return ChainBreak(day, seq, "does not follow the entry before it")
    return None


def _cut(head: ChainPosition) -> ChainBreak:
    return ChainBreak(head.day, head.seq, "is missing or was replaced; the day once reached it")


_OF_AN_ORGANISATION = re.compile(r"(?:(?:slot|organisation):)?([0-9a-f]{12})(?:-\d+)?")


def organisations_of(
    by: Mapping[str, Any] | None, subject: str, facts: Mapping[str, Any]
) -> list[str]:
    """Return the organisations an act concerns: the actor's, the subject's, those in the facts."""
    told = _OF_AN_ORGANISATION.fullmatch(subject)
    ids = {
        by and by.get("organisation_id"),
        told and told[1],
        facts.get("organisation_id"),
        *facts.get("organisation_ids", ()),
    }
    return sorted(str(each) for each in ids if each)


def plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts as JSON has them, so that they hash alike before and after being stored."""
    told: dict[str, Any] = json.loads(json.dumps(dict(facts)))
    return told
