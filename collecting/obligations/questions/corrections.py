"""What offices do about a filing, and the signing of what is filed or taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from chassis.rpc import answers
from collecting.obligations.acts import obligation_in_full
from collecting.obligations.change import change
from collecting.obligations.questions.duties import see
from collecting.obligations.rules import corrections
from collecting.obligations.rules.obligation import WITHDRAWAL, Obligation, Signature
from collecting.rounds.rules import Round
from collecting.sealing.receipts import content_sha256
from collecting.stores import Stores
from contracts.errors import StaleVersion
from contracts.fields import read_time
from contracts.principal import Principal

Facts = dict[str, Any]
Do = Callable[[Obligation, Round], Obligation]


class CorrectionQuestions:
    """What a collection is told to do about a filing, each one write with what it announces."""

    store: Stores
    now: Callable[[], datetime]

    @answers
    def return_report(self, by: Facts, obligation_id: str, proposal: Facts) -> Facts:
        """Return what is in force for correction until a date, for a reason.

        Raises ObligationNotFound, RoundNotFound, RoundPurged, OutOfScope, RoundNotInState,
        NothingInForce, StaleRevision, AlreadyReturned, AlreadyAccepted, TooManyActs, InvalidInput,
        StaleVersion.
        Publishes ReportReturnedV1.
        """
        principal = Principal.from_wire(by)
        return self._do_about(
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
    def take_return_back(self, by: Facts, obligation_id: str) -> Facts:
        """Take a return back that waits for its correction.

        Raises ObligationNotFound, RoundNotFound, RoundPurged, OutOfScope, RoundNotInState,
        NothingReturned, TooManyActs, StaleVersion.
        Publishes ReportReturnTakenBackV1.
        """
        principal = Principal.from_wire(by)
        return self._do_about(
            principal,
            obligation_id,
            lambda obligation, round_: corrections.taken_back(
                obligation, round_, by=principal, at=self.now()
            ),
        )

    @answers
    def accept_report(self, by: Facts, obligation_id: str, proposal: Facts) -> Facts:
        """Accept the revision in force, and none but that.

        Raises ObligationNotFound, RoundNotFound, RoundPurged, OutOfScope, RoundNotInState,
        NothingInForce, StaleRevision, AlreadyReturned, AlreadyAccepted, TooManyActs, StaleVersion.
        Publishes ReportAcceptedV1.
        """
        principal = Principal.from_wire(by)
        return self._do_about(
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

    # -- signing --------------------------------------------------------------------------

    @answers
    def sign_draft(
        self, by: Facts, obligation_id: str, part: str, made_from: int, person: Facts
    ) -> Facts:
        """Sign the draft, or taking back what is in force, as preparer or head: as it is at the
        version, or the revision, that the signer has read.

        Raises ObligationNotFound, RoundNotFound, RoundPurged, SignOffNotAsked, RoundNotInState,
        NothingToSign, SamePerson, SameSlot, StaleVersion.
        """
        principal = Principal.from_wire(by)

        def sign(obligation: Obligation, round_: Round) -> Obligation:
            obligation.require_signed_by(principal, round_)
            if person["of"] == WITHDRAWAL:
                content = obligation.content_sha256
                version = obligation.revision if obligation.is_in_force else 0
            else:
                answers, version = self.store.drafts.get(obligation)
                content = content_sha256(answers)
            if version and version != made_from:
                raise StaleVersion(changed="answers")
            signature = Signature(
                part=part,
                name=person["name"],
                position=person["position"],
                acting=person["acting"],
                content_sha256=content,
                draft_version=version,
                of=person["of"],
                slot_id=principal.slot_id,
                username=principal.username,
                holder_name=principal.holder_name,
                signed_at=self.now(),
            )
            return corrections.signed(obligation, round_, signature)

        return self._do(principal, obligation_id, sign)

    @answers
    def unlock_draft(self, by: Facts, obligation_id: str) -> Facts:
        """Clear both signatures, so that the draft can be changed.

        Raises ObligationNotFound, RoundNotFound, RoundPurged, StaleVersion.
        """
        principal = Principal.from_wire(by)

        def unlock(obligation: Obligation, round_: Round) -> Obligation:
            obligation.require_signed_by(principal, round_)
            return corrections.unlocked(obligation)

        return self._do(principal, obligation_id, unlock)

    def _do_about(self, by: Principal, obligation_id: str, do: Do) -> Facts:
        return self._do(by, obligation_id, do, announces=True)

    def _do(self, by: Principal, obligation_id: str, do: Do, *, announces: bool = False) -> Facts:
        """Do it to the obligation as it stands, and return that in full."""
        rounds: list[Round] = []

        def decide() -> tuple[Obligation, Obligation]:
            obligation, round_ = see(self.store, by, obligation_id)
            rounds.append(round_)
            return obligation, do(obligation, round_)

        events = self.store.kind.events if announces else None
        after = change(self.store.obligations, decide, events)
        return obligation_in_full(after, rounds[-1], at=self.now())
