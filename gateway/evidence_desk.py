"""Hands evidence between a client and reports, and remembers what was used."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Any

from clients.collecting import CollectionClient
from contracts.collecting.evidence import KeptEvidenceFacts
from contracts.fields import JsonObject
from contracts.principal import PrincipalFacts
from gateway.downloads import in_chunks
from gateway.faults import FaultyInput, InputFault, child_of
from gateway.streaming import Upload
from gateway.uploads import hand_on

USES_KEPT = 20_000


class EvidenceDesk:
    """Asks reports with a client patient enough for a file to be scanned.

    Which evidence was used on which obligation never changes, so it is asked once.
    """

    def __init__(self, reports: CollectionClient) -> None:
        self._reports = reports
        self._used: OrderedDict[tuple[str, str], None] = OrderedDict()

    def take_in(
        self, by: PrincipalFacts, upload: Upload, *, obligation_id: str | None, round_id: str | None
    ) -> KeptEvidenceFacts:
        """Hand a file to reports. Raises whatever its entrypoints for evidence say."""
        begun = self._reports.begin_evidence(
            by,
            filename=upload.filename,
            obligation_id=obligation_id,
            round_id=round_id,
            size=upload.size,
        )
        upload_id = begun["upload_id"]
        hand_on(
            upload,
            lambda number, data: self._reports.add_evidence_chunk(
                by, upload_id, number=number, data_base64=data
            ),
        )
        return self._reports.finish_evidence(by, upload_id)

    def read(self, by: PrincipalFacts, evidence_id: str) -> Iterator[bytes]:
        """Yield the content in chunks. Raises EvidenceNotFound."""
        return in_chunks(lambda number: self._reports.read_evidence(by, evidence_id, number=number))

    def use(
        self, by: PrincipalFacts, obligation_id: str, evidence_ids: list[str], answers: JsonObject
    ) -> None:
        """Have reports note what a filing is about to name. Raises FaultyInput, pointing into the
        answers, for what is no evidence of the organisation; ObligationNotFound, RoundNotFound,
        RoundPurged.
        """
        asked = [each for each in evidence_ids if (obligation_id, each) not in self._used]
        if not asked:
            return
        unknown = set(self._reports.use_evidence(by, obligation_id, asked)["unknown"])
        for evidence_id in set(asked) - unknown:
            self._used[obligation_id, evidence_id] = None
            if len(self._used) > USES_KEPT:
                self._used.popitem(last=False)
        if unknown:
            raise FaultyInput([_unknown(at) for at in _pointers_to(answers, unknown, "/answers")])

    def forget_all(self) -> None:
        """Forget all uses, since a purge may have taken some."""
        self._used.clear()


def _pointers_to(value: Any, wanted: set[str], at: str) -> Iterator[str]:
    """Yield the pointers to whatever in the answers is one of the wanted ids."""
    inner: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    elif isinstance(value, str) and value in wanted:
        yield at
    for name, each in inner:
        yield from _pointers_to(each, wanted, child_of(at, str(name)))


def _unknown(pointer: str) -> InputFault:
    return InputFault(
        pointer,
        "unknown_evidence",
        "This is no evidence of your organisation.",
        "ไม่พบไฟล์หลักฐานนี้ในหน่วยงานของท่าน",
    )
