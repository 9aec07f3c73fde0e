"""Where reports keeps rounds, obligations, drafts and filings; only these files touch documents."""

from __future__ import annotations

from typing import Any

from chassis.outbox import Outbox
from services.reports.consolidation.store import Consolidations
from services.reports.directory.store.desks import Desks
from services.reports.directory.store.organisations import Organisations
from services.reports.drafts.store.drafts import Drafts
from services.reports.drafts.store.prefills import Prefills
from services.reports.extensions.store import Extensions
from services.reports.files.store.evidence import Evidence
from services.reports.files.store.gridfs import Files
from services.reports.filings.store import Ledger
from services.reports.obligations.store import Obligations
from services.reports.problems.store import Problems
from services.reports.quotas.store import Quotas
from services.reports.receipts.store import Rolls
from services.reports.rounds.store import Rounds
from services.reports.sealing.store import SigningKeys
from services.reports.workbooks.store import Workbooks


class ReportsStore:
    """The collections of reports on one database."""

    outboxes = (
        "filings",
        "obligations",
        "opened_districts",
        "extensions",
        "moved_districts",
        "rounds",
        "problem_reports",
        "consolidations",
        "receipt_rolls",
    )

    def __init__(self, database: Any, outbox: Outbox) -> None:
        self.rounds = Rounds(database, outbox)
        self.organisations = Organisations(database)
        self.obligations = Obligations(database, outbox)
        self.extensions = Extensions(database, outbox)
        self.desks = Desks(database)
        self.drafts = Drafts(database)
        self.prefills = Prefills(database)
        self.ledger = Ledger(database, outbox)
        self.files = Files(database)
        self.evidence = Evidence(database, self.files)
        self.problems = Problems(database, outbox)
        self.consolidations = Consolidations(database, outbox)
        self.rolls = Rolls(database, outbox)
        self.signing_keys = SigningKeys(database)
        self.workbooks = Workbooks(database)
        self.quotas = Quotas(database)
