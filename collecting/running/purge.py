"""Purging a trial: all of it goes but a signed statement of what it was."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from collecting.rounds import proposals
from collecting.rounds.rules import Round
from collecting.rounds.trial_logs import TrialLogs
from collecting.sealing.keys import Keyring
from collecting.stores import Stores
from contracts.errors import StaleVersion
from contracts.fields import wire_time

Facts = dict[str, Any]
# No write that was begun before the purge can come later than this.
SWEPT_FOR = timedelta(days=1)


def purge(
    store: Stores,
    trial_logs: TrialLogs,
    signer: Keyring,
    round_: Round,
    *,
    by: str,
    at: datetime,
) -> Facts:
    """Delete everything of the trial, then leave and announce the signed statement; return it.

    Nothing of the round can be decided since it is purging; `sweep` finds what slipped through.
    """
    with suppress(StaleVersion):  # then another run of the job has come to its end
        deleted = store.rounds.purge(round_, files=store.files.count_of_round(round_.id))
        store.files.delete_of_round(round_.id)
        trial_logs.delete(round_.id)
        facts = {
            "round_id": round_.id,
            "obligations": round_.obligations,
            "filings": deleted["filings"],
            "drafts": deleted["drafts"],
            "deleted": deleted,
            "purged_at": wire_time(at),
            "purged_by": by,
        }
        statement = signer.sign(facts)
        event = proposals.purged_event(facts, store.kind.events, at=at, statement=statement)
        store.rounds.bury(round_, statement=statement, at=at, announcing=event)
    return statement_of(store, signer, round_.id)


def statement_of(store: Stores, signer: Keyring, round_id: str) -> Facts:
    """Return what a purged trial was, with the signed statement. Raises RoundNotFound."""
    statement = store.rounds.get_statement(round_id)
    return {**(signer.read(statement) or {"round_id": round_id}), "statement": statement}


def sweep(store: Stores, *, at: datetime) -> int:
    """Delete what was still written of trials purged lately; return how much.

    Whoever read the round before its purge began may have written after the purge had passed.
    """
    purged = store.rounds.list_purged(since=at - SWEPT_FOR)
    if not purged:
        return 0
    files = sum(store.files.delete_of_round(round_id) for round_id in purged)
    return files + store.rounds.sweep(purged)
