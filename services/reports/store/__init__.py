"""Where reports keeps rounds, obligations, drafts and filings; only these files touch documents."""

from __future__ import annotations

from typing import Any

from chassis.outbox import Outbox
from services.reports.store.drafts import Drafts
from services.reports.store.ledger import Ledger
from services.reports.store.obligations import Obligations, Organisations
from services.reports.store.rounds import Rounds


class ReportsStore:
    """The collections of reports on one database."""

    outboxes = ("filings", "opened_districts", "rounds")

    def __init__(self, database: Any, outbox: Outbox) -> None:
        self.rounds = Rounds(database, outbox)
        self.organisations = Organisations(database)
        self.obligations = Obligations(database, outbox)
        self.drafts = Drafts(database)
        self.ledger = Ledger(database, outbox)
