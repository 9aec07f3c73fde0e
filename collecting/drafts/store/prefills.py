"""What drafts showed as prefilled and nobody has confirmed or changed so far."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collecting.obligations.rules.obligation import Obligation
from collecting.rounds.rules import Mode, Round

Marks = dict[str, dict[str, Any]]


class Prefills:
    """By obligation: each such field with its source and its value."""

    def __init__(self, database: Any) -> None:
        self._prefills = database["prefills"]
        self._rounds = database["rounds"]
        self._filings = database["filings"]

    def keep(self, obligation: Obligation, marks: Mapping[str, Any]) -> None:
        """Mark these, and none but these."""
        if not marks:
            self._prefills.delete_one({"_id": obligation.id})
            return
        self._prefills.replace_one(
            {"_id": obligation.id},
            {"round_id": obligation.round_id, "marks": dict(marks)},
            upsert=True,
        )

    def find_last_year(
        self, obligation: Obligation, round_: Round, form_ids: list[str]
    ) -> dict[str, Any] | None:
        """Return what the organisation filed for the same code in the last live round of an earlier
        year with one of these forms; None when nothing of it is in force.
        """
        earlier = {
            "kind": round_.kind,
            "mode": Mode.LIVE.value,
            "fiscal_year_be": {"$lt": round_.year_be},
            "form_id": {"$in": form_ids},
        }
        by_year = [("fiscal_year_be", -1), ("no", -1)]
        last = self._rounds.find_one(earlier, {"_id": 1}, sort=by_year)
        if last is None:
            return None
        then = last["_id"] + obligation.id.removeprefix(round_.id)
        filing: dict[str, Any] | None = self._filings.find_one(
            {"obligation_id": then},
            {"round_id": 1, "kind": 1, "form_id": 1, "form_version": 1, "answers": 1},
            sort=[("revision", -1)],
        )
        return None if filing is None or filing["kind"] == "withdrawal" else filing
