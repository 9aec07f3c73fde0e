"""Keeps what requests with an Idempotency-Key were answered, for some days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from pymongo.errors import DuplicateKeyError

from contracts.errors import IdempotencyKeyReused

COLLECTION = "repeats"


class RepeatStore:
    """Keys and answers in the database."""

    def __init__(self, database: Any) -> None:
        self._collection = database[COLLECTION]

    def begin(self, request_id: str, sha256: str, *, at: datetime) -> dict[str, Any] | None:
        """Keep that a request is being answered; return the answer it has had already, if any.

        Raises IdempotencyKeyReused when the key came with another request.
        """
        try:
            self._collection.insert_one({"_id": request_id, "sha256": sha256, "begun_at": at})
        except DuplicateKeyError:
            kept = self._collection.find_one({"_id": request_id}) or {"sha256": sha256}
            if kept["sha256"] != sha256:
                raise IdempotencyKeyReused from None
            if "answer" in kept:
                answer: dict[str, Any] = orjson.loads(kept["answer"])
                return answer
        return None

    def answer(self, request_id: str, answer: Mapping[str, Any]) -> None:
        """Keep what a request was answered."""
        told = {"$set": {"answer": orjson.dumps(answer).decode()}}
        self._collection.update_one({"_id": request_id}, told)

    def forget(self, request_id: str) -> None:
        """Let the key be used again, since what it came with was refused."""
        self._collection.delete_one({"_id": request_id})
