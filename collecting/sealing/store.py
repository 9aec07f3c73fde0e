"""The public halves of every key that ever signed, for ever."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pymongo import UpdateMany, UpdateOne


class SigningKeys:
    """Keys by their thumbprint (RFC 7638), with when they began and ceased to sign."""

    def __init__(self, database: Any) -> None:
        self._keys = database["signing_keys"]

    def keep(self, *, present: str, jwks: Iterable[dict[str, Any]], at: datetime) -> None:
        """Keep the keys; `present` signs from now on and the others no more.

        Of one that is not known to have signed here `first_used_at` stays None.
        """
        writes = [
            UpdateOne(
                {"_id": jwk["kid"]},
                {"$setOnInsert": {"jwk": jwk, "first_used_at": None, "retired_at": None}},
                upsert=True,
            )
            for jwk in jwks
        ]
        begins = UpdateOne({"_id": present, "first_used_at": None}, {"$set": {"first_used_at": at}})
        signs = UpdateOne({"_id": present}, {"$set": {"retired_at": None}})
        retires = UpdateMany(
            {"_id": {"$ne": present}, "retired_at": None}, {"$set": {"retired_at": at}}
        )
        self._keys.bulk_write([*writes, begins, signs, retires])

    def find(self, kid: str) -> dict[str, Any] | None:
        """Return a key, or None."""
        found: dict[str, Any] | None = self._keys.find_one({"_id": kid})
        return found

    def list(self) -> list[dict[str, Any]]:
        """Return every key, the one that began to sign last at the end."""
        return list(self._keys.find().sort([("first_used_at", 1), ("_id", 1)]))
