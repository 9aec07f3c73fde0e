"""What a collection keeps, topic by topic, handed to whoever works on it."""

from __future__ import annotations

from typing import Any

from chassis.outbox import Outbox
from collecting.directory.store import Organisations
from collecting.drafts.store.desks import Desks
from collecting.drafts.store.drafts import Drafts
from collecting.drafts.store.prefills import Prefills
from collecting.extensions.store import Extensions
from collecting.files.store.evidence import Evidence
from collecting.files.store.gridfs import Files
from collecting.filings.store import Ledger
from collecting.kind import Kind
from collecting.obligations.store import Obligations
from collecting.quotas.store import Quotas
from collecting.receipts.store import Rolls
from collecting.rounds.store import Rounds
from collecting.sealing.store import SigningKeys
from collecting.workbooks.store import Workbooks


class Stores:
    """The stores of one kind on one database."""

    outboxes: tuple[str, ...] = (
        "filings",
        "obligations",
        "opened_districts",
        "extensions",
        "moved_districts",
        "rounds",
        "receipt_rolls",
    )

    def __init__(self, database: Any, outbox: Outbox, kind: Kind) -> None:
        self.kind = kind
        self.rounds = Rounds(database, outbox)
        self.organisations = Organisations(database)
        self.obligations = Obligations(database, outbox, kind)
        self.extensions = Extensions(database, outbox, kind)
        self.desks = Desks(database, kind)
        self.drafts = Drafts(database)
        self.prefills = Prefills(database)
        self.ledger = Ledger(database, outbox, kind)
        self.files = Files(database)
        self.evidence = Evidence(database, self.files)
        self.rolls = Rolls(database, outbox)
        self.signing_keys = SigningKeys(database)
        self.workbooks = Workbooks(database, kind)
        self.quotas = Quotas(database)
