"""Files as they are kept: in GridFS's own layout, whole or begun and not yet finished."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from pymongo.errors import DuplicateKeyError

from chassis.clock import now
from chassis.mongo import in_transaction
from chassis.run_in_thread import run_in_thread
from contracts.collecting.evidence import UploadNotFound

CHUNK_BYTES = 256 << 10
MOST_CHUNKS = 256
UPLOAD_MINUTES = 50
SWEPT_AFTER_MINUTES = 60  # nothing begun in time is still being written ten minutes later
SWEPT_AT_ONCE = 100

Facts = dict[str, Any]


class Files:
    """Files by id, in chunks of CHUNK_BYTES.

    A file is there once its `files.files` document is; until then, and while it is being deleted,
    `files.unfinished` says so, and whatever stays there for an hour is swept with its chunks.
    Keeping and dropping are one transaction each: of two at once the first decides, so nobody
    drops what was kept, however often a question is asked.
    """

    def __init__(self, database: Any, now: Callable[[], datetime] = now) -> None:
        self._client = database.client
        self._files = database["files.files"]
        self._chunks = database["files.chunks"]
        self._unfinished = database["files.unfinished"]
        self._now = now

    # -- keeping --------------------------------------------------------------------------

    def begin(self, facts: Mapping[str, Any]) -> str:
        """Return the id under which chunks are appended; `facts` name `filename`, `content_type`,
        `round_id` (or None) and whatever else is to be known of the file.
        """
        file_id = uuid.uuid4().hex
        self._unfinished.insert_one({"_id": file_id, "begun_at": self._now(), "facts": dict(facts)})
        return file_id

    def begun(self, file_id: str) -> Facts:
        """Return the facts of an unfinished file. Raises UploadNotFound."""
        in_time = {"$gt": self._now() - timedelta(minutes=UPLOAD_MINUTES)}
        begun = self._unfinished.find_one({"_id": file_id, "begun_at": in_time})
        if begun is None:
            raise UploadNotFound(upload_id=file_id)
        return dict(begun["facts"])

    def append(self, file_id: str, number: int, chunk: bytes) -> None:
        """Keep a chunk, or keep it again; all but the last are CHUNK_BYTES. Raises UploadNotFound.

        Numbers count from 0 to MOST_CHUNKS - 1.
        """
        if not 0 <= number < MOST_CHUNKS or not 0 < len(chunk) <= CHUNK_BYTES:
            raise ValueError(f"chunk {number} of {len(chunk)} bytes is against the agreement")
        self.begun(file_id)
        self._keep_chunk(file_id, number, chunk)

    def collected(self, file_id: str) -> bytes:
        """Return all that was appended to an unfinished file.

        Raises UploadNotFound, also when a chunk is missing or it is more than was announced.
        """
        announced = self.begun(file_id).get("announced_size", MOST_CHUNKS * CHUNK_BYTES)
        chunks = list(self._chunks.find({"files_id": file_id}).sort("n"))
        whole = all(len(chunk["data"]) == CHUNK_BYTES for chunk in chunks[:-1])
        if sum(len(chunk["data"]) for chunk in chunks) > announced:
            raise UploadNotFound(upload_id=file_id)
        if not whole or [chunk["n"] for chunk in chunks] != list(range(len(chunks))):
            raise UploadNotFound(upload_id=file_id)
        return b"".join(chunk["data"] for chunk in chunks)

    def finish(self, file_id: str) -> Facts:
        """Make a file of what was appended and return its facts; a finished one's as they are.

        Raises UploadNotFound, also when the content is not what `sha256` in its facts says.
        """
        try:
            facts, content = self.begun(file_id), self.collected(file_id)
            sha256 = sha256_of(content)
            if facts.get("sha256", sha256) != sha256:
                raise UploadNotFound(upload_id=file_id)
            return self.keep(file_id, facts, size=len(content), sha256=sha256)
        except (UploadNotFound, DuplicateKeyError):
            finished = self.get(file_id)
            if finished is None:
                raise
            return finished

    def keep(self, file_id: str, facts: Mapping[str, Any], *, size: int, sha256: str) -> Facts:
        """Make a file of the chunks appended, with facts that may be others than at its begin.

        Raises UploadNotFound when it was dropped meanwhile, DuplicateKeyError when it is a file.
        """
        document = {
            "_id": file_id,
            "length": size,
            "chunkSize": CHUNK_BYTES,
            "uploadDate": self._now(),
            "filename": facts["filename"],
            "metadata": {
                "round_ids": [facts["round_id"]] if facts["round_id"] else [],
                "sha256": sha256,
                **{name: fact for name, fact in facts.items() if name != "filename"},
            },
        }

        def write(session: Any) -> None:
            self._files.insert_one(document, session=session)
            if not self._unfinished.delete_one({"_id": file_id}, session=session).deleted_count:
                raise UploadNotFound(upload_id=file_id)

        in_transaction(self._client, write)
        return facts_of(document)

    def put(
        self, data: bytes, *, filename: str, content_type: str, facts: Mapping[str, Any]
    ) -> str:
        """Keep a whole file and return its id; `facts` name `round_id` (or None)."""
        facts = {**facts, "filename": filename, "content_type": content_type}
        file_id = self.begin(facts)
        for number, start in enumerate(range(0, len(data), CHUNK_BYTES)):
            self._keep_chunk(file_id, number, data[start : start + CHUNK_BYTES])
        self.keep(file_id, facts, size=len(data), sha256=sha256_of(data))
        return file_id

    def _keep_chunk(self, file_id: str, number: int, chunk: bytes) -> None:
        place = {"files_id": file_id, "n": number}
        self._chunks.replace_one(place, {**place, "data": chunk}, upsert=True)

    # -- reading --------------------------------------------------------------------------

    def get(self, file_id: str) -> Facts | None:
        """Return the facts of a file with its `id`, `size`, `sha256` and `kept_at`, or None."""
        document = self._files.find_one({"_id": file_id})
        return document and facts_of(document)

    def read(self, file_id: str) -> Iterator[bytes]:
        """Yield the content of a file; nothing when there is none."""
        for chunk in self._chunks.find({"files_id": file_id}, batch_size=4).sort("n"):
            yield chunk["data"]

    def read_chunk(self, file_id: str, number: int) -> bytes:
        """Return one chunk; empty beyond the last."""
        chunk = self._chunks.find_one({"files_id": file_id, "n": number})
        return bytes(chunk["data"]) if chunk else b""

    # -- deleting -------------------------------------------------------------------------

    def delete(self, file_id: str, only_if: Mapping[str, Any] | None = None) -> bool:
        """Delete a file, if its document still is as `only_if` says; return whether it was."""
        self._unfinished.replace_one(
            {"_id": file_id}, {"begun_at": self._now(), "facts": {}}, upsert=True
        )
        deleted = self._files.delete_one({"_id": file_id, **(only_if or {})}).deleted_count
        if deleted:
            self._chunks.delete_many({"files_id": file_id})
        self._unfinished.delete_one({"_id": file_id})
        return bool(deleted)

    def drop(self, file_id: str) -> None:
        """Delete an unfinished file, if it is one; what was kept stays."""

        def write(session: Any) -> None:
            if self._files.count_documents({"_id": file_id}, limit=1, session=session):
                return
            if self._unfinished.delete_one({"_id": file_id}, session=session).deleted_count:
                self._chunks.delete_many({"files_id": file_id}, session=session)

        in_transaction(self._client, write)

    def sweep(self) -> int:
        """Delete what was begun an hour ago and is still unfinished; return how much of it."""
        long_ago = self._now() - timedelta(minutes=SWEPT_AFTER_MINUTES)
        stale = list(
            self._unfinished.find({"begun_at": {"$lt": long_ago}}, {"_id": 1}).limit(SWEPT_AT_ONCE)
        )
        for unfinished in stale:
            if self._files.count_documents({"_id": unfinished["_id"]}, limit=1):  # not deleted
                self._unfinished.delete_one({"_id": unfinished["_id"]})
            else:
                self.drop(unfinished["_id"])
        return len(stale)

    def sweep_kept(self, kind: str, *, before: datetime) -> int:
        """Delete whole files of a kind that were kept before a moment; return how many."""
        old = {"metadata.kind": kind, "uploadDate": {"$lt": before}}
        found = list(self._files.find(old, {"_id": 1}).limit(SWEPT_AT_ONCE))
        return sum(self.delete(each["_id"]) for each in found)

    def count_of_round(self, round_id: str) -> int:
        """Return how many whole files are used in a round."""
        return int(self._files.count_documents({"metadata.round_ids": round_id}))

    def delete_of_round(self, round_id: str) -> int:
        """Delete the files of a round, finished or not; return how many there were.

        A file that other rounds use as well stays and forgets this one.
        """
        for begun in list(self._unfinished.find({"facts.round_id": round_id}, {"_id": 1})):
            self.drop(begun["_id"])
        of_round = list(self._files.find({"metadata.round_ids": round_id}, {"_id": 1}))
        deleted = sum(
            self.delete(found["_id"], {"metadata.round_ids": [round_id]}) for found in of_round
        )
        self._files.update_many(
            {"metadata.round_ids": round_id},
            {
                "$pull": {
                    "metadata.round_ids": round_id,
                    "metadata.used_on": {"$regex": f"^{re.escape(round_id)}-"},
                }
            },
        )
        return deleted


def sha256_of(content: bytes) -> str:
    """Return the digest of a content of any size, computed in a thread of its own."""
    return run_in_thread(lambda: hashlib.sha256(content).hexdigest())


def facts_of(document: Mapping[str, Any]) -> Facts:
    """Return a stored file's facts."""
    return {
        "id": document["_id"],
        "filename": document["filename"],
        "size": document["length"],
        "kept_at": document["uploadDate"],
        **document["metadata"],
    }
