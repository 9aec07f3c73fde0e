"""What reports keeps: a collection of ethics reports, its problem reports and consolidations."""

from __future__ import annotations

from typing import Any

from chassis.outbox import Outbox
from collecting.stores import Stores
from services.reports.consolidation.store import Consolidations
from services.reports.ethics import ETHICS
from services.reports.problems.store import Problems


class ReportsStore(Stores):
    """The stores of reports on one database."""

    outboxes = (*Stores.outboxes, "problem_reports", "consolidations")

    def __init__(self, database: Any, outbox: Outbox) -> None:
        super().__init__(database, outbox, ETHICS)
        self.problems = Problems(database, outbox)
        self.consolidations = Consolidations(database, outbox, ETHICS)
