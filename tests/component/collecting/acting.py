"""Offices and signers acting on a store, as the service has them act, and others in between."""

from __future__ import annotations

from copy import copy
from datetime import datetime
from typing import Any

from collecting.drafts.questions.signing import SigningQuestions
from collecting.obligations.questions.corrections import CorrectionQuestions
from collecting.obligations.store import Obligations
from services.reports.ethics import ETHICS
from services.reports.stores import ReportsStore
from tests.component.collecting.watching import Interrupted
from tests.unit.collecting.duties import LATE


class Asked(CorrectionQuestions, SigningQuestions):
    """The questions on a store, without the bus between."""

    def __init__(self, store: ReportsStore, at: datetime = LATE) -> None:
        self.store = store
        self.now = lambda: at


def interrupted_by(first: Any, store: ReportsStore, database: Any, outbox: Any) -> ReportsStore:
    """A store as another process has it, where that happens right before an act is written."""
    ours = copy(store)
    ours.obligations = Obligations(
        Interrupted(database, "obligations", "update_one", first), outbox, ETHICS
    )
    return ours
