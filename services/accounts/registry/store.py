"""Keeps a registry file between its arrival in parts and the job that reads it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from contracts.accounts.registry import ImportNotFound

UPLOADS = "uploads"
PARTS = "upload_parts"
MOST_PARTS = 128
PART_BYTES = 1 << 20


class UploadStore:
    """Uploads in the database; they are gone after a day."""

    def __init__(self, database: Any) -> None:
        self._uploads = database[UPLOADS]
        self._parts = database[PARTS]

    def begin(self, filename: str, slot_id: str, *, at: datetime) -> str:
        """Return the id under which the parts are sent."""
        upload_id = uuid.uuid4().hex
        self._uploads.insert_one(
            {"_id": upload_id, "filename": filename, "slot_id": slot_id, "begun_at": at}
        )
        return upload_id

    def add_part(self, upload_id: str, no: int, data: bytes, *, at: datetime) -> None:
        """Store a part, or store it again. Raises ImportNotFound.

        Numbers count from 0 to MOST_PARTS - 1, and no part is over PART_BYTES.
        """
        if not 0 <= no < MOST_PARTS or len(data) > PART_BYTES:
            raise ValueError(f"part {no} of {len(data)} bytes is against the agreement")
        self._require({"_id": upload_id}, upload_id)
        self._parts.replace_one(
            {"_id": f"{upload_id}/{no}"},
            {"upload_id": upload_id, "no": no, "data": data, "begun_at": at},
            upsert=True,
        )

    def require_begun_by(self, slot_id: str, upload_id: str) -> None:
        """Refuse an upload somebody else has begun. Raises ImportNotFound."""
        self._require({"_id": upload_id, "slot_id": slot_id}, upload_id)

    def read(self, upload_id: str) -> bytes:
        """Return the whole file. Raises ImportNotFound when a part is missing."""
        parts = list(self._parts.find({"upload_id": upload_id}).sort("no", 1))
        if not parts or [part["no"] for part in parts] != list(range(len(parts))):
            raise ImportNotFound(import_id=upload_id)
        return b"".join(part["data"] for part in parts)

    def _require(self, condition: dict[str, Any], upload_id: str) -> None:
        if not self._uploads.count_documents(condition, limit=1):
            raise ImportNotFound(import_id=upload_id)
