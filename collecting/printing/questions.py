"""Forms on paper: a filed report, and the blank."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from chassis.rpc import answers
from chassis.typesetter import Typesetter
from collecting.filings.questions import find_filing
from collecting.printing import pages
from collecting.stores import Stores
from contracts.collecting.filings import FilingNotFound
from contracts.principal import PrincipalFacts

Facts = dict[str, Any]


class PageQuestions:
    """What a collection is asked to print of forms."""

    store: Stores
    typesetter: Typesetter

    @answers
    def print_filing(self, by: PrincipalFacts, filing_id: str) -> str:
        """Return the page of a recorded filing as base64 of a PDF.

        Raises FilingNotFound, ObligationNotFound, RoundNotFound, RoundPurged, TooManyAtOnce.
        """
        document, obligation = find_filing(self.store, by, filing_id)
        if "code" in document:
            raise FilingNotFound(filing_id=filing_id)
        year = self.store.rounds.get(obligation.round_id).year
        form = self.store.kind.get_form(document["form_id"], document["form_version"], year)
        return self._printed(by, pages.of_filing(form, document, obligation, self.store.kind.words))

    @answers
    def print_blank_form(self, by: PrincipalFacts, form_id: str, version: int) -> str:
        """Return a form to be filled in by hand, as base64 of a PDF.

        Raises FormNotFound, TooManyAtOnce.
        """
        kind = self.store.kind
        return self._printed(by, pages.of_blank(kind.get_form(form_id, version, None), kind.words))

    def _printed(self, by: PrincipalFacts, facts: Facts) -> str:
        pdf = self.typesetter.render(pages.TEMPLATE, facts, caller=by["slot_id"])
        return b64encode(pdf).decode()
