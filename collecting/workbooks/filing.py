"""Working an upload off: each workbook is read and, when nothing is wrong with it, filed like any
filing. What is wrong with one holds up no other.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO, TypeVar

from chassis.work_line import WorkLine
from collecting.filings.rules.decide import Attempt, Filing, decide
from collecting.filings.shapes import read_attempt
from collecting.obligations.rules.obligation import Channel, Obligation
from collecting.rounds.rules import Round
from collecting.sealing.receipts import receipt_number
from collecting.stores import Stores
from collecting.workbooks.archives import Archive, Member, budget_of_an_upload
from collecting.workbooks.layout import Layout
from collecting.workbooks.reading import Reading, read_workbook
from collecting.workbooks.stamp import Stamp
from collecting.workbooks.wording import CellFault, of_answer, of_file, of_refusal
from contracts.collecting.amendment_classes import DEFAULT_CLASS
from contracts.collecting.obligations import ObligationNotFound
from contracts.errors import ServiceError
from contracts.forms import Lacking
from contracts.principal import Principal, PrincipalFacts

AT_ONCE = 25
FAULTS_TOLD = 20
FAULTS_TOLD_IN_ALL = 4_000
# Uploads are unpacked and read one after the other, beside the loop, with a thread of their own.
_line = WorkLine("workbooks", threads=1, waiting=1)

Facts = dict[str, Any]
Record = Callable[[list[Attempt]], list[Facts | ServiceError]]
Show = Callable[[int, int], None]
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Upload:
    """What was uploaded: in which round, by whom, when the gateway received it."""

    id: str
    round_id: str
    accepted_at: str
    by: PrincipalFacts
    is_check: bool


class WorkbookFiler:
    """Files the workbooks of one upload; doing it again files nothing twice.

    `record` is the ledger's own way for every filing; `lacking` tells what paper cannot show.
    """

    def __init__(
        self,
        store: Stores,
        upload: Upload,
        round_: Round,
        layout: Layout,
        record: Record,
        lacking: Lacking,
    ) -> None:
        self._store = store
        self._upload = upload
        self._round = round_
        self._layout = layout
        self._record = record
        self._lacking = lacking
        self._by = Principal.from_wire(upload.by)
        self._budget = budget_of_an_upload()
        self._seen: set[str] = set()
        self._told_in_all = 0

    def file(self, file: BinaryIO, filename: str, show: Show) -> Facts:
        """File whatever can be filed and return what became of every file, in their order.

        Raises WorkbooksUnreadable, TooManyWorkbooks.
        """
        files: list[Facts] = []
        archive = self._aside(Archive, file, filename, self._budget)
        members = iter(archive)
        while batch := self._aside(lambda: list(islice(members, AT_ONCE))):
            files += self._file_batch(batch)
            show(len(files), len(archive))
        counts = Counter(one["outcome"] for one in files)
        outcomes = {name: counts[name] for name in ("recorded", "checked", "refused", "faulty")}
        return {"round_id": self._upload.round_id, "counts": outcomes, "files": files}

    def _file_batch(self, batch: list[Member]) -> Iterator[Facts]:
        readings = [self._read(member) for member in batch]
        owed = self._store.workbooks.find_obligations(
            reading.stamp.obligation_id for reading in readings if reading.stamp
        )
        for reading in readings:
            self._check_evidence(reading, owed)
        attempts = [
            self._attempt(stamp, reading)
            for reading in readings
            if (stamp := reading.stamp) and not reading.faults
        ]
        if self._upload.is_check:
            results: Iterator[Any] = iter([self._check(one, owed) for one in attempts])
        else:
            results = iter(self._record(attempts))
        for member, reading in zip(batch, readings, strict=True):
            result = None if reading.faults else next(results)
            yield self._result_of(member.name, reading, result)

    def _aside(self, work: Callable[..., Result], *args: Any, **named: Any) -> Result:
        """Do some of the reading beside the loop, on this upload's budget."""

        def counted() -> Result:
            with self._budget.working():
                return work(*args, **named)

        return _line.run(None, counted)

    def _read(self, member: Member) -> Reading:
        if member.code:
            return Reading(faults=[of_file(member.code, member.kind)])
        reading = self._aside(
            read_workbook,
            member.data,
            self._layout,
            round_id=self._upload.round_id,
            budget=self._budget,
            lacking=self._lacking,
        )
        if reading.stamp and not reading.faults:
            if reading.stamp.obligation_id in self._seen:
                reading.faults.append(of_file("repeated_in_upload"))
            self._seen.add(reading.stamp.obligation_id)
        return reading

    def _check_evidence(self, reading: Reading, owed: Mapping[str, Obligation]) -> None:
        """Tell what evidence the organisation does not have; have what it has noted as used."""
        named = self._layout.form.evidence(reading.answers)
        obligation = owed.get(reading.stamp.obligation_id) if reading.stamp else None
        if obligation is None or not named or reading.faults or not self._may_file(obligation):
            return
        if self._upload.is_check:
            unknown = self._store.workbooks.missing_evidence(named, obligation)
        else:
            unknown = [*self._store.evidence.use(named, obligation)]
        for pointer, evidence_id in _places(reading.answers, "/answers"):
            if evidence_id in unknown:
                spot = self._layout.spot(pointer, reading.item_rows)
                reading.faults.append(of_answer(spot, pointer, "unknown_evidence"))

    def _may_file(self, obligation: Obligation) -> bool:
        try:
            obligation.require_filed_by(self._by, Channel.WORKBOOK)
        except ObligationNotFound:  # told when it is decided
            return False
        return True

    def _attempt(self, stamp: Stamp, reading: Reading) -> Attempt:
        is_amendment = reading.kind == "amendment"
        submission = reading.submission if is_amendment else {}
        return read_attempt(
            {
                "filing_id": filing_id_of(self._upload.id, stamp.obligation_id),
                "obligation_id": stamp.obligation_id,
                "kind": reading.kind,
                "answers": reading.answers,
                "notes": reading.notes,
                "form_version": stamp.form_version,
                "base_revision": stamp.base_revision if is_amendment else None,
                "reason": submission.get("reason"),
                "reason_class": submission.get("reason_class", DEFAULT_CLASS),
                "channel": Channel.WORKBOOK.value,
                "accepted_at": self._upload.accepted_at,
                "by": self._upload.by,
            }
        )

    def _check(self, attempt: Attempt, owed: Mapping[str, Obligation]) -> Filing | ServiceError:
        obligation = owed.get(attempt.obligation_id)
        if obligation is None:
            return ObligationNotFound(obligation_id=attempt.obligation_id)
        try:
            return decide(attempt, self._round, obligation)
        except ServiceError as refusal:
            return refusal

    def _result_of(
        self, name: str, reading: Reading, result: Facts | Filing | ServiceError | None
    ) -> Facts:
        faults = reading.faults
        if isinstance(result, ServiceError):
            faults = [of_refusal(result)]
        return {
            "file": name,
            "obligation_id": reading.stamp.obligation_id if reading.stamp else None,
            "outcome": _outcome(result),
            "filed": _filed(result),
            "errors": self._bounded(faults),
            "errors_found": len(faults),
            "warnings": self._bounded(reading.warnings),
        }

    def _bounded(self, found: list[CellFault]) -> list[Facts]:
        room = max(0, FAULTS_TOLD_IN_ALL - self._told_in_all)
        shown = [one.to_wire() for one in found[: min(FAULTS_TOLD, room)]]
        self._told_in_all += len(shown)
        return shown


