"""Closing a round: nothing more is filed, and what never was is missed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from collecting.rounds.rules import Round, RoundState
from collecting.stores import Stores
from contracts.collecting.rounds import RoundPurged
from contracts.errors import StaleVersion


def close(store: Stores, round_: Round, *, at: datetime) -> int:
    """Close a round unless it is closed; return how many obligations are missed since.

    What was extended beyond `at` is not missed yet. A filing accepted before and recorded later
    still counts. Raises StaleVersion, RoundPurged when it is being purged, or was.
    """
    if round_.state is RoundState.OPEN:
        closed = round_.to(RoundState.CLOSED, RoundState.OPEN)
        closed = replace(closed, closes_at=min(at, round_.closes_at))
        event = store.kind.events.round_closed(
            round_id=round_.id, mode=round_.mode.value, closed_at=closed.closes_at
        )
        try:
            store.rounds.save(closed, announcing=[event])
        except StaleVersion:
            if store.rounds.get(round_.id).state is not RoundState.CLOSED:
                raise
    return store.obligations.miss(round_.id, at=at)


def close_ended(store: Stores, *, at: datetime) -> int:
    """Close every round whose window has ended; return how many obligations are missed since.

    A round that is closed already may have obligations whose later due date has passed.
    """
    missed = 0
    for round_ in store.rounds.list_ended(at=at):
        with suppress(StaleVersion, RoundPurged):
            missed += close(store, round_, at=at)
    return missed
