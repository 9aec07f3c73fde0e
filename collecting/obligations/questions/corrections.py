"""What offices do about a filing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from chassis.rpc import answers
from collecting.obligations.questions.duties import Do, change_seen
from collecting.obligations.rules import corrections
from collecting.stores import Stores
from contracts.collecting.corrections import AcceptanceBodyFacts, ReturnBodyFacts
from contracts.collecting.obligations import ObligationFacts
from contracts.fields import read_time
from contracts.principal import Principal, PrincipalFacts


class CorrectionQuestions:
    """What a collection is told to do about a filing, each one write with what it announces."""

    store: Stores
    now: Callable[[], datetime]

    @answers
    def return_report(
        self, by: PrincipalFacts, obligation_id: str, proposal: ReturnBodyFacts
    ) -> ObligationFacts:
        """Return what is in force for correction until a date, for a reason.

        Raises ObligationNotFound, RoundNotFound, RoundPurged, OutOfScope, SupervisedByAnother,
        RoundNotInState, NothingInForce, StaleRevision, AlreadyReturned, AlreadyAccepted,
        TooManyActs, InvalidInput, StaleVersion.
        Publishes ReportReturnedV1.
        """
        principal = Principal.from_wire(by)
        return self._do(
            principal,
            obligation_id,
            lambda obligation, round_: corrections.returned(
                obligation,
                round_,
                by=principal,
                reason=proposal["reason"],
                correct_until=read_time(proposal["due_at"]),
                seen=proposal["revision"],
                at=self.now(),
            ),
        )

    @answers
    def take_return_back(self, by: PrincipalFacts, obligation_id: str) -> ObligationFacts:
        """Take a return back that waits for its correction.

        Raises ObligationNotFound, RoundNotFound, RoundPurged, OutOfScope, SupervisedByAnother,
        RoundNotInState, NothingReturned, TooManyActs, StaleVersion.
        Publishes ReportReturnTakenBackV1.
        """
        principal = Principal.from_wire(by)
        return self._do(
            principal,
            obligation_id,
            lambda obligation, round_: corrections.taken_back(
                obligation, round_, by=principal, at=self.now()
            ),
        )

    @answers
    def accept_report(
        self, by: PrincipalFacts, obligation_id: str, proposal: AcceptanceBodyFacts
    ) -> ObligationFacts:
        """Accept the revision in force, and none but that.

        Raises ObligationNotFound, RoundNotFound, RoundPurged, OutOfScope, SupervisedByAnother,
        RoundNotInState, NothingInForce, StaleRevision, AlreadyReturned, AlreadyAccepted,
        TooManyActs, StaleVersion.
        Publishes ReportAcceptedV1.
        """
        principal = Principal.from_wire(by)
        return self._do(
            principal,
            obligation_id,
            lambda obligation, round_: corrections.accepted(
                obligation,
                round_,
                by=principal,
                note=proposal["note"] or "",
                seen=proposal["revision"],
                at=self.now(),
            ),
        )

    def _do(self, by: Principal, obligation_id: str, do: Do) -> ObligationFacts:
        return change_seen(
            self.store, by, obligation_id, do, now=self.now, events=self.store.kind.events
        )
