"""All that lies on a filer's desk, read at once: whoever types saves after every change."""

from __future__ import annotations

from typing import Any, NamedTuple

from collecting.drafts.store.prefills import Marks
from collecting.kind import Kind
from collecting.obligations.rules.obligation import Obligation
from collecting.obligations.store import NOT_LISTED, from_document
from collecting.rounds.rules import Round
from collecting.rounds.store import round_of
from contracts.collecting.obligations import ObligationNotFound


class Desk(NamedTuple):
    """An obligation with its round, what is typed and in which version (0 when nothing is), and
    what is marked as prefilled: nothing any more once something was filed.
    """

    obligation: Obligation
    round_: Round
    typed: dict[str, Any]
    version: int
    marks: Marks


class Desks:
    """Reads obligations together with what belongs to their drafts."""

    def __init__(self, database: Any, kind: Kind) -> None:
        self._kind = kind
        self._obligations = database["obligations"]

    def get(self, obligation_id: str) -> Desk:
        """Return an obligation's desk. Raises ObligationNotFound, RoundNotFound, RoundPurged."""
        desks = self._obligations.aggregate(
            [
                {"$match": {"_id": obligation_id}},
                {"$project": NOT_LISTED},
                _beside("rounds", "round_id"),
                _beside("drafts", "_id"),
                _beside("prefills", "_id"),
            ]
        )
        found = next(desks, None)
        if found is None:
            raise ObligationNotFound(obligation_id=obligation_id)
        (draft,) = found["drafts"] or (dict[str, Any](answers={}, version=0),)
        prefill = next(iter(found["prefills"]), None)
        return Desk(
            from_document(found, self._kind),
            round_of(next(iter(found["rounds"]), None), found["round_id"]),
            draft["answers"],
            draft["version"],
            prefill["marks"] if prefill and not found["revision"] else {},
        )


def _beside(collection: str, by: str) -> dict[str, Any]:
    return {
        "$lookup": {"from": collection, "localField": by, "foreignField": "_id", "as": collection}
    }
