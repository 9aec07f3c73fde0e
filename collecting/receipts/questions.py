"""Receipts: shown, printed, checked, and the rolls they stand in."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from datetime import datetime
from typing import Any

from chassis.rpc import answers
from chassis.typesetter import Typesetter
from chassis.worker import timer
from collecting.filings.questions import find_filing
from collecting.obligations.rules.obligation import Obligation
from collecting.receipts import page as receipt_page
from collecting.receipts.close_day import close_days
from collecting.receipts.shapes import proof_to_wire, roll_to_wire
from collecting.sealing.keys import Keyring
from collecting.sealing.receipts import fields_of, jws_in
from collecting.settings import Settings
from collecting.stores import Stores
from contracts.collecting.filings import FilingNotFound
from contracts.collecting.receipts import (
    JwksFacts,
    PrintedReceiptFacts,
    ReceiptCheckFacts,
    ReceiptFacts,
    RollFacts,
    RollProofFacts,
)
from contracts.fields import JsonObject
from contracts.paging import PageFacts, cut, page, read_key
from contracts.principal import PrincipalFacts

Facts = dict[str, Any]
LOOK_EVERY_SECONDS = 5  # one look at an index that is empty but for today


class ReceiptQuestions:
    """What a collection is asked about receipts."""

    store: Stores
    signer: Keyring
    typesetter: Typesetter
    settings: Settings
    now: Callable[[], datetime]

    @answers
    def get_receipt(self, by: PrincipalFacts, filing_id: str) -> ReceiptFacts:
        """Return the receipt of a recorded filing. Raises FilingNotFound, ObligationNotFound."""
        receipt: ReceiptFacts = self._recorded(by, filing_id)[0]["receipt"]
        return receipt

    @answers
    def print_receipt(self, by: PrincipalFacts, filing_id: str) -> PrintedReceiptFacts:
        """Return the receipt as a PDF of one page, the same bytes whenever it is asked for.

        Raises FilingNotFound, ObligationNotFound, RoundNotFound, RoundPurged, TooManyAtOnce.
        """
        filing, obligation = self._recorded(by, filing_id)
        round_ = self.store.rounds.get(obligation.round_id)
        facts = receipt_page.facts_of(
            filing, obligation, round_, self.settings.portal_url, self.store.kind.words
        )
        pdf = self.typesetter.render(receipt_page.TEMPLATE, facts, caller=by["slot_id"])
        return {
            "number": filing["receipt"]["number"],
            "pdf_base64": b64encode(pdf).decode(),
        }

    @answers
    def verify_receipt(self, jws: str, claimed: JsonObject | None) -> ReceiptCheckFacts:
        """Say whether a receipt is ours and unchanged, and whether a later revision is in force.

        `claimed` are the fields shown with it. Of a purged trial nothing is known but that. What is
        no JWS is `malformed`; how it was broken into lines does not matter.
        """
        whole = jws_in(jws)
        if whole is None:
            return _checked(None, "malformed", None)
        signed = self.signer.read(whole)
        if signed is None or signed.keys() != set(fields_of(self.store.kind.axis)):
            return _checked(None, "signature", None)
        shown = (claimed or {}).items()
        differing = sorted(name for name, value in shown if signed.get(name) != value)
        reason = "changed: " + ", ".join(differing) if differing else None
        last = self.store.obligations.find_revision(signed["obligation_id"])
        return _checked(signed, reason, last)

    @answers
    def list_signing_keys(self) -> JwksFacts:
        """Return every public key that signs or signed receipts, as a JWK set."""
        return self.signer.jwks()

    # -- rolls ----------------------------------------------------------------------------

    @timer(interval=LOOK_EVERY_SECONDS)
    def close_receipt_rolls(self) -> None:
        """Close the roll of every day that is over, also of those missed; once, whoever looks.

        Publishes ReceiptRollClosedV1.
        """
        close_days(self.store, self.signer, at=self.now())

    @answers
    def list_receipt_rolls(
        self, round_id: str | None, limit: int, cursor: str | None
    ) -> PageFacts[RollFacts]:
        """Return rolls of all live rounds or of a trial, the newest first. Raises InvalidInput."""
        found = self.store.rolls.list(round_id, before=read_key(cursor), limit=limit + 1)
        shown, following = cut(found, limit, lambda last: [last["day"]])
        return page([roll_to_wire(roll) for roll in shown], following)

    @answers
    def get_receipt_roll(self, day: str, round_id: str | None) -> RollFacts:
        """Return the roll of a day. Raises RollNotFound."""
        return roll_to_wire(self.store.rolls.get(day, round_id))

    @answers
    def prove_receipt(self, by: PrincipalFacts, filing_id: str) -> RollProofFacts:
        """Return where a receipt stands in the roll of its day, and the proof that it does.

        Raises FilingNotFound, ObligationNotFound, ReceiptNotInRoll.
        """
        filing, _ = self._recorded(by, filing_id)
        return proof_to_wire(filing, *self.store.rolls.find_place(filing))

    def _recorded(self, by: PrincipalFacts, filing_id: str) -> tuple[Facts, Obligation]:
        filing, obligation = find_filing(self.store, by, filing_id)
        if "code" in filing:
            raise FilingNotFound(filing_id=filing_id)
        return filing, obligation


def _checked(
    signed: Facts | None, reason: str | None, last_revision: int | None
) -> ReceiptCheckFacts:
    return {
        "valid": reason is None,
        "reason": reason,
        "receipt": signed,
        "last_revision": last_revision,
        "superseded": None
        if signed is None or last_revision is None
        else signed["revision"] < last_revision,
    }
