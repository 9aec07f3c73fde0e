"""The accounts service as the bus sees it: the head is the diagram; questions stand by topic."""

from __future__ import annotations

from chassis.clock import Clock
from chassis.jobs import RunsJobs
from chassis.mongo import Kept
from chassis.outbox import Announces
from chassis.rpc import answers
from chassis.service import Provided, Service
from chassis.typesetter import Typesetter
from contracts.accounts.events import (
    AuditDayClosedV1,
    CredentialsIssuedV1,
    HandoverBegunV1,
    HolderChangedV1,
    OrganisationChangedV1,
    OrganisationClosedV1,
    OrganisationRegisteredV1,
    SessionClosedV1,
    SessionOpenedV1,
    SlotActivatedV1,
    SlotClosedV1,
    SlotLockedV1,
    SlotUnlockedV1,
)
from contracts.jobs import JobFacts
from contracts.principal import PrincipalFacts
from services.accounts.audit.questions import AuditQuestions
from services.accounts.audit.trail import Audit
from services.accounts.issuance.codes import read_codes
from services.accounts.issuance.questions import IssuanceQuestions
from services.accounts.organisations.questions.changes import ChangeQuestions
from services.accounts.organisations.questions.organisations import OrganisationQuestions
from services.accounts.settings import Settings
from services.accounts.sign_in.openid import OpenId
from services.accounts.sign_in.passwords import password_hashes
from services.accounts.sign_in.questions.openid import OpenIdQuestions
from services.accounts.sign_in.questions.second_factor import SecondFactorQuestions
from services.accounts.sign_in.questions.sessions import SessionQuestions
from services.accounts.sign_in.seal import read_sealer
from services.accounts.slots.questions import SlotQuestions
from services.accounts.stores import AccountsStore


class AccountsService(
    SessionQuestions,
    SecondFactorQuestions,
    OpenIdQuestions,
    OrganisationQuestions,
    ChangeQuestions,
    SlotQuestions,
    IssuanceQuestions,
    AuditQuestions,
    Service,
):
    """The authority on organisations, slots, activation codes and sign-ins."""

    name = "accounts"

    announces = Announces(
        OrganisationRegisteredV1,
        OrganisationChangedV1,
        OrganisationClosedV1,
        CredentialsIssuedV1,
        SlotActivatedV1,
        SessionOpenedV1,
        SessionClosedV1,
        HolderChangedV1,
        HandoverBegunV1,
        SlotLockedV1,
        SlotUnlockedV1,
        SlotClosedV1,
        AuditDayClosedV1,
    )
    store = Kept(AccountsStore, Settings)
    jobs = RunsJobs()
    settings = Provided(Settings.read)
    passwords = Provided(password_hashes)
    codes = Provided(read_codes)
    typesetter = Provided(lambda: Typesetter(Settings.read().font_dir))
    audit = Audit()
    sealer = Provided(read_sealer)
    openid = OpenId()
    now = Clock()

    @answers
    def get_job(self, by: PrincipalFacts, job_id: str) -> JobFacts:
        """Return the caller's own job. Raises JobNotFound."""
        job: JobFacts = self.jobs.get(job_id, slot_id=by["slot_id"])
        return job
