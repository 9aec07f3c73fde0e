"""Reports as the bus sees it: one method for each question, event and kind of work."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from chassis.clock import Clock
from chassis.inbox import Batch
from chassis.intake import takes
from chassis.jobs import Job, RunsJobs, runs_job
from chassis.listener import Heard, listens
from chassis.mongo import Kept
from chassis.outbox import Announces
from chassis.rpc import answers
from chassis.service import Service
from contracts.accounts.events import OrganisationChangedV1, OrganisationRegisteredV1
from contracts.errors import StaleVersion
from contracts.fields import read_time, wire_time
from contracts.paging import page, read_cursor, unknown_cursor, write_cursor
from contracts.principal import Principal, Role
from contracts.reports import INTAKE_QUEUE
from contracts.reports.errors import FilingNotFound
from contracts.reports.events import (
    NilConfirmedV1,
    ObligationsOpenedV1,
    ReportAmendedV1,
    ReportFiledV1,
    RoundClosedV1,
    RoundOpenedV1,
    TrialPurgedV1,
)
from services.reports import drafting, rounds, wire
from services.reports.domain import Obligation, Round, RoundState, decide
from services.reports.forms import get_form
from services.reports.metrics import record_decided, record_wait
from services.reports.opening import open_obligations
from services.reports.receipts import FIELDS
from services.reports.settings import Settings
from services.reports.signing import Signing
from services.reports.store import ReportsStore
from services.reports.trial_logs import TrialLogs

Facts = dict[str, Any]


class ReportsService(Service):
    """The head is the diagram: what it announces, keeps and hears."""

    name = "reports"

    announces = Announces(
        RoundOpenedV1,
        RoundClosedV1,
        ObligationsOpenedV1,
        ReportFiledV1,
        ReportAmendedV1,
        NilConfirmedV1,
        TrialPurgedV1,
    )
    store: ReportsStore = Kept(ReportsStore, Settings)
    jobs = RunsJobs()
    signer = Signing(Settings)
    trial_logs = TrialLogs()
    now = Clock()

    # -- the filings of deadline night ----------------------------------------------------

    @takes(INTAKE_QUEUE, batch=Batch(size=200, prefetch=500))
    def record_filings(self, bodies: list[Facts]) -> list[Facts]:
        """Decide and record submissions; answer each with its receipt or its refusal.

        Publishes ReportFiledV1, ReportAmendedV1, NilConfirmedV1.
        """
        attempts = [wire.read_attempt(body) for body in bodies]
        at = self.now()
        results = self.store.ledger.record(
            attempts,
            decide=decide,
            receipt=lambda filing: self.signer.seal(wire.receipt_facts(filing)),
            announce=wire.event_of,
            at=at,
        )
        told = [wire.answer_of(results[attempt.filing_id]) for attempt in attempts]
        for attempt, answer in zip(attempts, told, strict=True):
            record_decided(kind=attempt.kind.value, outcome=answer["outcome"])
            record_wait((at - attempt.accepted_at).total_seconds())
        return told

    # -- organisations --------------------------------------------------------------------

    @listens(OrganisationRegisteredV1, batch=Batch(size=200, prefetch=500))
    def learn_of_new_organisations(self, heard: list[Heard]) -> None:
        """Keep what is needed of new LAOs."""
        self.store.organisations.learn(rounds.lao_facts(heard))

    @listens(OrganisationChangedV1, batch=Batch(size=200, prefetch=500))
    def learn_of_changed_organisations(self, heard: list[Heard]) -> None:
        """Keep what is needed of changed LAOs; rounds already open stay as they are."""
        self.store.organisations.learn(rounds.lao_facts(heard))

    # -- rounds ---------------------------------------------------------------------------

    @answers
    def create_round(self, by: Facts, proposal: Facts) -> Facts:
        """Draft a round from a form version known to this release.

        Raises OutOfScope, FormNotFound, InvalidInput, RoundAlreadyExists.
        """
        Principal.from_wire(by).require_role(Role.OPERATOR, Role.CENTRAL_HR_BODY)
        round_ = rounds.drafted(proposal)
        get_form(round_.form_id, round_.form_version)
        self.store.rounds.add(round_)
        return self._shown(round_)

    @answers
    def list_rounds(self, by: Facts, limit: int, cursor: str | None) -> Facts:
        """Return rounds in the order of their ids. Raises InvalidInput."""
        after = read_cursor(cursor, 1)[0] if cursor else None
        found = self.store.rounds.list(after=after, limit=limit + 1)
        following = write_cursor(found[limit - 1].id) if len(found) > limit else None
        return page([wire.round_to_wire(round_) for round_ in found[:limit]], following)

    @answers
    def get_round(self, by: Facts, round_id: str) -> Facts:
        """Return a round. Raises RoundNotFound, RoundPurged."""
        return self._shown(self.store.rounds.get(round_id))

    @answers
    def change_round(self, by: Facts, round_id: str, made_from: int, changes: Facts) -> Facts:
        """Change a round that is still a draft.

        Raises OutOfScope, RoundNotFound, RoundPurged, StaleVersion, RoundNotInState, InvalidInput.
        """
        Principal.from_wire(by).require_role(Role.OPERATOR, Role.CENTRAL_HR_BODY)
        round_ = self.store.rounds.get(round_id)
        if made_from != round_.version:
            raise StaleVersion(changed=", ".join(sorted(changes)))
        changed = rounds.changed(round_.to(RoundState.DRAFT, RoundState.DRAFT), changes)
        self.store.rounds.save(changed)
        return self._shown(changed)

    @answers
    def open_round(self, by: Facts, round_id: str) -> Facts:
        """Start creating the round's obligations; return the job.

        Raises OutOfScope, RoundNotFound, RoundPurged, RoundNotInState, StaleVersion.
        """
        return self._start(by, "open_round", round_id, RoundState.OPENING, RoundState.DRAFT)

    @runs_job("open_round")
    def create_obligations(self, job: Job) -> tuple[Facts, list[Facts]]:
        """Create every obligation, then open the round.

        Publishes ObligationsOpenedV1, RoundOpenedV1.
        """
        round_ = self.store.rounds.get(job.arguments["round_id"])
        if round_.state is RoundState.OPENING:
            if round_.mode == "trial":
                self.trial_logs.make(round_.id)
            count = open_obligations(
                self.store, round_, show=lambda done, total: job.show(done=done, total=total)
            )
            opened = round_.to(RoundState.OPEN, RoundState.OPENING)
            round_ = replace(opened, obligations=count)
            self.store.rounds.save(round_, announcing=[rounds.opened_event(round_)])
        return {"round_id": round_.id, "obligations": round_.obligations}, []

    @answers
    def close_round(self, by: Facts, round_id: str) -> Facts:
        """Start closing the round now; return the job. What is in the intake is still decided.

        Raises OutOfScope, RoundNotFound, RoundPurged, RoundNotInState.
        """
        Principal.from_wire(by).require_role(Role.OPERATOR, Role.CENTRAL_HR_BODY)
        self.store.rounds.get(round_id).to(RoundState.CLOSED, RoundState.OPEN)
        return self.jobs.start("close_round", {"round_id": round_id}, requested_by=by)

    @runs_job("close_round")
    def close_the_window(self, job: Job) -> tuple[Facts, list[Facts]]:
        """Close the round and mark what was never filed as missed. Publishes RoundClosedV1."""
        round_ = self.store.rounds.get(job.arguments["round_id"])
        if round_.state is RoundState.OPEN:
            at = self.now()
            closed = round_.to(RoundState.CLOSED, RoundState.OPEN)
            round_ = replace(closed, closes_at=min(at, round_.closes_at))
            event = RoundClosedV1(round_id=round_.id, mode=round_.mode.value, closed_at=at)
            self.store.rounds.save(round_, announcing=[event])
        return {"round_id": round_.id, "missed": self.store.obligations.miss(round_.id)}, []

    @answers
    def purge_round(self, by: Facts, round_id: str) -> Facts:
        """Start purging a trial round; return the job.

        Raises OutOfScope, RoundNotFound, RoundPurged, RoundNotTrial, RoundNotInState, StaleVersion.
        """
        Principal.from_wire(by).require_role(Role.OPERATOR, Role.CENTRAL_HR_BODY)
        round_ = self.store.rounds.get(round_id)
        if round_.state is not RoundState.PURGING:
            self.store.rounds.save(round_.to_purging())
        return self.jobs.start("purge_round", {"round_id": round_id}, requested_by=by)

    @runs_job("purge_round")
    def purge_trial(self, job: Job) -> tuple[Facts, list[Facts]]:
        """Delete everything of a trial round but a signed statement of what it was.

        Publishes TrialPurgedV1.
        """
        round_ = self.store.rounds.get(job.arguments["round_id"])
        purged = self.store.rounds.purge(round_)
        self.trial_logs.delete(round_.id)
        at = self.now()
        facts = {
            "round_id": round_.id,
            "obligations": round_.obligations,
            "filings": purged["filings"],
            "drafts": purged["drafts"],
            "purged_at": wire_time(at),
            "purged_by": job.requested_by["username"],
        }
        statement = self.signer.sign(facts)
        event = rounds.purged_event(facts, at=at, statement=statement)
        self.store.rounds.bury(round_, statement=statement, at=at, announcing=event)
        return {**facts, "statement": statement}, []

    # -- obligations, drafts --------------------------------------------------------------

    @answers
    def list_obligations(
        self,
        by: Facts,
        round_id: str | None,
        state: str | None,
        limit: int,
        cursor: str | None,
    ) -> Facts:
        """Return what the caller's slot owes or may see, by due date. Raises InvalidInput."""
        found = self.store.obligations.list(
            Principal.from_wire(by),
            round_id=round_id,
            state=state,
            after=_position(cursor) if cursor else None,
            limit=limit + 1,
        )
        shown = found[:limit]
        of_round = self.store.rounds.find_many({owed.round_id for owed in shown})
        at = self.now()
        more = len(found) > limit
        items = [
            wire.obligation_to_wire(owed, of_round[owed.round_id], at=at)
            for owed in shown
            if owed.round_id in of_round
        ]
        following = write_cursor(wire_time(shown[-1].due_at), shown[-1].id) if more else None
        return page(items, following)

    @answers
    def get_obligation(self, by: Facts, obligation_id: str) -> Facts:
        """Return one obligation. Raises ObligationNotFound, RoundNotFound, RoundPurged."""
        obligation, round_ = self._obligation(by, obligation_id)
        return wire.obligation_to_wire(obligation, round_, at=self.now())

    @answers
    def get_draft(self, by: Facts, obligation_id: str) -> Facts:
        """Return what is typed so far, or what was filed last, and what is missing.

        Raises ObligationNotFound, RoundNotFound, RoundPurged.
        """
        obligation, round_ = self._obligation(by, obligation_id)
        obligation.require_filed_by(Principal.from_wire(by))
        typed, version = self.store.drafts.get(obligation)
        return drafting.shown(obligation, _form_of(round_), typed, version)

    @answers
    def save_draft(self, by: Facts, obligation_id: str, made_from: int, answers: Facts) -> Facts:
        """Keep the answers at any completeness.

        Raises ObligationNotFound, RoundNotFound, RoundPurged, RoundNotInState, StaleVersion,
        InvalidInput.
        """
        principal = Principal.from_wire(by)
        obligation, round_ = self._obligation(by, obligation_id)
        obligation.require_filed_by(principal)
        round_.to(RoundState.OPEN, RoundState.OPEN)
        form = _form_of(round_)
        drafting.refuse_what_no_form_holds(form, answers)
        version = self.store.drafts.save(
            obligation,
            answers,
            made_from=made_from,
            at=self.now(),
            username=principal.username,
        )
        if version == 1:
            self.store.obligations.begin_draft(obligation.id)
        return drafting.shown(obligation, form, answers, version)

    # -- filings, receipts ----------------------------------------------------------------

    @answers
    def get_form(self, form_id: str, version: int) -> Facts:
        """Return a form's definition. Raises FormNotFound."""
        return dict(get_form(form_id, version).definition)

    @answers
    def get_filing(self, by: Facts, filing_id: str) -> Facts:
        """Return a filing with its answers, or why it was refused. Raises FilingNotFound."""
        document = self._filing(by, filing_id)
        if "code" in document:
            return wire.refusal_to_wire(document)
        return {**wire.filing_to_wire(document), "answers": document["answers"]}

    @answers
    def get_receipt(self, by: Facts, filing_id: str) -> Facts:
        """Return the receipt of a recorded filing. Raises FilingNotFound."""
        document = self._filing(by, filing_id)
        if "code" in document:
            raise FilingNotFound(filing_id=filing_id)
        return dict(document["receipt"])

    @answers
    def list_filings(self, by: Facts, obligation_id: str) -> Facts:
        """Return every revision on an obligation with the answers that it changed.

        Raises ObligationNotFound, RoundNotFound, RoundPurged.
        """
        obligation, _ = self._obligation(by, obligation_id)
        filings = self.store.ledger.list(obligation.id)
        return {"items": drafting.with_changes(filings), "next": None}

    @answers
    def verify_receipt(self, jws: str, claimed: Facts | None) -> Facts:
        """Say whether a receipt is ours and unchanged; `claimed` are the fields shown with it."""
        signed = self.signer.read(jws)
        if signed is None or signed.keys() != set(FIELDS):
            return {"valid": False, "reason": "signature", "receipt": None}
        differing = sorted(name for name in FIELDS if claimed and claimed.get(name) != signed[name])
        if differing:
            return {"valid": False, "reason": "changed: " + ", ".join(differing), "receipt": signed}
        return {"valid": True, "reason": None, "receipt": signed}

    @answers
    def list_signing_keys(self) -> Facts:
        """Return the public keys receipts are signed with, as a JWK set."""
        return {"keys": [self.signer.jwk]}

    @answers
    def get_job(self, by: Facts, job_id: str) -> Facts:
        """Return the caller's own job. Raises JobNotFound."""
        return self.jobs.get(job_id, slot_id=by["slot_id"])

    # -- steps shared by several ----------------------------------------------------------

    def _shown(self, round_: Round) -> Facts:
        expected = None
        if round_.state is RoundState.DRAFT:
            expected = rounds.expected_obligations(self.store.organisations.count(round_.scope))
        return wire.round_to_wire(round_, expected_obligations=expected)

    def _start(
        self, by: Facts, kind: str, round_id: str, state: RoundState, *allowed: RoundState
    ) -> Facts:
        Principal.from_wire(by).require_role(Role.OPERATOR, Role.CENTRAL_HR_BODY)
        round_ = self.store.rounds.get(round_id)
        if round_.state is not state:
            self.store.rounds.save(round_.to(state, *allowed))
        return self.jobs.start(kind, {"round_id": round_id}, requested_by=by)

    def _obligation(self, by: Facts, obligation_id: str) -> tuple[Obligation, Round]:
        obligation = self.store.obligations.get(obligation_id)
        obligation.require_seen_by(Principal.from_wire(by))
        return obligation, self.store.rounds.get(obligation.round_id)

    def _filing(self, by: Facts, filing_id: str) -> Facts:
        document = self.store.ledger.get(filing_id)
        obligation = self.store.obligations.get(document["obligation_id"])
        obligation.require_seen_by(Principal.from_wire(by))
        return document


def _position(cursor: str) -> tuple[datetime, str]:
    due_at, obligation_id = read_cursor(cursor, 2)
    try:
        return read_time(due_at), obligation_id
    except ValueError as problem:
        raise unknown_cursor() from problem


def _form_of(round_: Round) -> Any:
    return get_form(round_.form_id, round_.form_version)
