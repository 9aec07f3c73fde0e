"""Files in the database: whole, in parts, swept, and gone with their round."""

from __future__ import annotations

from datetime import timedelta

import gridfs
import pytest

from chassis.clock import now
from collecting.files.store.gridfs import CHUNK_BYTES, MOST_CHUNKS, Files
from contracts.collecting.evidence import UploadNotFound
from tests.builders.files import PDF, pdf_of

NAMED = {"filename": "a.pdf", "content_type": "application/pdf", "round_id": None}


@pytest.fixture
def files(database) -> Files:
    return Files(database)


def put(files: Files, content: bytes = PDF, **facts) -> str:
    return files.put(
        content, filename="a.pdf", content_type="application/pdf", facts={"round_id": None} | facts
    )


def left(database) -> dict[str, int]:
    """How much there is in each collection of files."""
    names = ("files", "chunks", "unfinished")
    return {name: database[f"files.{name}"].count_documents({}) for name in names}


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])
def test_a_file_comes_back_as_it_was_put_with_its_facts(files, size):
    content = pdf_of(size)

    file_id = put(files, content, author="office")

    assert b"".join(files.read(file_id)) == content
    facts = files.get(file_id)
    assert (facts["size"], facts["filename"], facts["author"]) == (size, "a.pdf", "office")


def test_any_gridfs_tool_can_read_what_is_kept(files, database):
    content = pdf_of(2 * CHUNK_BYTES + 5)

    file_id = put(files, content)

    opened = gridfs.GridFSBucket(database, "files").open_download_stream(file_id)
    assert (opened.filename, opened.read()) == ("a.pdf", content)


def test_chunks_may_come_twice_and_in_any_order(files, database):
    content = pdf_of(2 * CHUNK_BYTES + 5)
    file_id = files.begin(NAMED)
    for number in (2, 0, 1, 0):
        files.append(file_id, number, content[number * CHUNK_BYTES :][:CHUNK_BYTES])

    facts = files.finish(file_id)

    assert b"".join(files.read(file_id)) == content
    assert facts["size"] == len(content)
    assert left(database) == {"files": 1, "chunks": 3, "unfinished": 0}


@pytest.mark.parametrize("parts", [{1: b"x"}, {0: b"x", 1: b"y"}, {0: bytes(CHUNK_BYTES), 2: b"z"}])
def test_a_file_with_a_gap_is_not_finished(files, parts):
    file_id = files.begin(NAMED)
    for number, chunk in parts.items():
        files.append(file_id, number, chunk)

    with pytest.raises(UploadNotFound):
        files.finish(file_id)


def test_an_upload_nobody_began_takes_nothing(files, database):
    with pytest.raises(UploadNotFound):
        files.append("unknown", 0, b"x")

    assert left(database)["chunks"] == 0


@pytest.mark.parametrize(("number", "size"), [(-1, 1), (256, 1), (0, CHUNK_BYTES + 1), (0, 0)])
def test_a_chunk_against_the_agreement_is_a_bug(files, number, size):
    file_id = files.begin(NAMED)

    with pytest.raises(ValueError, match="against the agreement"):
        files.append(file_id, number, bytes(size))


def test_the_last_chunk_there_may_be_is_kept_whole(files, database):
    file_id = files.begin(NAMED)

    files.append(file_id, MOST_CHUNKS - 1, bytes(CHUNK_BYTES))

    assert left(database)["chunks"] == 1


def test_what_is_unfinished_takes_nothing_more_before_it_is_swept_and_files_stay(database):
    clock = [now()]
    files = Files(database, lambda: clock[0])
    kept, begun = put(files), files.begin(NAMED)
    files.append(begun, 0, b"half")

    clock[0] += timedelta(minutes=55)
    with pytest.raises(UploadNotFound):
        files.append(begun, 1, b"late")
    assert files.sweep() == 0

    clock[0] += timedelta(minutes=6)
    assert files.sweep() == 1
    assert left(database) == {"files": 1, "chunks": 1, "unfinished": 0}
    assert b"".join(files.read(kept)) == PDF


def test_a_crash_while_finishing_or_deleting_leaves_nothing_after_a_sweep(database):
    clock = [now()]
    files = Files(database, lambda: clock[0])
    finished, deleted = put(files), put(files)
    for file_id in (finished, deleted):  # as it stands in the middle of either
        database["files.unfinished"].insert_one({"_id": file_id, "begun_at": clock[0], "facts": {}})
    database["files.files"].delete_one({"_id": deleted})

    clock[0] += timedelta(minutes=61)
    files.sweep()

    assert left(database) == {"files": 1, "chunks": 1, "unfinished": 0}
    assert b"".join(files.read(finished)) == PDF


def test_deleting_a_round_deletes_its_files_and_uploads_and_no_others(files, database):
    put(files, round_id="trial-1")
    half = files.begin(NAMED | {"round_id": "trial-1"})
    files.append(half, 0, b"half")
    of_another, of_none = put(files, round_id="trial-10"), put(files)

    assert files.delete_of_round("trial-1") == 1

    assert left(database) == {"files": 2, "chunks": 2, "unfinished": 0}
    assert files.get(of_another)
    assert files.get(of_none)
    assert files.delete_of_round("trial-1") == 0
