"""Closing the days: every receipt into the roll of the day it was recorded on, or of the next.

Who runs it, how often and how many at once does not matter. A filing that is recorded before
midnight but seen only after its day was closed stands in the next day's roll.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import rfc8785

from chassis.run_in_thread import run_in_thread
from collecting.kind import Events
from collecting.receipts.rules import Roll, Sheaves, end_of, next_day, statement_of
from collecting.rounds.rules import Mode, RoundState
from collecting.sealing.keys import Keyring
from collecting.stores import Stores
from contracts.events import Event
from contracts.fields import wire_time
from contracts.reference.calendar import as_bangkok

# What is in hand at midnight still comes into its own day.
GRACE = timedelta(minutes=10)


def close_days(store: Stores, signer: Keyring, *, at: datetime) -> None:
    """Close every day that is over and has receipts, of the live rounds and of each trial."""
    today = as_bangkok(at - GRACE).date()
    waiting = store.rolls.find_waiting(before=_beginning_of(today))
    round_ids: dict[str | None, list[str]] = defaultdict(list)
    for round_ in store.rounds.find_many(waiting).values():
        if round_.state is not RoundState.PURGING:
            round_ids[round_.id if round_.mode is Mode.TRIAL else None].append(round_.id)
    for trial, of_one_roll in round_ids.items():
        while _close_next(store, signer, trial, of_one_roll, today, at):
            pass


def _close_next(
    store: Stores,
    signer: Keyring,
    trial: str | None,
    round_ids: Sequence[str],
    today: date,
    at: datetime,
) -> bool:
    """Close the next day before today, unless somebody else does; False when there is none."""
    last = store.rolls.last(trial)
    before = last and last[0]
    if last is not None and not last[1]:
        store.rolls.settle(last[0], round_ids)
    since = store.rolls.waiting_since(round_ids, before=_beginning_of(today))
    day = since and next_day(since, None if before is None else before.day)
    if day is None or day >= today:
        return False
    leaves = sorted(store.rolls.read_leaves(round_ids, before=end_of(day)))
    if leaves:
        _close(store, signer, run_in_thread(Sheaves, leaves), day, trial, before, at)
    return True


def _close(
    store: Stores,
    signer: Keyring,
    sheaves: Sheaves,
    day: date,
    trial: str | None,
    before: Roll | None,
    at: datetime,
) -> None:
    statement = statement_of(day, trial, sheaves, before, closed_at=wire_time(at))
    jws = signer.sign(statement)
    store.rolls.close(
        statement,
        sheaves,
        sha256=sha256_of(statement),
        jws=jws,
        announcing=_closed_event(statement, jws, at, store.kind.events),
    )


def sha256_of(statement: Mapping[str, Any]) -> str:
    """Return the hash of a roll's statement, by which the next roll names it."""
    return hashlib.sha256(rfc8785.dumps(dict(statement))).hexdigest()


def _closed_event(statement: Mapping[str, Any], jws: str, at: datetime, events: Events) -> Event:
    return events.roll_closed(
        day_id=statement["day"],
        round_id=statement["round_id"],
        receipts=statement["count"],
        root=statement["root"],
        previous_root=statement["previous_root"],
        statement=jws,
        closed_at=at,
    )


def _beginning_of(day: date) -> datetime:
    return end_of(day - timedelta(days=1))
