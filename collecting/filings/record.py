"""How a batch of submissions becomes filings: read, decide, sign, announce, write."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from collecting.filings.rules.changes import changed_pointers
from collecting.filings.rules.decide import Attempt, Filing, decide
from collecting.filings.shapes import event_of, receipt_facts
from collecting.filings.store import Document, Entry, Ledger, Standing
from collecting.kind import Events
from contracts.collecting.filings import StaleRevision
from contracts.collecting.obligations import ObligationNotFound
from contracts.errors import IdempotencyKeyReused, ServiceError

Result = Document | ServiceError
Placed = tuple[int, Attempt]
"""An attempt with its place in the batch."""


def record(
    ledger: Ledger,
    attempts: Sequence[Attempt],
    *,
    sign: Callable[[dict[str, Any]], dict[str, Any]],
    at: datetime,
) -> list[Result]:
    """Decide and record the attempts; return for each the stored filing or the refusal.

    Attempts on one obligation are decided in their order. When it returns, all of it is journaled
    and the obligations are up to date.
    """
    results: dict[int, Result] = {}
    waiting, doubted = list(enumerate(attempts)), set[str]()
    while waiting:
        now, later = _first_of_each(waiting)
        again = _record(ledger, now, doubted, results, sign, at)
        doubted |= {attempt.filing_id for _, attempt in again}
        waiting = again + later
    in_order = [results[place] for place in range(len(attempts))]
    refused = [
        (attempt, result)
        for attempt, result in zip(attempts, in_order, strict=True)
        # What is known by that id already stays what it is.
        if isinstance(result, ServiceError) and not isinstance(result, IdempotencyKeyReused)
    ]
    _tell_differences(ledger, refused)
    ledger.keep_refusals(refused)
    return in_order


def _record(
    ledger: Ledger,
    now: list[Placed],
    doubted: set[str],
    results: dict[int, Result],
    sign: Callable[[dict[str, Any]], dict[str, Any]],
    at: datetime,
) -> list[Placed]:
    """Record attempts, each on another obligation, with the result at its place in the batch;
    return those that have to be decided again.

    Before anything is refused, and after an insert was stopped, it is `doubted` and looked for.
    """
    standing = ledger.read([attempt for _, attempt in now], doubted)
    outcomes = {place: _outcome(attempt, standing) for place, attempt in now}
    filings = [outcome for outcome in outcomes.values() if isinstance(outcome, Filing)]
    repeats = [outcome for outcome in outcomes.values() if isinstance(outcome, dict)]
    entries = [_entry(filing, sign(receipt_facts(filing)), ledger.events) for filing in filings]
    written = ledger.insert(entries, standing, shown_again=repeats, at=at)
    again = []
    for place, attempt in now:
        outcome = outcomes[place]
        result = written.get(attempt.filing_id) if isinstance(outcome, Filing) else outcome
        if result is None:
            again.append((place, attempt))
        else:
            results[place] = result
    return again


def _first_of_each(attempts: list[Placed]) -> tuple[list[Placed], list[Placed]]:
    """Part the attempts into the first on each obligation, and those that wait for them."""
    now: list[Placed] = []
    later: list[Placed] = []
    taken: set[str] = set()
    for place, attempt in attempts:
        names = {attempt.obligation_id, attempt.filing_id}
        (later if names & taken else now).append((place, attempt))
        taken |= names
    return now, later


def _outcome(attempt: Attempt, standing: Standing) -> Filing | Result | None:
    """Return what the attempt comes to: a new filing, the one that it repeats, or its refusal;
    None when it has to be looked for before it is refused.
    """
    known = standing.recorded.get(attempt.filing_id)
    if known is not None:
        return _repeat(attempt, known)
    try:
        return _decide(attempt, standing)
    except ServiceError as refusal:
        return refusal if attempt.filing_id in standing.looked_for else None


def _decide(attempt: Attempt, standing: Standing) -> Filing:
    obligation = standing.obligations.get(attempt.obligation_id)
    round_ = standing.rounds.get(obligation.round_id) if obligation else None
    if obligation is None or round_ is None:
        raise ObligationNotFound(obligation_id=attempt.obligation_id)
    return decide(attempt, round_, obligation)


def _entry(filing: Filing, receipt: dict[str, Any], events: Events) -> Entry:
    return Entry(filing, receipt, event_of(filing, receipt["number"], events))


def _repeat(attempt: Attempt, known: Document) -> Result:
    if attempt.request_sha256 != known["request_sha256"]:
        return IdempotencyKeyReused(filing_id=attempt.filing_id)
    return known | {"repeated": True}


def _tell_differences(ledger: Ledger, refused: Sequence[tuple[Attempt, ServiceError]]) -> None:
    """Tell whoever worked on an older revision which answers were changed since then."""
    compared = [
        (
            refusal,
            (attempt.obligation_id, attempt.base_revision or 0),
            (attempt.obligation_id, int(refusal.details["revision"])),
        )
        for attempt, refusal in refused
        if isinstance(refusal, StaleRevision)
    ]
    answers = ledger.find_answers(one for _, *pair in compared for one in pair)
    for refusal, before, after in compared:
        if before in answers and after in answers:
            changed = changed_pointers(answers[before], answers[after])
            refusal.details["changed"] = ", ".join(changed)
