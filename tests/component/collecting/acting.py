"""Offices and signers acting on a store, as the service has them act, and others in between."""

from __future__ import annotations

from copy import copy
from datetime import datetime
from typing import Any

from collecting.drafts.questions.signing import SigningQuestions
from collecting.obligations.questions.corrections import CorrectionQuestions
from collecting.obligations.store import Obligations
from collecting.stores import Stores
from tests.builders.duties import LATE
from tests.builders.licences.kind import LICENCES
from tests.builders.watching import Interrupted


class Asked(CorrectionQuestions, SigningQuestions):
    """The questions on a store, without the bus between."""

    def __init__(self, store: Stores, at: datetime = LATE) -> None:
        self.store = store
        self.now = lambda: at


def interrupted_by(first: Any, store: Stores, database: Any, outbox: Any) -> Stores:
    """A store as another process has it, where that happens right before an act is written."""
    ours = copy(store)
    ours.obligations = Obligations(
        Interrupted(database, "obligations", "update_one", first), outbox, LICENCES
    )
    return ours
