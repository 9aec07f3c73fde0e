"""Rounds: drafted, opened, closed, and a trial purged."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from chassis.jobs import Job, Jobs, runs_job
from chassis.rpc import answers
from chassis.worker import timer
from collecting.obligations.open import open_obligations
from collecting.obligations.rules.obligation import State
from collecting.rounds import proposals
from collecting.rounds.rules import Round, RoundState
from collecting.rounds.shapes import round_to_wire
from collecting.rounds.trial_logs import TrialLogs
from collecting.running.close import close, close_ended
from collecting.running.make_ready import basis_of, made_ready
from collecting.running.purge import purge, statement_of, sweep
from collecting.sealing.keys import Keyring
from collecting.stores import Stores
from contracts.collecting.rounds import (
    ProposedRoundFacts,
    PurgeStatementFacts,
    RoundChangeFacts,
    RoundFacts,
    RoundNotInState,
    RoundPurged,
)
from contracts.errors import StaleVersion
from contracts.jobs import StartedJobFacts
from contracts.paging import PageFacts, cut, page, read_key
from contracts.principal import Principal, PrincipalFacts, Role

LOOK_EVERY_SECONDS = 15
Facts = dict[str, Any]


class RoundQuestions:
    """What a collection is asked about rounds, and the long work on them."""

    store: Stores
    jobs: Jobs
    signer: Keyring
    trial_logs: TrialLogs
    now: Callable[[], datetime]

    @answers
    def create_round(self, by: PrincipalFacts, proposal: ProposedRoundFacts) -> RoundFacts:
        """Draft a round from a form version known to this release; warn of dates in the past.

        Raises OutOfScope, FormNotFound, InvalidInput, RoundAlreadyExists.
        """
        Principal.from_wire(by).require_role(Role.OPERATOR, Role.CENTRAL_HR_BODY)
        form = proposal["form"]
        round_ = proposals.drafted(proposal, basis_of(self.store, form["id"], form["version"]))
        self.store.rounds.add(round_)
        return self._shown(round_)

    @answers
    def list_rounds(
        self, by: PrincipalFacts, limit: int, cursor: str | None
    ) -> PageFacts[RoundFacts]:
        """Return rounds in the order of their ids. Raises InvalidInput."""
        found = self.store.rounds.list(after=read_key(cursor), limit=limit + 1)
        shown, following = cut(found, limit, lambda last: [last.id])
        prefix = self.store.kind.prefix
        return page([round_to_wire(round_, prefix) for round_ in shown], following)

    @answers
    def get_round(self, by: PrincipalFacts, round_id: str) -> RoundFacts:
        """Return a round. Raises RoundNotFound, RoundPurged."""
        return self._shown(self.store.rounds.get(round_id))

    @answers
    def change_round(
        self, by: PrincipalFacts, round_id: str, made_from: int, changes: RoundChangeFacts
    ) -> RoundFacts:
        """Change a round that is still a draft.

        Raises OutOfScope, RoundNotFound, RoundPurged, StaleVersion, RoundNotInState, InvalidInput.
        """
        Principal.from_wire(by).require_role(Role.OPERATOR, Role.CENTRAL_HR_BODY)
        round_ = self.store.rounds.get(round_id)
        if made_from != round_.version:
            raise StaleVersion(changed=", ".join(sorted(changes)))
        changed = proposals.changed(round_.to(RoundState.DRAFT, RoundState.DRAFT), changes)
        self.store.rounds.save(changed)
        return self._shown(changed)

    @answers
    def open_round(self, by: PrincipalFacts, round_id: str) -> StartedJobFacts:
        """Start creating the round's obligations; return the job.

        Raises OutOfScope, RoundNotFound, RoundPurged, RoundNotInState, FormNotFound, InvalidInput,
        TrialNotPurged, StaleVersion.
        """
        return self._start(
            by, "open_round", round_id, lambda round_: made_ready(self.store, round_)
        )

    @runs_job("open_round")
    def create_obligations(self, job: Job) -> tuple[Facts, list[Facts]]:
        """Create every obligation, then open the round.

        Publishes ObligationsOpenedV2, RoundOpenedV1.
        """
        round_ = self.store.rounds.get(job.arguments["round_id"])
        if round_.state is RoundState.OPENING:
            if round_.mode == "trial":
                self.trial_logs.make(round_.id)
            count = open_obligations(
                self.store, round_, show=lambda done, total: job.show(done=done, total=total)
            )
            opened = replace(round_.to(RoundState.OPEN, RoundState.OPENING), obligations=count)
            with suppress(StaleVersion):  # another run has opened it
                event = proposals.opened_event(opened, self.store.kind.events)
                self.store.rounds.save(opened, announcing=[event])
            round_ = self.store.rounds.get(round_.id)
        return {"round_id": round_.id, "obligations": round_.obligations}, []

    @answers
    def close_round(self, by: PrincipalFacts, round_id: str) -> StartedJobFacts:
        """Start closing the round now; return the job. What is in the intake is still decided.

        Raises OutOfScope, RoundNotFound, RoundPurged, RoundNotInState.
        """
        return self._start(by, "close_round", round_id, _still_open)

    @runs_job("close_round")
    def close_the_window(self, job: Job) -> tuple[Facts, list[Facts]]:
        """Close the round and mark what was never filed as missed. Publishes RoundClosedV1."""
        round_ = self.store.rounds.get(job.arguments["round_id"])
        close(self.store, round_, at=self.now())
        missed = self.store.obligations.count(round_.id, State.MISSED)
        return {"round_id": round_.id, "missed": missed}, []

    @timer(interval=LOOK_EVERY_SECONDS)
    def settle_rounds(self) -> None:
        """Close what has ended, and sweep after the trials that were purged; in every process.

        Publishes RoundClosedV1.
        """
        close_ended(self.store, at=self.now())
        sweep(self.store, at=self.now())

    @answers
    def purge_round(self, by: PrincipalFacts, round_id: str) -> StartedJobFacts:
        """Start purging a trial round; return the job.

        Raises OutOfScope, RoundNotFound, RoundPurged, RoundNotTrial, RoundNotInState, StaleVersion.
        """
        return self._start(by, "purge_round", round_id, Round.to_purging)

    @answers
    def get_purge_statement(self, by: PrincipalFacts, round_id: str) -> PurgeStatementFacts:
        """Return what is left of a purged trial, to whoever is signed in.

        Raises RoundNotFound, RoundNotInState.
        """
        Principal.from_wire(by)
        try:
            round_ = self.store.rounds.get(round_id)
        except RoundPurged:
            left = statement_of(self.store, self.signer, round_id)
            return cast(PurgeStatementFacts, left)  # signed as it is shown
        raise RoundNotInState(state=round_.state, needed=RoundState.PURGED)

    @runs_job("purge_round")
    def purge_trial(self, job: Job) -> tuple[Facts, list[Facts]]:
        """Delete everything of a trial round but a signed statement of what it was.

        Publishes TrialPurgedV1.
        """
        try:
            round_ = self.store.rounds.get(job.arguments["round_id"])
        except RoundPurged:  # an earlier run of this job came so far
            return statement_of(self.store, self.signer, job.arguments["round_id"]), []
        by = job.requested_by["username"]
        return purge(self.store, self.trial_logs, self.signer, round_, by=by, at=self.now()), []

    def _shown(self, round_: Round) -> RoundFacts:
        if round_.state is not RoundState.DRAFT:
            return round_to_wire(round_, self.store.kind.prefix)
        organisations = self.store.organisations.count(round_.scope)
        expected = organisations * len(self.store.kind.subjects)
        warnings = proposals.warnings(round_, at=self.now())
        return round_to_wire(
            round_, self.store.kind.prefix, expected_obligations=expected, warnings=warnings
        )

    def _start(
        self, by: PrincipalFacts, kind: str, round_id: str, made_ready: Callable[[Round], Round]
    ) -> StartedJobFacts:
        """Start work on a round once it is kept as ready for it."""
        Principal.from_wire(by).require_role(Role.OPERATOR, Role.CENTRAL_HR_BODY)
        round_ = self.store.rounds.get(round_id)
        ready = made_ready(round_)
        if ready is not round_:
            self.store.rounds.save(ready)
        return self.jobs.start(kind, {"round_id": round_id}, requested_by=by)


def _still_open(round_: Round) -> Round:
    round_.require(RoundState.OPEN)
    return round_