def filing_id_of(upload_id: str, obligation_id: str) -> str:
    """Return the id of the filing an upload makes on an obligation: the same for every repeat."""
    return hashlib.blake2b(f"{upload_id}\n{obligation_id}".encode(), digest_size=16).hexdigest()


def _outcome(result: Facts | Filing | ServiceError | None) -> str:
    if result is None:
        return "faulty"
    if isinstance(result, ServiceError):
        return "refused"
    return "checked" if isinstance(result, Filing) else "recorded"


def _filed(result: Facts | Filing | ServiceError | None) -> Facts | None:
    """Return what was filed, or in a check what would be; it has no receipt number then."""
    if isinstance(result, Filing):
        return {
            "kind": result.attempt.kind.value,
            "revision": result.obligation.revision,
            "on_time": result.obligation.on_time,
        }
    if not isinstance(result, dict):
        return None
    return {
        "kind": result["kind"],
        "revision": result["revision"],
        "on_time": result["on_time"],
        "filing_id": result["_id"],
        "receipt_number": receipt_number(result["_id"]),
    }


def _places(value: Any, at: str) -> Iterator[tuple[str, str]]:
    """Yield every text in the answers with its pointer."""
    if isinstance(value, str):
        yield at, value
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for name, each in inner if isinstance(value, dict | list) else ():
        yield from _places(each, f"{at}/{name}")
