"""Making a draft ready to be opened: the basis of its year, and no trial left before it."""

from __future__ import annotations

from dataclasses import replace

from collecting.rounds.rules import Mode, Round
from collecting.stores import Stores
from contracts.reference.years import YearBasis


def basis_of(store: Stores, form_id: str, version: int) -> YearBasis:
    """Return what the years of a form's rounds run by. Raises FormNotFound."""
    return YearBasis(store.kind.get_definition(form_id, version)["year_basis"])


def made_ready(store: Stores, round_: Round) -> Round:
    """Return the round about to be opened, itself when it is.

    A draft may be older than the basis of its form's years, or than a trial. Raises
    RoundNotInState, FormNotFound, TrialNotPurged.
    """
    opening = round_.to_opening()
    if opening is round_:
        return round_
    basis = basis_of(store, round_.form_id, round_.form_version)
    trials = store.rounds.trials_before(round_) if round_.mode is Mode.LIVE else ()
    return replace(opening, year_basis=basis, purged_trials=trials)
