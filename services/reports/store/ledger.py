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

from pymongo import ReplaceOne

from chassis.outbox import Outbox
from chassis.together import together
from contracts.errors import IdempotencyKeyReused, ServiceError
from contracts.events import Event
from contracts.reports.errors import (
    FilingNotFound,
    ObligationNotFound,
    StaleRevision,
)
from services.reports.domain.filings import Attempt, Filing, FilingKind, changed_pointers
from services.reports.domain.obligations import Obligation
from services.reports.domain.rounds import Mode, Round
from services.reports.store.limits import in_time
from services.reports.store.obligations import NOT_LISTED, from_document, write_new
from services.reports.store.rounds import Rounds

Decide = Callable[[Attempt, Round, Obligation], Filing]
Receipt = Callable[[Filing], dict[str, Any]]
Announce = Callable[[Filing, str], Event]
Document = dict[str, Any]

# A due date may have moved since the filing was decided.
_ON_TIME_BY_ITS_OWN_DUE_DATE = {"on_time": in_time("$$filing.judged_at", "$due_at", "$stood")}
_TO_ANSWER = {"answers": 0, "outbox": 0}


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
    ) -> list[Document | ServiceError]:
        """Decide and record the attempts; return for each the stored filing or the refusal.

        Attempts on one obligation are decided in their order. When it returns, all of it is
        journaled and the obligations are up to date.
        """
        results: dict[int, Document | ServiceError] = {}
        waiting, doubted = list(enumerate(attempts)), set[str]()
        while waiting:
            waiting = self._record_first_of_each(
                waiting, doubted, results, decide, receipt, announce, at
            )
        in_order = [results[place] for place in range(len(attempts))]
        self._tell_differences(attempts, in_order)
        self._keep_refusals(attempts, in_order)
        return in_order

    def _record_first_of_each(
        self,
        attempts: list[tuple[int, Attempt]],
        doubted: set[str],
        results: dict[int, Document | ServiceError],
        decide: Decide,
        receipt: Receipt,
        announce: Announce,
        at: datetime,
    ) -> list[tuple[int, Attempt]]:
        """Record at most one attempt on each obligation, with the result at its place in the batch;
        return those that have to wait.

        Where nothing was filed so far, no filing is looked for: nearly all are first ones, and one
        that was recorded all the same stops the insert. Before anything is refused, and after an
        insert was stopped, it is `doubted` and looked for.
        """
        now, later = _first_of_each(attempts)
        obligations, rounds = together(
            lambda: self._find_obligations([attempt.obligation_id for _, attempt in now]),
            lambda: self._rounds.find_many({_round_of(attempt) for _, attempt in now}),
        )
        looked_for = doubted | {
            attempt.filing_id
            for _, attempt in now
            if attempt.obligation_id in obligations and obligations[attempt.obligation_id].revision
        }
        # Read after the obligations, so that whatever those tell of already is among them.
        recorded = self._find([a.filing_id for _, a in now if a.filing_id in looked_for])
        inserts: dict[int, Document] = {}
        again: list[tuple[int, Attempt]] = []
        for place, attempt in now:
            known = recorded.get(attempt.filing_id)
            if known is not None:
                results[place] = _repeat(attempt, known)
                continue
            try:
                filing = _decide(attempt, obligations, rounds, decide)
            except ServiceError as refusal:
                if attempt.filing_id in looked_for:
                    results[place] = refusal
                else:
                    again.append((place, attempt))
                continue
            document = _document(filing, receipt(filing), at)
            event = announce(filing, document["receipt"]["number"])
            document["outbox"] = self._outbox.seal(
                [event], correlation=attempt.correlation_id or None
            )
            inserts[place] = document
        documents = list(inserts.values())
        lost = write_new(self._filings.insert_many, documents, ordered=False)
        beaten = [document for document in documents if document["_id"] in lost]
        won = {
            place: document for place, document in inserts.items() if document["_id"] not in lost
        }
        results |= won
        self._take_back_of_purged(won, results, rounds)
        settled = (results.get(place) for place, _ in now)
        filings = [result for result in settled if isinstance(result, dict)]
        self._bring_up_to_date(filings + self._find_winners(beaten))
        for document in won.values():
            self._outbox.nudge("filings", document["_id"], document["outbox"])
        # Another process recorded that revision, or this very filing, first: decide again.
        again += [each for each in now if each[1].filing_id in lost]
        doubted |= {attempt.filing_id for _, attempt in again}
        return again + later

    def _take_back_of_purged(
        self,
        won: dict[int, Document],
        results: dict[int, Document | ServiceError],
        rounds: dict[str, Round],
    ) -> None:
        """Take back what was recorded in a trial whose purge began since the round was read.

        What is not taken back was there before: the purge finds and counts it.
        """
        trials = {round_.id for round_ in rounds.values() if round_.mode is Mode.TRIAL}
        going = trials - self._rounds.find_many(trials).keys() if trials else set()
        taken_back = {
            place: document for place, document in won.items() if document["round_id"] in going
        }
        if not taken_back:
            return
        ids = [document["_id"] for document in taken_back.values()]
        self._filings.delete_many({"_id": {"$in": ids}})
        for place, document in taken_back.items():
            del won[place]
            results[place] = ObligationNotFound(obligation_id=document["obligation_id"])

    def _find_obligations(self, ids: list[str]) -> dict[str, Obligation]:
        found = self._obligations.find({"_id": {"$in": ids}}, NOT_LISTED, batch_size=len(ids) + 1)
        return {document["_id"]: from_document(document) for document in found}

    def _find(self, ids: list[str]) -> dict[str, Document]:
        if not ids:
            return {}
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
        if filings:
            together(lambda: self._show(filings), lambda: self._drop_typed(filings))

    def _show(self, filings: list[Document]) -> None:
        """Show filings, each of another obligation, where nothing newer is shown.

        In one statement: the server plans each one by itself, which costs it more than the writing.
        """
        ids = [filing["obligation_id"] for filing in filings]
        place = {"$indexOfArray": [{"$literal": ids}, "$_id"]}
        told = {"$literal": [_ledger_facts(filing) for filing in filings]}
        shown = {"$mergeObjects": ["$$ROOT", "$$filing", _ON_TIME_BY_ITS_OWN_DUE_DATE]}
        is_newer = {"$lt": ["$revision", "$$filing.revision"]}
        update = {
            "$let": {
                "vars": {"filing": {"$arrayElemAt": [told, place]}},
                "in": {"$cond": [is_newer, shown, "$$ROOT"]},
            }
        }
        self._obligations.update_many({"_id": {"$in": ids}}, [{"$replaceWith": update}])

    def _drop_typed(self, filings: list[Document]) -> None:
        typed: dict[datetime, list[str]] = {}
        for filing in filings:
            if filing["kind"] != FilingKind.WITHDRAWAL:
                typed.setdefault(filing["recorded_at"], []).append(filing["obligation_id"])
        for recorded_at, obligation_ids in typed.items():
            self._drafts.delete_many(
                {"_id": {"$in": obligation_ids}, "saved_at": {"$lte": recorded_at}}
            )

    def _tell_differences(
        self, attempts: list[Attempt], results: list[Document | ServiceError]
    ) -> None:
        """Tell whoever worked on an older revision which answers were changed since then."""
        stale = [
            (attempt, refusal)
            for attempt, refusal in zip(attempts, results, strict=True)
            if isinstance(refusal, StaleRevision)
        ]
        if not stale:
            return
        wanted = [
            {"obligation_id": attempt.obligation_id, "revision": revision}
            for attempt, refusal in stale
            for revision in (attempt.base_revision, int(refusal.details["revision"]))
        ]
        content = {"obligation_id": 1, "revision": 1, "answers": 1}
        found = self._filings.find({"$or": wanted}, content)
        answers = {(one["obligation_id"], one["revision"]): one["answers"] for one in found}
        for attempt, refusal in stale:
            before = answers.get((attempt.obligation_id, attempt.base_revision))
            after = answers.get((attempt.obligation_id, int(refusal.details["revision"])))
            if before is not None and after is not None:
                refusal.details["changed"] = ", ".join(changed_pointers(before, after))

    def _keep_refusals(
        self, attempts: list[Attempt], results: list[Document | ServiceError]
    ) -> None:
        """Keep what was refused for the slot that tried, but for what is known by that id already,
        and what is of no round, or of one that is being purged.
        """
        refused = [
            _refusal(attempt, refusal)
            for attempt, refusal in zip(attempts, results, strict=True)
            if isinstance(refusal, ServiceError) and not isinstance(refusal, IdempotencyKeyReused)
        ]
        if not refused:
            return
        rounds = self._rounds.find_many({document["round_id"] for document in refused})
        kept = [
            ReplaceOne({"_id": document["_id"]}, document, upsert=True)
            for document in refused
            if document["round_id"] in rounds
        ]
        if kept:
            self._refusals.bulk_write(kept, ordered=False)

    # -- reading --------------------------------------------------------------------------

    def count_receipts(self, *, recently: datetime) -> list[Document]:
        """Return for each round its receipts, those not recorded recently, and the events unsent.

        Counted by index alone, but for what is recent or unsent.
        """
        recent = self._by_round({"unrolled": True, "recorded_at": {"$gt": recently}})
        unsent = self._by_round({"outbox.at": {"$exists": True}})
        rows = []
        for round_ in self._rounds.list(after=None, limit=0):
            receipts = self._filings.count_documents({"round_id": round_.id})
            row = {"round_id": round_.id, "mode": round_.mode.value, "receipts": receipts}
            settled = receipts - recent.get(round_.id, 0)
            rows.append(row | {"settled": settled, "unsent": unsent.get(round_.id, 0)})
        return rows

    def _by_round(self, wanted: Document) -> dict[str, int]:
        grouped = [{"$match": wanted}, {"$group": {"_id": "$round_id", "count": {"$sum": 1}}}]
        return {row["_id"]: row["count"] for row in self._filings.aggregate(grouped)}

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


