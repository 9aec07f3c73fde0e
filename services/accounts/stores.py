"""The store of accounts: one part per topic, all in one database with one outbox."""

from __future__ import annotations

from typing import Any

from chassis.outbox import Outbox
from services.accounts.audit.store import AuditStore
from services.accounts.issuance.store.activations import ActivationStore
from services.accounts.issuance.store.coverage import CoverageStore
from services.accounts.issuance.store.issuances import IssuanceStore
from services.accounts.issuance.store.slips import SlipStore
from services.accounts.organisations.store.changes import ChangeStore
from services.accounts.organisations.store.organisations import OrganisationStore
from services.accounts.registry.store import UploadStore
from services.accounts.repeats.store import RepeatStore
from services.accounts.sign_in.store.attempts import AttemptStore
from services.accounts.sign_in.store.openid import OpenIdStore
from services.accounts.sign_in.store.second_factors import SecondFactorStore
from services.accounts.sign_in.store.sessions import SessionStore
from services.accounts.slots.store.slots import SlotStore
from services.accounts.slots.store.tenure import TenureStore


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
