"""The store of accounts: one part per topic, all in one database with one outbox."""

from __future__ import annotations

from typing import Any

from chassis.outbox import Outbox
from services.accounts.store.activations import ActivationStore
from services.accounts.store.attempts import AttemptStore
from services.accounts.store.issuances import IssuanceStore
from services.accounts.store.organisations import OrganisationStore
from services.accounts.store.sessions import SessionStore
from services.accounts.store.slips import SlipStore
from services.accounts.store.slots import SlotStore
from services.accounts.store.uploads import UploadStore


class AccountsStore:
    """Everything accounts keeps."""

    outboxes = ("organisations", "slots", "issuances")

    def __init__(self, database: Any, outbox: Outbox) -> None:
        self.organisations = OrganisationStore(database, outbox)
        self.slots = SlotStore(database)
        self.sessions = SessionStore(database, outbox)
        self.attempts = AttemptStore(database)
        self.activations = ActivationStore(database, outbox)
        self.uploads = UploadStore(database)
        self.issuances = IssuanceStore(database, outbox)
        self.slips = SlipStore(database)
