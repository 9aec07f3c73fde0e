"""Finishing an upload is asked again while its first run goes on: nothing kept is lost, nothing is
made twice. In both interleavings: the first run ends while the second is about to collect what was
sent, and while the second is about to keep it.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import eventlet
import pytest
from eventlet.event import Event as Signal

from chassis.clock import now
from chassis.jobs import Jobs
from collecting.files.store.gridfs import CHUNK_BYTES, Files, sha256_of
from collecting.workbooks.questions import CHUNKS_OF_UPLOAD, WorkbookQuestions
from contracts.collecting.evidence import UploadNotFound
from tests.builders.files import pdf_of
from tests.component.collecting.test_evidence import desk, obligation, officer

__all__ = ("desk", "obligation", "officer")  # fixtures of evidence
CONTENT = pdf_of(2 * CHUNK_BYTES + 7)


class Held(Files):
    """Files of which the second run to come to a step is held up before it, until the first one has
    ended.
    """

    def __init__(self, database: Any, step: str) -> None:
        super().__init__(database)
        self.step = step
        self.first: Any = None
        self.second_is_there, self.first_has_ended = Signal(), Signal()

    def _hold(self, step: str) -> None:
        if step != self.step:
            return
        if self.first is None:
            self.first = eventlet.getcurrent()
            self.second_is_there.wait()
        else:
            self.second_is_there.send()
            self.first_has_ended.wait()

    def collected(self, file_id: str) -> bytes:
        self._hold("collected")
        return super().collected(file_id)

    def keep(self, file_id: str, facts: Any, **known: Any) -> Any:
        self._hold("keep")
        return super().keep(file_id, facts, **known)


@pytest.fixture(params=["collected", "keep"])
def held(request, database) -> Held:
    return Held(database, request.param)


def twice(held: Held, finish: Any) -> list[Any]:
    """Return what the run says that came to the step first, and what the other says."""

    def run() -> Any:
        try:
            return finish()
        finally:
            if held.first is eventlet.getcurrent():
                held.first_has_ended.send()

    runs = [eventlet.spawn(run) for _ in range(2)]
    told = {each: each.wait() for each in runs}
    return [told.pop(held.first), *told.values()]


def append(add: Any) -> None:
    for number, start in enumerate(range(0, len(CONTENT), CHUNK_BYTES)):
        add(number, b64encode(CONTENT[start : start + CHUNK_BYTES]).decode())


def test_evidence_that_is_finished_twice_is_whole(store, desk, officer, held):
    store.files = store.evidence._files = held
    upload = desk.begin_evidence(officer, "a.pdf", None, None)["upload_id"]
    append(lambda number, data: desk.add_evidence_chunk(officer, upload, number, data))

    told = twice(held, lambda: desk.finish_evidence(officer, upload))
    later = desk.finish_evidence(officer, upload)

    assert told[0] == told[1] == later
    assert later["is_new"]
    assert b"".join(store.files.read(upload)) == CONTENT
    assert store.files._unfinished.count_documents({}) == 0


def test_of_one_content_sent_twice_and_finished_twice_the_first_stays(store, desk, officer, held):
    uploads = [desk.begin_evidence(officer, "a.pdf", None, None)["upload_id"] for _ in range(2)]
    for each in uploads:
        append(lambda number, data, to=each: desk.add_evidence_chunk(officer, to, number, data))
    known = desk.finish_evidence(officer, uploads[0])
    store.files = store.evidence._files = held

    def finish() -> Any:
        try:
            return desk.finish_evidence(officer, uploads[1])
        except UploadNotFound:  # its content was found to be known, and it was dropped
            return None

    told = twice(held, finish)

    assert told[0]["evidence"] == known["evidence"]
    assert b"".join(store.files.read(uploads[0])) == CONTENT
    assert store.files._chunks.count_documents({"files_id": uploads[1]}) == 0


class WorkbookDesk(WorkbookQuestions):
    """The questions about workbooks without a bus."""

    def __init__(self, store: Any, database: Any) -> None:
        self.store = store
        self.jobs = Jobs(database, "licences")
        self.now = now


def test_an_upload_of_workbooks_started_twice_is_one_job_and_its_file_stays(
    store, database, obligation, officer, held
):
    store.files = held
    desk = WorkbookDesk(store, database)
    sent = {
        "round_id": obligation.round_id,
        "filename": "a.zip",
        "sha256": sha256_of(CONTENT),
        "is_check": False,
        "size": len(CONTENT),
        "received_at": "2026-11-30T00:00:00Z",
    }
    file_id = desk.begin_workbooks(officer, "upload-1", sent)["file_id"]
    append(lambda number, data: desk.add_workbooks_chunk(officer, file_id, number, data))

    told = twice(held, lambda: desk.start_workbooks(officer, file_id))
    later = desk.start_workbooks(officer, file_id)

    assert {each["id"] for each in (*told, later)} == {"licences-upload-1"}
    assert b"".join(store.files.read(file_id)) == CONTENT


def test_an_upload_of_workbooks_has_so_many_chunks_and_no_more(store, database, officer):
    desk, chunk = WorkbookDesk(store, database), b64encode(b"x").decode()
    of_workbooks = {"kind": "workbooks", "by": officer, "filename": "a.zip", "round_id": None}
    file_id = store.files.begin(of_workbooks)

    desk.add_workbooks_chunk(officer, file_id, CHUNKS_OF_UPLOAD - 1, chunk)
    with pytest.raises(ValueError, match="against the agreement"):
        desk.add_workbooks_chunk(officer, file_id, CHUNKS_OF_UPLOAD, chunk)


def test_an_upload_that_is_not_what_was_announced_is_refused(store, database, obligation, officer):
    desk = WorkbookDesk(store, database)
    sent = {
        "round_id": obligation.round_id,
        "filename": "a.zip",
        "sha256": sha256_of(b"something else"),
        "is_check": False,
        "size": len(CONTENT),
        "received_at": "2026-11-30T00:00:00Z",
    }
    file_id = desk.begin_workbooks(officer, "upload-1", sent)["file_id"]
    append(lambda number, data: desk.add_workbooks_chunk(officer, file_id, number, data))

    with pytest.raises(UploadNotFound):
        desk.start_workbooks(officer, file_id)

    assert store.workbooks.find_upload("upload-1") is None
    assert store.files.get(file_id) is None


@pytest.mark.parametrize("wins", ["keep", "drop"])
def test_of_keeping_and_dropping_at_once_one_wins_and_the_other_changes_nothing(database, wins):
    files = Files(database)
    facts = {"filename": "a.pdf", "content_type": "application/pdf", "round_id": None}
    file_id = files.begin(facts)
    files.append(file_id, 0, b"content")
    acts = {
        "keep": lambda: files.keep(file_id, facts, size=7, sha256=sha256_of(b"content")),
        "drop": lambda: files.drop(file_id),
    }

    acts.pop(wins)()
    (loser,) = acts.values()
    if wins == "keep":
        loser()
    else:
        with pytest.raises(UploadNotFound):
            loser()

    assert b"".join(files.read(file_id)) == (b"content" if wins == "keep" else b"")
    assert bool(files.get(file_id)) == (wins == "keep")
