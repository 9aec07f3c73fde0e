"""Reports as the bus sees it: one method for each question, event and kind of work."""

from __future__ import annotations

from typing import Any

from chassis.clock import Clock
from chassis.inbox import Batch
from chassis.intake import WhenEmpty, takes
from chassis.jobs import RunsJobs
from chassis.listener import Heard, listens
from chassis.mongo import Kept
from chassis.outbox import Announces
from chassis.rpc import answers
from chassis.service import Provided, Service
from chassis.typesetter import Typesetter
from collecting.drafts.questions.drafts import DraftQuestions
from collecting.drafts.questions.signing import SigningQuestions
from collecting.extensions.questions import ExtensionQuestions
from collecting.files.questions import EvidenceQuestions
from collecting.files.scan import scanner_of
from collecting.filings.questions import FilingQuestions
from collecting.filings.record import record
from collecting.filings.rules.decide import Attempt
from collecting.filings.shapes import answer_of, outcome_of, read_attempt
from collecting.metrics import record_decided, record_wait
from collecting.obligations.questions.corrections import CorrectionQuestions
from collecting.obligations.questions.duties import ObligationQuestions
from collecting.orders.questions import LedgerActQuestions
from collecting.printing.questions import PageQuestions
from collecting.receipts.questions import ReceiptQuestions
from collecting.rounds import proposals
from collecting.rounds.trial_logs import TrialLogs
from collecting.running.questions import RoundQuestions
from collecting.sealing.keys import Signing
from collecting.workbooks.questions import WorkbookQuestions
from contracts.accounts.events import (
    OrganisationChangedV1,
    OrganisationClosedV1,
    OrganisationRegisteredV1,
)
from contracts.collecting.filings import FilingAnswer, SubmissionFacts
from contracts.errors import ServiceError
from contracts.jobs import JobFacts
from contracts.principal import PrincipalFacts
from contracts.reports import INTAKE_QUEUE
from contracts.reports.events import (
    DueDatesMovedV2,
    ExtensionWithdrawnV1,
    GroupsConsolidatedV1,
    GroupsExtendedV1,
    GroupsExtensionWithdrawnV1,
    NilConfirmedV1,
    ObligationExemptedV1,
    ObligationExemptionLiftedV1,
    ObligationRenamedV1,
    ObligationsOpenedV2,
    ProblemAnsweredV1,
    ProblemReportedV1,
    ReceiptRollClosedV1,
    ReportAcceptedV1,
    ReportAmendedV2,
    ReportConsolidatedV1,
    ReportFiledV1,
    ReportReturnedV1,
    ReportReturnTakenBackV1,
    ReportWithdrawnV1,
    RoundClosedV1,
    RoundExtendedV1,
    RoundOpenedV1,
    TrialPurgedV1,
)
from services.reports.consolidation.questions import ConsolidationQuestions
from services.reports.problems.questions import ProblemQuestions
from services.reports.settings import Settings
from services.reports.stores import ReportsStore

Facts = dict[str, Any]
# So small that while one batch is recorded the gateway has the answers of the one before to write
# and the next to take in: docs/performance.md.
INTAKE_BATCH = Batch(size=64, prefetch=500)


class ReportsService(
    RoundQuestions,
    ExtensionQuestions,
    LedgerActQuestions,
    ObligationQuestions,
    DraftQuestions,
    FilingQuestions,
    CorrectionQuestions,
    SigningQuestions,
    EvidenceQuestions,
    PageQuestions,
    ProblemQuestions,
    ConsolidationQuestions,
    ReceiptQuestions,
    WorkbookQuestions,
    Service,
):
    """The head is the diagram: what it announces, keeps and hears."""

    name = "reports"

    announces = Announces(
        RoundOpenedV1,
        RoundExtendedV1,
        GroupsExtendedV1,
        ExtensionWithdrawnV1,
        GroupsExtensionWithdrawnV1,
        RoundClosedV1,
        DueDatesMovedV2,
        ObligationExemptedV1,
        ObligationExemptionLiftedV1,
        ObligationRenamedV1,
        ObligationsOpenedV2,
        ReportFiledV1,
        ReportAmendedV2,
        ReportWithdrawnV1,
        ReportReturnedV1,
        ReportReturnTakenBackV1,
        ReportAcceptedV1,
        NilConfirmedV1,
        ProblemReportedV1,
        ProblemAnsweredV1,
        ReportConsolidatedV1,
        GroupsConsolidatedV1,
        ReceiptRollClosedV1,
        TrialPurgedV1,
    )
    store: ReportsStore = Kept(ReportsStore, Settings)
    jobs = RunsJobs()
    signer = Signing(Settings)
    settings = Provided(Settings.read)
    typesetter = Provided(lambda: Typesetter(Settings.read().font_dir))
    scanner = Provided(lambda: scanner_of(Settings.read().scanner))
    trial_logs = TrialLogs()
    intake_empty_at = WhenEmpty()
    now = Clock()

    # -- the filings of deadline night ----------------------------------------------------

    @takes(INTAKE_QUEUE, batch=INTAKE_BATCH, settings=Settings)
    def record_filings(self, bodies: list[SubmissionFacts]) -> list[FilingAnswer]:
        """Decide and record submissions; answer each with its receipt or its refusal.

        Publishes ReportFiledV1, ReportAmendedV2, NilConfirmedV1, ReportWithdrawnV1.
        """
        results = self.record([read_attempt(body) for body in bodies])
        return [answer_of(result) for result in results]

    def record(self, attempts: list[Attempt]) -> list[Facts | ServiceError]:
        """Decide and record attempts, by whatever way they came; return what became of each."""
        at = self.now()
        results = record(self.store.ledger, attempts, sign=self.signer.seal, at=at)
        for attempt, result in zip(attempts, results, strict=True):
            record_decided(self.name, kind=attempt.kind.value, outcome=outcome_of(result))
            record_wait(self.name, (at - attempt.accepted_at).total_seconds())
        return results

    # -- organisations --------------------------------------------------------------------

    @listens(OrganisationRegisteredV1, batch=Batch(size=200, prefetch=500))
    def learn_of_new_organisations(self, heard: list[Heard]) -> None:
        """Keep what is needed of new LAOs."""
        self.store.organisations.learn(proposals.lao_facts(heard))

    @listens(OrganisationChangedV1, batch=Batch(size=200, prefetch=500))
    def learn_of_changed_organisations(self, heard: list[Heard]) -> None:
        """Keep what is needed of changed LAOs; rounds already open stay as they are."""
        self.store.organisations.learn(proposals.lao_facts(heard))

    @listens(OrganisationClosedV1)
    def forget_closed_organisation(self, heard: Heard) -> None:
        """Leave an organisation that is no more out of the rounds still to be opened."""
        self.store.organisations.close(heard.event.organisation_id)

    @answers
    def get_job(self, by: PrincipalFacts, job_id: str) -> JobFacts:
        """Return the caller's own job. Raises JobNotFound."""
        job: JobFacts = self.jobs.get(job_id, slot_id=by["slot_id"])
        return job
