"""Filings, receipts and forms, looked up and checked."""

from __future__ import annotations

from typing import Any

from chassis.rpc import answers
from contracts.principal import Principal
from contracts.reports.errors import FilingNotFound, ObligationNotFound
from services.reports import wire
from services.reports.domain.obligations import Obligation
from services.reports.forms import get_form
from services.reports.store import ReportsStore

Facts = dict[str, Any]


class FilingQuestions:
    """What reports is asked about filings."""

    store: ReportsStore

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

    def _filing(self, by: Facts, filing_id: str) -> Facts:
        return find_filing(self.store, by, filing_id)[0]


def find_filing(store: ReportsStore, by: Facts, filing_id: str) -> tuple[Facts, Obligation]:
    """Return a filing, recorded or refused, and the obligation it is on, if the caller may see it.

    Raises FilingNotFound, ObligationNotFound.
    """
    document = store.ledger.get(filing_id)
    obligation = store.obligations.get(document["obligation_id"])
    try:
        obligation.require_seen_by(Principal.from_wire(by))
    except ObligationNotFound as unseen:
        raise FilingNotFound(filing_id=filing_id) from unseen
    return document, obligation
