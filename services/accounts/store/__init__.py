"""The store of accounts: one part per topic, all in one database with one outbox."""

from __future__ import annotations

from typing import Any

from chassis.outbox import Outbox
from services.accounts.store.activations import ActivationStore
from services.accounts.store.attempts import AttemptStore
from services.accounts.store.audit import AuditStore
from services.accounts.store.changes import ChangeStore
from services.accounts.store.coverage import CoverageStore
from services.accounts.store.issuances import IssuanceStore
from services.accounts.store.openid import OpenIdStore
from services.accounts.store.organisations import OrganisationStore
from services.accounts.store.repeats import RepeatStore
from services.accounts.store.second_factors import SecondFactorStore
from services.accounts.store.sessions import SessionStore
from services.accounts.store.slips import SlipStore
from services.accounts.store.slots import SlotStore
from services.accounts.store.tenure import TenureStore
from services.accounts.store.uploads import UploadStore


class AccountsStore:
    """Everything accounts keeps."""

    outboxes = ("organisations", "slots", "issuances", "audit")

    def __init__(self, database: Any, outbox: Outbox) -> None:
        self.organisations = OrganisationStore(database, outbox)
        self.changes = ChangeStore(database, outbox)
        self.slots = SlotStore(database)
        self.tenure = TenureStore(database, outbox)
        self.sessions = SessionStore(database, outbox)
        self.attempts = AttemptStore(database)
        self.second_factors = SecondFactorStore(database)
        self.openid = OpenIdStore(database)
        self.audit = AuditStore(database, outbox)
        self.activations = ActivationStore(database, outbox)
        self.uploads = UploadStore(database)
        self.issuances = IssuanceStore(database, outbox)
        self.slips = SlipStore(database)
        self.repeats = RepeatStore(database)
        self.coverage = CoverageStore(database)
