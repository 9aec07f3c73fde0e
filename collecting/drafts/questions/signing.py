"""The signing of what is filed or taken back, where a round asks two persons for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from chassis.rpc import answers
from collecting.obligations.questions.duties import change_seen
from collecting.obligations.rules import corrections
from collecting.obligations.rules.obligation import WITHDRAWAL, Obligation, Signature
from collecting.rounds.rules import Round
from collecting.sealing.receipts import content_sha256
from collecting.stores import Stores
from contracts.collecting.obligations import ObligationFacts
from contracts.collecting.signatures import SignatureBodyFacts
from contracts.errors import StaleVersion
from contracts.principal import Principal, PrincipalFacts

Facts = dict[str, Any]


class SigningQuestions:
    """What a collection is told to sign, and to unlock again."""

    store: Stores
    now: Callable[[], datetime]

    @answers
    def sign_draft(
        self,
        by: PrincipalFacts,
        obligation_id: str,
        part: str,
        made_from: int,
        person: SignatureBodyFacts,
    ) -> ObligationFacts:
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

        return change_seen(self.store, principal, obligation_id, sign, now=self.now)

    @answers
    def unlock_draft(self, by: PrincipalFacts, obligation_id: str) -> ObligationFacts:
        """Clear both signatures, so that the draft can be changed.

        Raises ObligationNotFound, RoundNotFound, RoundPurged, StaleVersion.
        """
        principal = Principal.from_wire(by)

        def unlock(obligation: Obligation, round_: Round) -> Obligation:
            obligation.require_signed_by(principal, round_)
            return corrections.unlocked(obligation)

        return change_seen(self.store, principal, obligation_id, unlock, now=self.now)
