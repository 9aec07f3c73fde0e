"""What is done by order to the obligations of a round that was opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from chassis.rpc import answers
from collecting.obligations.acts import obligation_in_full
from collecting.obligations.rules.obligation import State
from collecting.obligations.rules.orders import Order
from collecting.orders import carry_out
from collecting.rounds.rules import Round
from collecting.stores import Stores
from contracts.collecting.obligations import ObligationFacts
from contracts.collecting.orders import ExemptionBodyFacts, OrganisationActFacts
from contracts.paging import PageFacts, page
from contracts.principal import Principal, PrincipalFacts, Role


class LedgerActQuestions:
    """What a collection is told to do to the ledger by order, each act one write with its event."""

    store: Stores
    now: Callable[[], datetime]

    @answers
    def exempt_obligation(
        self, by: PrincipalFacts, obligation_id: str, exemption: ExemptionBodyFacts
    ) -> ObligationFacts:
        """Exempt or waive an obligation by order; return it.

        Raises OutOfScope, SupervisedByAnother, ObligationNotFound, RoundNotFound, RoundPurged,
        RoundNotInState, ReportInForce, AlreadyExempt, TooManyActs, StaleVersion.
        Publishes ObligationExemptedV1.
        """
        order = self._order(by, exemption)
        round_ = self._round_of(obligation_id)
        state = State(exemption["kind"])
        after = carry_out.exempt(self.store, obligation_id, round_, state, order)
        return obligation_in_full(after, round_, at=order.at)

    @answers
    def lift_exemption(self, by: PrincipalFacts, obligation_id: str) -> ObligationFacts:
        """Let an obligation be owed again; return it.

        Raises OutOfScope, SupervisedByAnother, ObligationNotFound, RoundNotFound, RoundPurged,
        RoundNotInState, NotExempt, TooManyActs, StaleVersion.
        Publishes ObligationExemptionLiftedV1.
        """
        order = self._order(by, {})
        round_ = self._round_of(obligation_id)
        after = carry_out.lift(self.store, obligation_id, round_, order)
        return obligation_in_full(after, round_, at=order.at)

    @answers
    def change_organisation_in_round(
        self, by: PrincipalFacts, round_id: str, proposal: OrganisationActFacts
    ) -> PageFacts[ObligationFacts]:
        """Add, rename or close an organisation in a round, as far as the caller supervises what it
        owes; return its obligations.

        Raises OutOfScope, RoundNotFound, RoundPurged, RoundNotInState, OrganisationNotKnown,
        OrganisationAlreadyInRound, OrganisationNotInRound, TooManyActs, StaleVersion.
        Publishes ObligationsOpenedV2, ObligationRenamedV1, ObligationExemptedV1.
        """
        order = self._order(by, proposal)
        organisation_id = proposal["organisation_id"]
        round_ = self.store.rounds.get(round_id)
        carry_out.ACTS[proposal["act"]](self.store, organisation_id, round_, order)
        owed = self.store.obligations.list_of_organisation(round_id, organisation_id)
        return page([obligation_in_full(each, round_, at=order.at) for each in owed], None)

    def _order(self, by: PrincipalFacts, said: Mapping[str, Any]) -> Order:
        principal = Principal.from_wire(by)
        principal.require_role(Role.OPERATOR, *self.store.kind.supervisors)
        given = {name: said[name] for name in ("order_no", "reason") if name in said}
        return Order(principal, self.now(), **given)

    def _round_of(self, obligation_id: str) -> Round:
        return self.store.rounds.get(self.store.obligations.get(obligation_id).round_id)
