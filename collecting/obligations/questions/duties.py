"""What is owed, looked up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from chassis.rpc import answers
from collecting.kind import Events
from collecting.obligations.acts import obligation_in_full
from collecting.obligations.change import change
from collecting.obligations.rules.obligation import Obligation
from collecting.obligations.shapes import obligation_to_wire
from collecting.rounds.rules import Round
from collecting.stores import Stores
from contracts.collecting.obligations import ObligationFacts
from contracts.fields import wire_time
from contracts.paging import PageFacts, cut, page, read_position
from contracts.principal import Principal, PrincipalFacts

Do = Callable[[Obligation, Round], Obligation]


class ObligationQuestions:
    """What a collection is asked about obligations."""

    store: Stores
    now: Callable[[], datetime]

    @answers
    def list_obligations(
        self,
        by: PrincipalFacts,
        round_id: str | None,
        state: str | None,
        limit: int,
        cursor: str | None,
    ) -> PageFacts[ObligationFacts]:
        """Return what the caller's slot owes or may see, by due date. Raises InvalidInput."""
        found = self.store.obligations.list(
            Principal.from_wire(by),
            round_id=round_id,
            state=state,
            after=read_position(cursor),
            limit=limit + 1,
        )
        shown, following = cut(found, limit, lambda last: (wire_time(last.due_at), last.id))
        of_round = self.store.rounds.find_many({owed.round_id for owed in shown})
        at = self.now()
        items = [
            obligation_to_wire(owed, of_round[owed.round_id], at=at)
            for owed in shown
            if owed.round_id in of_round
        ]
        return page(items, following)

    @answers
    def get_obligation(self, by: PrincipalFacts, obligation_id: str) -> ObligationFacts:
        """Return one obligation with what offices did about it.

        Raises ObligationNotFound, RoundNotFound, RoundPurged.
        """
        obligation, round_ = see(self.store, Principal.from_wire(by), obligation_id)
        return obligation_in_full(obligation, round_, at=self.now())


def see(store: Stores, by: Principal, obligation_id: str) -> tuple[Obligation, Round]:
    """Return an obligation that the caller may see, or sign, and its round.

    Raises ObligationNotFound, RoundNotFound, RoundPurged.
    """
    obligation = store.obligations.get(obligation_id)
    round_ = store.rounds.get(obligation.round_id)
    if not obligation.is_signed_by(by, round_):
        obligation.require_seen_by(by)
    return obligation, round_


def change_seen(
    store: Stores,
    by: Principal,
    obligation_id: str,
    do: Do,
    *,
    now: Callable[[], datetime],
    events: Events | None = None,
) -> ObligationFacts:
    """Do it to an obligation that the caller may see, or sign, and return that in full.

    Raises ObligationNotFound, RoundNotFound, RoundPurged, StaleVersion.
    """
    rounds: list[Round] = []

    def decide() -> tuple[Obligation, Obligation]:
        obligation, round_ = see(store, by, obligation_id)
        rounds.append(round_)
        return obligation, do(obligation, round_)

    after = change(store.obligations, decide, events)
    return obligation_in_full(after, rounds[-1], at=now())
