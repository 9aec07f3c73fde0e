"""The ledger's hot path: filings decided and recorded in batches.

The journaled insert of a filing, its events inside, is the act; the unique (obligation, revision)
is the fence between processes. The obligation is brought up to date right after, guarded by its
revision, and again whenever the filing is repeated or met by a rival, so a crash in between mends
itself: no obligation is ever more than one revision behind.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from pymongo import DeleteOne, ReplaceOne, UpdateOne

from chassis.outbox import Outbox
from contracts.errors import ServiceError
from contracts.events import Event
from contracts.reports.errors import FilingNotFound, IdempotencyKeyReused, ObligationNotFound
from services.reports.domain import Attempt, Filing, FilingKind, Obligation, Round, State
from services.reports.store.obligations import from_document, ignore_duplicates
from services.reports.store.rounds import Rounds

Decide = Callable[[Attempt, Round, Obligation], Filing]
Receipt = Callable[[Filing], dict[str, Any]]
Announce = Callable[[Filing, str], Event]
Document = dict[str, Any]

_TO_ANSWER = {"answers": 0, "outbox": 0}
_STATES = {
    FilingKind.ORIGINAL: State.FILED,
    FilingKind.NIL: State.CONFIRMED_NIL,
    FilingKind.AMENDMENT: State.AMENDED,
}


class Ledger:
    """Recorded filings, and what was refused after it had been taken in."""

    def __init__(self, database: Any, outbox: Outbox) -> None:
        self._filings = database["filings"]
        self._obligations = database["obligations"]
        self._drafts = database["drafts"]
        self._refusals = database["refusals"]
        self._rounds = Rounds(database, outbox)
        self._outbox = outbox

    # -- recording ------------------------------------------------------------------------

    def record(
        self,
        attempts: list[Attempt],
        *,
        decide: Decide,
        receipt: Receipt,
        announce: Announce,
        at: datetime,
    ) -> dict[str, Document | ServiceError]:
        """Decide and record the attempts; return by filing id the stored filing or the refusal.

        Attempts on one obligation are decided in their order. When it returns, all of it is
        journaled and the obligations are up to date.
        """
        results: dict[str, Document | ServiceError] = {}
        waiting = attempts
        while waiting:
            waiting = self._record_first_of_each(waiting, results, decide, receipt, announce, at)
        self._keep_refusals(attempts, results)
        return results

    def _record_first_of_each(
        self,
        attempts: list[Attempt],
        results: dict[str, Document | ServiceError],
        decide: Decide,
        receipt: Receipt,
        announce: Announce,
        at: datetime,
    ) -> list[Attempt]:
        """Record at most one attempt on each obligation; return those that have to wait."""
        now, later = _first_of_each(attempts)
        obligations = self._find_obligations([attempt.obligation_id for attempt in now])
        # Read after the obligations, so that whatever those tell of already is among them.
        recorded = self._find([attempt.filing_id for attempt in now])
        rounds = self._rounds.find_many({known.round_id for known in obligations.values()})
        inserts: list[Document] = []
        for attempt in now:
            known = recorded.get(attempt.filing_id)
            if known is not None:
                results[attempt.filing_id] = _repeat(attempt, known)
                continue
            try:
                filing = _decide(attempt, obligations, rounds, decide)
            except ServiceError as refusal:
                results[attempt.filing_id] = refusal
                continue
            document = _document(filing, receipt(filing), at)
            event = announce(filing, document["receipt"]["number"])
            document["outbox"] = self._outbox.seal([event])
            inserts.append(document)
        lost = ignore_duplicates(self._filings.insert_many, inserts, ordered=False)
        beaten = [document for document in inserts if document["_id"] in lost]
        won = [document for document in inserts if document["_id"] not in lost]
        results |= {document["_id"]: document for document in won}
        settled = (results.get(attempt.filing_id) for attempt in now)
        filings = [result for result in settled if isinstance(result, dict)]
        self._bring_up_to_date(filings + self._find_winners(beaten))
        for document in won:
            self._outbox.nudge("filings", document["_id"], document["outbox"])
        # Another process recorded that revision, or this very filing, first: decide again.
        return [attempt for attempt in now if attempt.filing_id in lost] + later

    def _find_obligations(self, ids: list[str]) -> dict[str, Obligation]:
        found = self._obligations.find({"_id": {"$in": ids}}, batch_size=len(ids) + 1)
        return {document["_id"]: from_document(document) for document in found}

    def _find(self, ids: list[str]) -> dict[str, Document]:
        found = self._filings.find({"_id": {"$in": ids}}, _TO_ANSWER, batch_size=len(ids) + 1)
        return {document["_id"]: document for document in found}

    def _find_winners(self, beaten: list[Document]) -> list[Document]:
        """Return what was recorded in place of these; its process may have died right after."""
        if not beaten:
            return []
        revisions = [
            {name: lost[name] for name in ("obligation_id", "revision")} for lost in beaten
        ]
        return list(self._filings.find({"$or": revisions}, _TO_ANSWER))

    def _bring_up_to_date(self, filings: list[Document]) -> None:
        """Show the filings in their obligations and drop what was typed before them."""
        if not filings:
            return
        self._obligations.bulk_write(
            [
                UpdateOne(
                    {"_id": filing["obligation_id"], "revision": {"$lt": filing["revision"]}},
                    {"$set": _ledger_facts(filing)},
                )
                for filing in filings
            ],
            ordered=False,
        )
        self._drafts.bulk_write(
            [
                DeleteOne(
                    {"_id": filing["obligation_id"], "saved_at": {"$lte": filing["recorded_at"]}}
                )
                for filing in filings
            ],
            ordered=False,
        )

    def _keep_refusals(
        self, attempts: list[Attempt], results: dict[str, Document | ServiceError]
    ) -> None:
        refused = []
        for attempt in attempts:
            refusal = results[attempt.filing_id]
            if isinstance(refusal, ServiceError) and not isinstance(refusal, ObligationNotFound):
                document = _refusal(attempt, refusal)
                refused.append(ReplaceOne({"_id": document["_id"]}, document, upsert=True))
        if refused:
            self._refusals.bulk_write(refused, ordered=False)

    # -- reading --------------------------------------------------------------------------

    def get(self, filing_id: str) -> Document:
        """Return a recorded filing, or a refused one (it has a `code`). Raises FilingNotFound."""
        filing = self._filings.find_one({"_id": filing_id}, {"outbox": 0})
        filing = filing or self._refusals.find_one({"_id": filing_id})
        if filing is None:
            raise FilingNotFound(filing_id=filing_id)
        return dict(filing)

    def list(self, obligation_id: str) -> list[Document]:
        """Return every recorded filing on an obligation, first revision first."""
        found = self._filings.find({"obligation_id": obligation_id}, {"outbox": 0})
        return list(found.sort("revision"))


def _first_of_each(attempts: list[Attempt]) -> tuple[list[Attempt], list[Attempt]]:
    now: dict[str, Attempt] = {}
    keys: set[str] = set()
    later = []
    for attempt in attempts:
        if attempt.obligation_id in now or attempt.filing_id in keys:
            later.append(attempt)
        else:
            now[attempt.obligation_id] = attempt
            keys.add(attempt.filing_id)
    return list(now.values()), later


def _decide(
    attempt: Attempt, obligations: dict[str, Obligation], rounds: dict[str, Round], decide: Decide
) -> Filing:
    obligation = obligations.get(attempt.obligation_id)
    round_ = rounds.get(obligation.round_id) if obligation else None
    if obligation is None or round_ is None:
        raise ObligationNotFound(obligation_id=attempt.obligation_id)
    return decide(attempt, round_, obligation)


def _repeat(attempt: Attempt, known: Document) -> Document | ServiceError:
    if attempt.request_sha256 != known["request_sha256"]:
        return IdempotencyKeyReused(filing_id=attempt.filing_id)
    return known | {"repeated": True}


def _ledger_facts(filing: Document) -> Document:
    facts: Document = {
        "state": _STATES[FilingKind(filing["kind"])].value,
        "revision": filing["revision"],
        "on_time": filing["on_time"],
        "content_sha256": filing["content_sha256"],
        "last_filing_id": filing["_id"],
    }
    if filing["revision"] == 1:
        facts["first_accepted_at"] = filing["accepted_at"]
    return facts


def _document(filing: Filing, receipt: Document, at: datetime) -> Document:
    attempt, obligation = filing.attempt, filing.obligation
    return {
        "_id": attempt.filing_id,
        "request_sha256": attempt.request_sha256,
        "obligation_id": obligation.id,
        "round_id": obligation.round_id,
        "revision": obligation.revision,
        "kind": attempt.kind.value,
        "answers": attempt.answers,
        "form_id": filing.form_id,
        "form_version": attempt.form_version,
        "base_revision": attempt.base_revision,
        "reason": attempt.reason,
        "accepted_at": attempt.accepted_at,
        "recorded_at": at,
        "on_time": obligation.on_time,
        "content_sha256": attempt.content_sha256,
        "slot_id": attempt.by.slot_id,
        "username": attempt.by.username,
        "holder_name": attempt.by.holder_name,
        "organisation_name": obligation.organisation_name,
        "receipt": receipt,
    }


def _refusal(attempt: Attempt, refusal: ServiceError) -> Document:
    return {
        "_id": attempt.filing_id,
        "obligation_id": attempt.obligation_id,
        "round_id": attempt.obligation_id.rsplit("-", 2)[0],
        "slot_id": attempt.by.slot_id,
        "kind": attempt.kind.value,
        "accepted_at": attempt.accepted_at,
        "code": refusal.code,
        "details": refusal.details,
    }
