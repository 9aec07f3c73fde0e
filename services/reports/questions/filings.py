"""Filings, receipts and forms, looked up and checked."""

from __future__ import annotations

from typing import Any

from chassis.rpc import answers
from contracts.principal import Principal
from contracts.reports.errors import FilingNotFound, ObligationNotFound
from services.reports import wire
from services.reports.forms import get_form
from services.reports.receipts import FIELDS, Signer
from services.reports.store import ReportsStore

Facts = dict[str, Any]


class FilingQuestions:
    """What reports is asked about filings."""

    store: ReportsStore
    signer: Signer

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

    @answers
    def get_receipt(self, by: Facts, filing_id: str) -> Facts:
        """Return the receipt of a recorded filing. Raises FilingNotFound."""
        document = self._filing(by, filing_id)
        if "code" in document:
            raise FilingNotFound(filing_id=filing_id)
        return dict(document["receipt"])

    @answers
    def verify_receipt(self, jws: str, claimed: Facts | None) -> Facts:
        """Say whether a receipt is ours and unchanged; `claimed` are the fields shown with it."""
        signed = self.signer.read(jws)
        if signed is None or signed.keys() != set(FIELDS):
            return {"valid": False, "reason": "signature", "receipt": None}
        shown = (claimed or {}).items()
        differing = sorted(name for name, value in shown if signed.get(name) != value)
        if differing:
            return {"valid": False, "reason": "changed: " + ", ".join(differing), "receipt": signed}
        return {"valid": True, "reason": None, "receipt": signed}

    @answers
    def list_signing_keys(self) -> Facts:
        """Return the public keys receipts are signed with, as a JWK set."""
        return {"keys": [self.signer.jwk]}

    def _filing(self, by: Facts, filing_id: str) -> Facts:
        document = self.store.ledger.get(filing_id)
        obligation = self.store.obligations.get(document["obligation_id"])
        try:
            obligation.require_seen_by(Principal.from_wire(by))
        except ObligationNotFound as unseen:
            raise FilingNotFound(filing_id=filing_id) from unseen
        return document