def _first_of_each(
    attempts: list[tuple[int, Attempt]],
) -> tuple[list[tuple[int, Attempt]], list[tuple[int, Attempt]]]:
    now, later = [], []
    taken: set[str] = set()
    for place, attempt in attempts:
        names = {attempt.obligation_id, attempt.filing_id}
        (later if names & taken else now).append((place, attempt))
        taken |= names
    return now, later


def _round_of(attempt: Attempt) -> str:
    return attempt.obligation_id.rsplit("-", 2)[0]


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
    """Return what an obligation shows of a filing, but for its being on time."""
    facts: Document = {
        "state": filing["obligation_state"],
        "revision": filing["revision"],
        "judged_at": filing["judged_at"],
        "signatures": [],
    }
    if filing["revision"] == 1:
        facts["first_accepted_at"] = filing["accepted_at"]
    if filing["kind"] == FilingKind.WITHDRAWAL:
        return facts | {"content_sha256": ""}
    return facts | {"content_sha256": filing["content_sha256"], "last_filing_id": filing["_id"]}


def _document(filing: Filing, receipt: Document, at: datetime) -> Document:
    attempt, obligation = filing.attempt, filing.obligation
    amended_as = attempt.reason_class if attempt.kind is FilingKind.AMENDMENT else None
    due_at, due_because = obligation.due_for(obligation.judged_at or attempt.accepted_at)
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
        "notes": dict(attempt.notes),
        "reason_class": amended_as,
        "channel": attempt.channel.value,
        "obligation_state": obligation.state.value,
        "accepted_at": attempt.accepted_at,
        "judged_at": obligation.judged_at,
        "recorded_at": at,
        "on_time": obligation.on_time,
        "content_sha256": attempt.content_sha256,
        "slot_id": attempt.by.slot_id,
        "username": attempt.by.username,
        "holder_name": attempt.by.holder_name,
        "organisation_name": obligation.organisation_name,
        "due_at": due_at,
        "due_because": due_because,
        "receipt": receipt,
        "unrolled": True,
    }


def _refusal(attempt: Attempt, refusal: ServiceError) -> Document:
    return {
        "_id": attempt.filing_id,
        "obligation_id": attempt.obligation_id,
        "round_id": _round_of(attempt),
        "slot_id": attempt.by.slot_id,
        "kind": attempt.kind.value,
        "accepted_at": attempt.accepted_at,
        "code": refusal.code,
        "details": refusal.details,
    }
