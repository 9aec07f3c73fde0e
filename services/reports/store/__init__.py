"""Where reports keeps rounds, obligations, drafts and filings; only these files touch documents."""

from __future__ import annotations

from typing import Any

from chassis.outbox import Outbox
from services.reports.store.consolidations import Consolidations
from services.reports.store.desks import Desks
from services.reports.store.drafts import Drafts
from services.reports.store.evidence import Evidence
from services.reports.store.extensions import Extensions
from services.reports.store.files import Files
from services.reports.store.ledger import Ledger
from services.reports.store.obligations import Obligations, Organisations
from services.reports.store.prefills import Prefills
from services.reports.store.problems import Problems
from services.reports.store.quotas import Quotas
from services.reports.store.rolls import Rolls
from services.reports.store.rounds import Rounds
from services.reports.store.signing_keys import SigningKeys
from services.reports.store.workbooks import Workbooks


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
