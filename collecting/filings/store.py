"""The ledger: filings as they are written, and the obligations that show them.

The journaled insert of a filing, its events inside, is the act; the unique (obligation, revision)
is the fence between processes. The obligation is brought up to date right after, guarded by its
revision, and again whenever the filing is repeated or met by a rival, so a crash in between mends
itself: no obligation is ever more than one revision behind.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import ReplaceOne

from chassis.gather import gather
from chassis.mongo import write_new
from chassis.outbox import Outbox
from collecting.filings.rules.decide import Attempt, Filing
from collecting.kind import Kind
from collecting.obligations.rules.kinds import FilingKind
from collecting.obligations.rules.obligation import Obligation
from collecting.obligations.store import NOT_LISTED, from_document
from collecting.rounds.due_dates import in_time
from collecting.rounds.rules import Mode, Round
from collecting.rounds.store import Rounds
from contracts.collecting.filings import FilingNotFound
from contracts.collecting.obligation_id import ObligationId
from contracts.collecting.obligations import ObligationNotFound
from contracts.collecting.receipts import ReceiptCountFacts
from contracts.errors import ServiceError
from contracts.events import Event

Document = dict[str, Any]

# A due date may have moved since the filing was decided.
_ON_TIME_BY_ITS_OWN_DUE_DATE = {"on_time": in_time("$$filing.judged_at", "$due_at", "$stood")}
_TO_ANSWER = {"answers": 0, "outbox": 0}


@dataclass(frozen=True, slots=True)
class Standing:
    """What attempts are decided by, each thing by its id.

    `recorded` are those of the attempts that are in the ledger, of those that were `looked_for`.
    """

    obligations: Mapping[str, Obligation]
    rounds: Mapping[str, Round]
    recorded: Mapping[str, Document]
    looked_for: Collection[str]


@dataclass(frozen=True, slots=True)
class Entry:
    """A filing as it was decided, its signed receipt, and the event that announces it."""

    filing: Filing
    receipt: Document
    event: Event


Rows = list[ReceiptCountFacts]


class Ledger:
    """Recorded filings, and what was refused after it had been taken in."""

    def __init__(self, database: Any, outbox: Outbox, kind: Kind) -> None:
        self._kind = kind
        self.events = kind.events
        self._filings = database["filings"]
        self._obligations = database["obligations"]
        self._drafts = database["drafts"]
        self._refusals = database["refusals"]
        self._rounds = Rounds(database, outbox)
        self._outbox = outbox

    # -- recording ------------------------------------------------------------------------

    def read(self, attempts: Sequence[Attempt], doubted: Collection[str]) -> Standing:
        """Return what attempts, each on another obligation, are decided by.

        Where nothing was filed so far, no filing is looked for, but those that are `doubted`:
        nearly all are first ones, and one that was recorded all the same stops the insert.
        """
        obligations, rounds = gather(
            lambda: self._find_obligations([attempt.obligation_id for attempt in attempts]),
            lambda: self._rounds.find_many({_round_of(attempt) for attempt in attempts}),
        )
        looked_for = {
            attempt.filing_id
            for attempt in attempts
            if attempt.filing_id in doubted or _is_filed(obligations.get(attempt.obligation_id))
        }
        # Read after the obligations, so that whatever those tell of already is among them.
        return Standing(obligations, rounds, self._find(looked_for), looked_for)

    def insert(
        self,
        entries: Sequence[Entry],
        standing: Standing,
        *,
        shown_again: Sequence[Document],
        at: datetime,
    ) -> dict[str, Document | ServiceError]:
        """Write the entries, each on another obligation, and return by filing id what became of
        them: the document, or ObligationNotFound where a trial's purge began meanwhile.

        What is not in it lost: its revision, or that very filing, was there already. The
        obligations are brought up to date with what was written, with what won in place of what
        lost, and with the filings that are `shown_again`.
        """
        documents = [self._document(entry, at) for entry in entries]
        lost = write_new(self._filings.insert_many, documents)
        beaten = [documents[place] for place in sorted(lost)]
        written = [each for place, each in enumerate(documents) if place not in lost]
        gone = self._take_back_of_purged(written, standing.rounds)
        won = [document for document in written if document["_id"] not in gone]
        self._bring_up_to_date([*won, *shown_again, *self._find_winners(beaten)])
        for document in won:
            self._outbox.nudge("filings", document["_id"], document["outbox"])
        return {**gone, **{document["_id"]: document for document in won}}

    def _document(self, entry: Entry, at: datetime) -> Document:
        correlation = entry.filing.attempt.correlation_id or None
        outbox = self._outbox.seal([entry.event], correlation=correlation)
        return _to_document(entry.filing, entry.receipt, at) | {"outbox": outbox}

    def _take_back_of_purged(
        self, written: Sequence[Document], rounds: Mapping[str, Round]
    ) -> dict[str, Document | ServiceError]:
        """Take back what was written in a trial whose purge began since the round was read, and
        return the refusals by filing id.

        What is not taken back was there before: the purge finds and counts it.
        """
        trials = {round_.id for round_ in rounds.values() if round_.mode is Mode.TRIAL}
        going = trials - self._rounds.find_many(trials).keys() if trials else set()
        gone = {
            document["_id"]: ObligationNotFound(obligation_id=document["obligation_id"])
            for document in written
            if document["round_id"] in going
        }
        if gone:
            self._filings.delete_many({"_id": {"$in": list(gone)}})
        return dict(gone)

    def _find_obligations(self, ids: list[str]) -> dict[str, Obligation]:
        found = self._obligations.find({"_id": {"$in": ids}}, NOT_LISTED, batch_size=len(ids) + 1)
        return {document["_id"]: from_document(document, self._kind) for document in found}

    def _find(self, ids: Collection[str]) -> dict[str, Document]:
        if not ids:
            return {}
        wanted = {"_id": {"$in": list(ids)}}
        found = self._filings.find(wanted, _TO_ANSWER, batch_size=len(ids) + 1)
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
            gather(lambda: self._show(filings), lambda: self._drop_typed(filings))

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

    def find_answers(
        self, revisions: Iterable[tuple[str, int]]
    ) -> dict[tuple[str, int], Mapping[str, Any]]:
        """Return the answers of revisions, each an obligation's id and a number."""
        wanted = [{"obligation_id": duty, "revision": number} for duty, number in revisions]
        if not wanted:
            return {}
        content = {"obligation_id": 1, "revision": 1, "answers": 1}
        found = self._filings.find({"$or": wanted}, content)
        return {(one["obligation_id"], one["revision"]): one["answers"] for one in found}

    def keep_refusals(self, refused: Iterable[tuple[Attempt, ServiceError]]) -> None:
        """Keep what was refused for the slot that tried, but for what is of no round, or of one
        that is being purged.
        """
        documents = [_refusal(attempt, refusal) for attempt, refusal in refused]
        if not documents:
            return
        rounds = self._rounds.find_many({document["round_id"] for document in documents})
        kept = [
            ReplaceOne({"_id": document["_id"]}, document, upsert=True)
            for document in documents
            if document["round_id"] in rounds
        ]
        if kept:
            self._refusals.bulk_write(kept, ordered=False)

    # -- reading --------------------------------------------------------------------------

    def count_receipts(self, *, recently: datetime) -> Sequence[ReceiptCountFacts]:
        """Return for each round its receipts, those not recorded recently, and the events unsent.

        Counted by index alone, but for what is recent or unsent.
        """
        recent = self._by_round({"unrolled": True, "recorded_at": {"$gt": recently}})
        unsent = self._by_round({"outbox.at": {"$exists": True}})
        rows: Rows = []
        for round_ in self._rounds.list(after=None, limit=0):
            receipts = self._filings.count_documents({"round_id": round_.id})
            rows.append(
                {
                    "round_id": round_.id,
                    "mode": round_.mode.value,
                    "receipts": receipts,
                    "settled": receipts - recent.get(round_.id, 0),
                    "unsent": unsent.get(round_.id, 0),
                }
            )
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


def _round_of(attempt: Attempt) -> str:
    """Return the id of its round; "", which no round has, when it names none."""
    named = ObligationId.read(attempt.obligation_id)
    return named.round_id if named else ""


def _is_filed(obligation: Obligation | None) -> bool:
    return obligation is not None and obligation.revision > 0


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


def _to_document(filing: Filing, receipt: Document, at: datetime) -> Document:
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
