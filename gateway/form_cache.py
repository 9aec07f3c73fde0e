"""Keeps the compiled forms filings are checked with.

A round's form never changes once it is open.
"""

from __future__ import annotations

from collections import OrderedDict

import eventlet

from clients.collecting import CollectionClient
from contracts.collecting.rounds import RoundNotFound, RoundPurged
from contracts.errors import ServiceUnavailable
from contracts.forms import Form, for_year
from contracts.principal import PrincipalFacts
from contracts.reference.years import Year, YearBasis

ROUNDS_KEPT = 1_000


class FormCache:
    """Forms by round. Asks reports once for each round and each form version."""

    def __init__(self, reports: CollectionClient) -> None:
        self._reports = reports
        self._rounds: OrderedDict[str, tuple[str, int, Year]] = OrderedDict()
        self._forms: dict[tuple[str, int, Year], Form] = {}
        self._doubted: set[str] = set()

    def of_round(self, by: PrincipalFacts, round_id: str) -> Form:
        """Return the form of a round.

        Raises RoundNotFound, RoundPurged, ServiceUnavailable.
        """
        key = self._rounds.get(round_id)
        if key is None:
            round_ = self._reports.get_round(by, round_id)
            year = Year(round_["year_be"], YearBasis(round_["year_basis"]))
            key = (round_["form"]["id"], round_["form"]["version"], year)
            if round_["state"] in ("open", "closed"):
                self._rounds[round_id] = key
                if len(self._rounds) > ROUNDS_KEPT:
                    self._rounds.popitem(last=False)
        elif round_id in self._doubted:
            self._doubted.discard(round_id)
            eventlet.spawn(self._look_again, by, round_id)
        form = self._forms.get(key)
        if form is None:
            form_id, version, year = key
            definition = for_year(self._reports.get_form(form_id, version), year)
            form = self._forms[key] = Form(definition)
        return form

    def forget(self, round_id: str) -> None:
        """Forget a purged round."""
        self._rounds.pop(round_id, None)

    def doubt_all(self) -> None:
        """Ask again about each round at its next use, since a purge may have been missed.

        Nobody waits for that: a filing must not depend on whether reports can answer, and reports
        refuses what is filed in a round that is purged.
        """
        self._doubted = set(self._rounds)

    def _look_again(self, by: PrincipalFacts, round_id: str) -> None:
        try:
            self._reports.get_round(by, round_id)
        except (RoundNotFound, RoundPurged):
            self.forget(round_id)
        except ServiceUnavailable:
            self._doubted.add(round_id)
