"""Filings, receipts and forms, looked up and checked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

from chassis.rpc import answers
from collecting.filings.shapes import filing_to_wire, refusal_to_wire
from collecting.obligations.rules.obligation import Obligation
from collecting.stores import Stores
from contracts.collecting.filings import FilingFacts, FilingNotFound
from contracts.collecting.forms import FormFacts
from contracts.collecting.obligations import ObligationNotFound
from contracts.collecting.receipts import ReceiptCountFacts
from contracts.fields import wire_time
from contracts.paging import PageFacts, page
from contracts.principal import Principal, PrincipalFacts

Facts = dict[str, Any]
SETTLED_AFTER = timedelta(seconds=60)
"""A receipt of so long ago has been heard of by whoever hears at all."""


class FilingQuestions:
    """What a collection is asked about filings."""

    store: Stores
    now: Callable[[], datetime]
    intake_empty_at: Callable[[], datetime | None]

    @answers
    def get_form(self, form_id: str, version: int) -> FormFacts:
        """Return a form's definition. Raises FormNotFound."""
        return cast(FormFacts, self.store.kind.get_definition(form_id, version))  # kept as shown

    @answers
    def get_filing(self, by: PrincipalFacts, filing_id: str) -> FilingFacts:
        """Return a filing with its answers, or to the slot that tried why it was refused.

        Raises FilingNotFound; its `intake_empty_at` says when nothing was left to be decided.
        """
        try:
            document = self.store.ledger.get(filing_id)
            if "code" in document and document["slot_id"] == by["slot_id"]:
                return refusal_to_wire(document)
            require_seen(self.store, by, document)
        except FilingNotFound as unknown:
            empty_at = self.intake_empty_at()
            shown = {} if empty_at is None else {"intake_empty_at": wire_time(empty_at)}
            raise FilingNotFound(unknown.details, **shown) from unknown
        if "code" in document:
            return refusal_to_wire(document)
        return {**filing_to_wire(document), "answers": document["answers"]}

    @answers
    def count_receipts(self) -> PageFacts[ReceiptCountFacts]:
        """Return for each round how many receipts there are, how many of them are settled and how
        many of their events are not sent yet.
        """
        recently = self.now() - SETTLED_AFTER
        return page(self.store.ledger.count_receipts(recently=recently), None)


def find_filing(store: Stores, by: PrincipalFacts, filing_id: str) -> tuple[Facts, Obligation]:
    """Return a filing, recorded or refused, and the obligation it is on, if the caller may see it.

    Raises FilingNotFound.
    """
    document = store.ledger.get(filing_id)
    return document, require_seen(store, by, document)


def require_seen(store: Stores, by: PrincipalFacts, document: Facts) -> Obligation:
    """Return the obligation a filing is on, if the caller may see it.

    That somebody tried to file where he may not is only his to know. Raises FilingNotFound.
    """
    try:
        if document.get("code") == ObligationNotFound.code:
            raise ObligationNotFound(obligation_id=document["obligation_id"])
        obligation = store.obligations.get(document["obligation_id"])
        obligation.require_seen_by(Principal.from_wire(by))
    except ObligationNotFound as unseen:
        raise FilingNotFound(filing_id=document["_id"]) from unseen
    return obligation
