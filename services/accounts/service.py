"""The accounts service as the bus sees it: the head is the diagram; questions stand by topic."""

from __future__ import annotations

from typing import Any

from chassis.clock import Clock
from chassis.jobs import RunsJobs
from chassis.mongo import Kept
from chassis.outbox import Announces
from chassis.rpc import answers
from chassis.service import Service
from contracts.accounts.events import (
    CredentialsIssuedV1,
    OrganisationChangedV1,
    OrganisationRegisteredV1,
    SessionClosedV1,
    SessionOpenedV1,
    SlotActivatedV1,
)
from services.accounts.codes import Codes
from services.accounts.passwords import Passwords
from services.accounts.questions.issuance import IssuanceQuestions
from services.accounts.questions.organisations import OrganisationQuestions
from services.accounts.questions.sessions import SessionQuestions
from services.accounts.questions.slots import SlotQuestions
from services.accounts.settings import Configured, Settings
from services.accounts.store import AccountsStore


class AccountsService(
    SessionQuestions, OrganisationQuestions, SlotQuestions, IssuanceQuestions, Service
):
    """The authority on organisations, slots, activation codes and sign-ins."""

    name = "accounts"

    announces = Announces(
        OrganisationRegisteredV1,
        OrganisationChangedV1,
        CredentialsIssuedV1,
        SlotActivatedV1,
        SessionOpenedV1,
        SessionClosedV1,
    )
    store = Kept(AccountsStore, Settings)
    jobs = RunsJobs()
    settings = Configured()
    passwords = Passwords()
    codes = Codes()
    now = Clock()

    @answers
    def get_job(self, by: dict[str, Any], job_id: str) -> dict[str, Any]:
        """Return the caller's own job. Raises JobNotFound."""
        return self.jobs.get(job_id, slot_id=by["slot_id"])
