"""Drafts as they are kept: one for each obligation, in versions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pymongo.errors import DuplicateKeyError

from collecting.filings.rules.changes import changed_pointers
from collecting.obligations.rules.obligation import Obligation
from contracts.errors import StaleVersion


class Drafts:
    """What has been typed and not yet filed."""

    def __init__(self, database: Any) -> None:
        self._drafts = database["drafts"]
        self._filings = database["filings"]

    def get(self, obligation: Obligation) -> tuple[dict[str, Any], int]:
        """Return the answers and their version: what was filed last, with version 0, when nothing
        was typed since.
        """
        draft = self._drafts.find_one({"_id": obligation.id})
        if draft is not None:
            return draft["answers"], draft["version"]
        return self.get_filed(obligation), 0

    def get_filed(self, obligation: Obligation) -> dict[str, Any]:
        """Return the answers that were filed last, or none."""
        if obligation.last_filing_id is None:
            return {}
        filing = self._filings.find_one({"_id": obligation.last_filing_id}, {"answers": 1})
        return filing["answers"] if filing else {}

    def save(
        self,
        obligation: Obligation,
        answers: dict[str, Any],
        *,
        made_from: int,
        at: datetime,
        username: str,
    ) -> int:
        """Keep the answers as the version after `made_from` and return that.

        Raises StaleVersion naming the answers that differ when somebody saved in between.
        """
        draft = {
            "round_id": obligation.round_id,
            "answers": answers,
            "version": made_from + 1,
            "saved_at": at,
            "saved_by": username,
        }
        if made_from == 0:
            try:
                self._drafts.insert_one({"_id": obligation.id, **draft})
            except DuplicateKeyError as duplicate:
                raise self._stale(obligation, answers) from duplicate
        else:
            at_version = {"_id": obligation.id, "version": made_from}
            if not self._drafts.update_one(at_version, {"$set": draft}).matched_count:
                raise self._stale(obligation, answers)
        return made_from + 1

    def _stale(self, obligation: Obligation, answers: dict[str, Any]) -> StaleVersion:
        present, _ = self.get(obligation)
        return StaleVersion(changed=", ".join(changed_pointers(present, answers)) or "-")
