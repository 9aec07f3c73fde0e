"""Doing by order what changes the ledger of a round that was opened: each act with its event."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from collecting.extensions.extend import move_added
from collecting.obligations.change import change
from collecting.obligations.open import announce_opened, owed_by
from collecting.obligations.rules import orders
from collecting.obligations.rules.obligation import Obligation, State
from collecting.obligations.rules.orders import Order
from collecting.rounds.rules import Round, RoundState
from collecting.stores import Stores
from contracts.collecting.orders import (
    AlreadyExempt,
    OrganisationAlreadyInRound,
    OrganisationNotInRound,
    OrganisationNotKnown,
    ReportInForce,
)


def exempt(
    store: Stores, obligation_id: str, round_: Round, state: State, order: Order
) -> Obligation:
    """Exempt or waive an obligation and announce it.

    Raises ObligationNotFound, OutOfScope, SupervisedByAnother, RoundNotInState, ReportInForce,
    AlreadyExempt, TooManyActs, StaleVersion.
    """
    do = partial(orders.exempted, round_=round_, state=state, order=order)
    return _do(store, obligation_id, do)


def lift(store: Stores, obligation_id: str, round_: Round, order: Order) -> Obligation:
    """Lift an exemption and announce it.

    Raises ObligationNotFound, OutOfScope, SupervisedByAnother, RoundNotInState, NotExempt,
    TooManyActs, StaleVersion.
    """
    return _do(store, obligation_id, partial(orders.owed_again, round_=round_, order=order))


def add(store: Stores, organisation_id: str, round_: Round, order: Order) -> None:
    """Give an organisation its obligations in the round about what the order reaches, due as its
    place is, and announce them.

    Repeating it after a crash completes it. Raises RoundNotInState, OrganisationNotKnown,
    OrganisationAlreadyInRound, StaleVersion.
    """
    round_.require(RoundState.OPEN, RoundState.CLOSED)
    known = _known(store, organisation_id)
    reached = store.kind.ordered_by(order.by, round_.opens_at)
    owed = [orders.added(each, order) for each in owed_by(known, round_, reached)]
    there = _reached(store, organisation_id, round_, order)
    if len(there) == len(owed) and not store.obligations.list_unannounced(
        round_.id, [organisation_id]
    ):
        raise OrganisationAlreadyInRound(organisation_id=organisation_id)
    store.obligations.add(owed)
    # Looked up once they are there: an order given from now on finds them by itself.
    move_added(store, round_, organisation_id, owed[0], at=order.at)
    counted = replace(round_, obligations=store.obligations.count(round_.id))
    store.rounds.save(replace(counted, version=round_.version + 1))
    announce_opened(store, round_, [organisation_id])


def rename(store: Stores, organisation_id: str, round_: Round, order: Order) -> None:
    """Show the name the registry has now in this round, and announce it; filings keep theirs.

    Raises RoundNotInState, OrganisationNotKnown, OrganisationNotInRound, TooManyActs, StaleVersion.
    """
    round_.require(RoundState.OPEN, RoundState.CLOSED)
    name = _known(store, organisation_id)["full_name"]
    for obligation in _in_round(store, organisation_id, round_, order):
        if obligation.organisation_name != name:
            _do(store, obligation.id, partial(orders.renamed, name=name, order=order))


def close(store: Stores, organisation_id: str, round_: Round, order: Order) -> None:
    """Exempt what an organisation that is no more has not filed, and announce it.

    Raises RoundNotInState, OrganisationNotInRound, TooManyActs, StaleVersion.
    """
    for obligation in _in_round(store, organisation_id, round_, order):
        with suppress(ReportInForce, AlreadyExempt):
            exempt(store, obligation.id, round_, State.EXEMPT, order)


ACTS = {"add": add, "rename": rename, "close": close}


def _known(store: Stores, organisation_id: str) -> dict[str, Any]:
    known = store.organisations.get(organisation_id)
    if known is None:
        raise OrganisationNotKnown(organisation_id=organisation_id)
    return known


def _in_round(store: Stores, organisation_id: str, round_: Round, order: Order) -> list[Obligation]:
    there = _reached(store, organisation_id, round_, order)
    if not there:
        raise OrganisationNotInRound(organisation_id=organisation_id)
    return there


def _reached(store: Stores, organisation_id: str, round_: Round, order: Order) -> list[Obligation]:
    """Return what the organisation owes in the round that the order reaches."""
    reached = store.kind.ordered_by(order.by, round_.opens_at)
    there = store.obligations.list_of_organisation(round_.id, organisation_id)
    return [each for each in there if each.subject in reached]


def _do(store: Stores, obligation_id: str, do: Callable[[Obligation], Obligation]) -> Obligation:
    def decide() -> tuple[Obligation, Obligation]:
        obligation = store.obligations.get(obligation_id)
        return obligation, do(obligation)

    return change(store.obligations, decide, store.kind.events)
