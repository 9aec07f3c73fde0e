"""Problem reports as they are kept, and the tallies that every summary is read from.

A report or an answer, its event and its count are one transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from chassis.mongo import in_transaction
from chassis.outbox import Outbox
from collecting.rounds.rules import Mode
from contracts.errors import IdempotencyKeyReused
from contracts.events import Event
from contracts.principal import Principal, Role
from contracts.reports.problems import ProblemFiltersFacts, ProblemReportNotFound, TooManyAnswers
from services.reports.problems.rules import ProblemAnswer, ProblemReport

COLLECTION = "problem_reports"
MOST_ANSWERS = 20
_FIELDS_OF_AREA = {"province": "province_code", "district": "district_code"}
_NEWEST_FIRST = [("reported_at", -1), ("_id", -1)]

Document = dict[str, Any]
Position = tuple[datetime, str] | None


class Problems:
    """Problem reports, their answers and their counts."""

    def __init__(self, database: Any, outbox: Outbox) -> None:
        self._client = database.client
        self._reports = database[COLLECTION]
        self._tallies = database["problem_tallies"]
        self._organisations = database["organisations"]
        self._rounds = database["rounds"]
        self._outbox = outbox

    def find_organisation(self, organisation_id: str | None) -> Document | None:
        """Return what is known of the LAO a slot belongs to."""
        found: Document | None = self._organisations.find_one({"_id": organisation_id})
        return found

    def find_latest_round(self) -> str | None:
        """Return the id of the live round opened last, of the newest fiscal year."""
        wanted = {"mode": Mode.LIVE.value, "kind": "ethics", "state": {"$in": ["open", "closed"]}}
        found = self._rounds.find_one(wanted, sort=[("fiscal_year_be", -1), ("no", -1)])
        return None if found is None else str(found["_id"])

    # -- changing -------------------------------------------------------------------------

    def add(self, report: ProblemReport, *, announcing: Event) -> tuple[ProblemReport, bool]:
        """Keep a report, count it and announce it; return it, and whether it was there already.

        Raises IdempotencyKeyReused when it is there with other words.
        """
        entries = self._outbox.seal([announcing])
        document = _document(report) | {"outbox": entries}

        def write(session: Any) -> None:
            self._reports.insert_one(document, session=session)
            self._count(report, "reported", session)

        try:
            in_transaction(self._client, write)
        except DuplicateKeyError:
            known = self.get(report.id)
            if known.request_sha256 != report.request_sha256:
                raise IdempotencyKeyReused(problem_id=report.id) from None
            return known, True
        self._outbox.nudge(COLLECTION, report.id, entries)
        return report, False

    def answer(
        self, report: ProblemReport, answer: ProblemAnswer, *, announcing: Event
    ) -> tuple[ProblemReport, bool]:
        """Add an answer, count the report as answered when it is the first, and announce it; return
        the report, and whether the answer was there already.

        Raises TooManyAnswers, IdempotencyKeyReused when it is there with other words.
        """
        entries = self._outbox.seal([announcing])
        takes_more: Document = {"_id": report.id, f"answers.{MOST_ANSWERS - 1}": {"$exists": False}}
        if answer.request_id:
            takes_more["answers.request_id"] = {"$ne": answer.request_id}
        told = asdict(answer)
        change = {
            "$set": {"state": "answered", **({"circulated": told} if answer.circulate else {})},
            "$push": {"answers": told, "outbox": {"$each": entries}},
            "$inc": {"version": 1},
        }

        def write(session: Any) -> Document | None:
            saved = self._reports.find_one_and_update(
                takes_more, change, return_document=ReturnDocument.AFTER, session=session
            )
            if saved is None:
                return None
            if len(saved["answers"]) == 1:
                self._count(report, "answered", session)
            return dict(saved)

        answered = in_transaction(self._client, write)
        if answered is None:
            return self._known_answer(report.id, answer), True
        self._outbox.nudge(COLLECTION, report.id, entries)
        return _report(answered), False

    def _known_answer(self, problem_id: str, answer: ProblemAnswer) -> ProblemReport:
        """Return the report that has the answer already. Raises TooManyAnswers,
        IdempotencyKeyReused.
        """
        report = self.get(problem_id)
        for known in report.answers:
            if answer.request_id and known.request_id == answer.request_id:
                if known.request_sha256 != answer.request_sha256:
                    raise IdempotencyKeyReused(problem_id=problem_id)
                return report
        raise TooManyAnswers(most=MOST_ANSWERS)

    def _count(self, report: ProblemReport, what: str, session: Any) -> None:
        cell = {
            "round_id": report.round_id,
            "mode": report.mode.value,
            "province_code": report.province_code,
            "district_code": report.district_code,
            "category": report.category,
        }
        key = f"{report.round_id}-{report.province_code}-{report.district_code}-{report.category}"
        counts = {"reported": 0, "answered": 0, what: 1}
        self._tallies.update_one(
            {"_id": key}, {"$setOnInsert": cell, "$inc": counts}, upsert=True, session=session
        )

    # -- reading --------------------------------------------------------------------------

    def get(self, problem_id: str) -> ProblemReport:
        """Return a report. Raises ProblemReportNotFound."""
        document = self._reports.find_one({"_id": problem_id})
        if document is None:
            raise ProblemReportNotFound(problem_id=problem_id)
        return _report(document)

    def list(
        self, by: Principal, filters: ProblemFiltersFacts, *, after: Position, limit: int
    ) -> list[ProblemReport]:
        """Return the caller's own, or those within the caller's area, the newest first."""
        wanted: Document = {**filters}
        if by.role is Role.LAO_OFFICER:
            wanted["slot_id"] = by.slot_id
        else:
            wanted |= by.within(_FIELDS_OF_AREA)
        wanted |= _past("reported_at", after)
        found = self._reports.find(wanted, {"outbox": 0}).sort(_NEWEST_FIRST).limit(limit)
        return [_report(document) for document in found]

    def list_circulated(
        self, category: str | None, *, after: Position, limit: int
    ) -> Sequence[Document]:
        """Return the reports with a circulated answer, the one circulated last first."""
        at = "circulated.answered_at"
        wanted: Document = {at: {"$exists": True}}
        if category is not None:
            wanted["category"] = category
        seen = {"circulated": 1, "category": 1, "round_id": 1, "mode": 1}
        found = self._reports.find({"$and": [wanted, _past(at, after)]}, seen)
        return list(found.sort([(at, -1), ("_id", -1)]).limit(limit))

    def counts(self, by: Principal, axis: str, round_id: str | None) -> dict[str, tuple[int, int]]:
        """Return how many were reported and answered, by category or province."""
        wanted: Document = {"mode": "live"} if round_id is None else {"round_id": round_id}
        wanted |= by.within(_FIELDS_OF_AREA)
        key = "$category" if axis == "category" else "$province_code"
        sums = {name: {"$sum": f"${name}"} for name in ("reported", "answered")}
        rows = self._tallies.aggregate([{"$match": wanted}, {"$group": {"_id": key, **sums}}])
        return {row["_id"]: (row["reported"], row["answered"]) for row in rows}

    def until(self, round_id: str, moment: datetime) -> Iterator[ProblemReport]:
        """Yield what was reported in a round until then, the first one first."""
        wanted = {"round_id": round_id, "reported_at": {"$lte": moment}}
        found = self._reports.find(wanted, {"outbox": 0}).sort([("reported_at", 1), ("_id", 1)])
        yield from map(_report, found)


def _past(field: str, after: Position) -> Document:
    if after is None:
        return {}
    at, problem_id = after
    return {"$or": [{field: {"$lt": at}}, {field: at, "_id": {"$lt": problem_id}}]}


def _document(report: ProblemReport) -> Document:
    facts = asdict(report)
    del facts["id"]
    return {
        "_id": report.id,
        **facts,
        "mode": report.mode.value,
        "state": report.state.value,
        "answers": list(facts["answers"]),
    }


def _report(document: Document) -> ProblemReport:
    facts: Document = {name: document.get(name) for name in ProblemReport.__dataclass_fields__}
    return ProblemReport(
        **facts
        | {
            "id": document["_id"],
            "mode": Mode(document["mode"]),
            "answers": tuple(ProblemAnswer(**answer) for answer in document["answers"]),
        }
    )
