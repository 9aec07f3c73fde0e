"""Keeps who has tried how often, in the database, so that every process counts alike."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pymongo.errors import DuplicateKeyError

from services.accounts.domain.throttling import FORGOTTEN_AFTER, Attempts

COLLECTION = "attempts"
_NONE = Attempts(0, datetime.min.replace(tzinfo=UTC))


class AttemptStore:
    """Attempts in the database; they forget themselves."""

    def __init__(self, database: Any) -> None:
        self._collection = database[COLLECTION]

    def begin(self, key: str, *, at: datetime) -> None:
        """Count an attempt before it is made, so that many at once count too.

        Raises TooManyAttempts.
        """
        while not self._count(key, at):
            pass

    def forget(self, key: str) -> None:
        """Forget what came before an attempt that succeeded."""
        self._collection.delete_one({"_id": key})

    def _count(self, key: str, at: datetime) -> bool:
        """Count one more, unless another was counted at the same moment."""
        document = self._collection.find_one({"_id": key})
        before = _NONE if document is None else _attempts(document)
        after = before.one_more(at=at)
        facts = {
            "count": after.count,
            "closed_until": after.closed_until,
            "forgotten_at": at + FORGOTTEN_AFTER,
        }
        if document is None:
            try:
                self._collection.insert_one({"_id": key, **facts})
            except DuplicateKeyError:
                return False
            return True
        unchanged = {"_id": key, "count": before.count}
        return bool(self._collection.update_one(unchanged, {"$set": facts}).matched_count)


def _attempts(document: dict[str, Any]) -> Attempts:
    return Attempts(document["count"], document["closed_until"])
