"""The draft of what is owed, and what was filed in its place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson

from chassis.rpc import answers
from chassis.typesetter import Typesetter
from collecting.drafts import prefill, view
from collecting.obligations.questions.duties import see
from collecting.obligations.rules.obligation import Obligation, State
from collecting.quotas.rules import Sent
from collecting.rounds.rules import Round
from collecting.stores import Stores
from contracts.collecting.drafts import DraftFacts, DraftHolderFacts
from contracts.collecting.filings import FilingFacts
from contracts.fields import JsonObject
from contracts.forms import Form
from contracts.paging import PageFacts
from contracts.principal import Principal, PrincipalFacts

Facts = dict[str, Any]


class DraftQuestions:
    """What a collection is asked about drafts, and about the revisions of what was filed."""

    store: Stores
    typesetter: Typesetter
    now: Callable[[], datetime]

    @answers
    def get_draft(
        self, by: PrincipalFacts, obligation_id: str, holder: DraftHolderFacts | None = None
    ) -> DraftFacts:
        """Return what is typed so far, or what was filed last, and what is missing.

        Before either it is prefilled, also from the `holder` of the caller's slot if that is told.
        Raises ObligationNotFound, RoundNotFound, RoundPurged.
        """
        desk = self.store.desks.get(obligation_id)
        obligation, form = desk.obligation, desk.round_.form(self.store.kind)
        obligation.require_signed_by(Principal.from_wire(by), desk.round_)
        if desk.version:
            marks = prefill.unconfirmed(desk.marks, desk.typed)
            return self._draft(obligation, form, desk.typed, desk.version, marks=marks)
        filed = self.store.drafts.get_filed(obligation)
        if filed:
            return self._draft(obligation, form, filed, 0, marks={})
        fresh = self._prefilled(form, obligation, desk.round_, by, holder)
        self.store.prefills.keep(obligation, fresh.marks)
        return self._draft(
            obligation, form, fresh.answers, 0, marks=fresh.marks, absent=fresh.absent
        )

    @answers
    def save_draft(
        self,
        by: PrincipalFacts,
        obligation_id: str,
        made_from: int,
        answers: JsonObject,
        confirmed: list[str] | None = None,
    ) -> DraftFacts:
        """Keep the answers at any completeness; `confirmed` points to prefilled ones that hold.

        Raises ObligationNotFound, RoundNotFound, RoundPurged, RoundNotInState, DraftSigned,
        StaleVersion, InvalidInput, QuotaReached.
        """
        principal = Principal.from_wire(by)
        desk = self.store.desks.get(obligation_id)
        obligation, form = desk.obligation, desk.round_.form(self.store.kind)
        obligation.require_filed_by(principal)
        obligation.require_draftable(desk.round_, self.now())
        view.require_keepable(form, answers)
        answers = dict(form.read(answers))
        size = len(orjson.dumps(answers))
        self.store.quotas.charge(principal, Sent.DRAFTS, size, at=self.now())
        version = self.store.drafts.save(
            obligation,
            answers,
            made_from=made_from,
            at=self.now(),
            username=principal.username,
        )
        if obligation.state is State.OPEN:
            self.store.obligations.begin_draft(obligation.id)
        marks = prefill.unconfirmed(desk.marks, answers)
        for pointer in confirmed or ():
            marks.pop(pointer.removeprefix("/answers/"), None)
        if marks != desk.marks:
            self.store.prefills.keep(obligation, marks)
        return self._draft(obligation, form, answers, version, marks=marks)

    @answers
    def list_filings(self, by: PrincipalFacts, obligation_id: str) -> PageFacts[FilingFacts]:
        """Return every revision on an obligation with the answers that it changed.

        Raises ObligationNotFound, RoundNotFound, RoundPurged.
        """
        obligation, _ = see(self.store, Principal.from_wire(by), obligation_id)
        filings = self.store.ledger.list(obligation.id)
        return {"items": view.with_changes(filings), "next": None}

    def _draft(self, *draft: Any, **told: Any) -> DraftFacts:
        return view.shown(*draft, lacking=self.typesetter.glyphs.lacking, **told)

    def _prefilled(
        self,
        form: Form,
        obligation: Obligation,
        round_: Round,
        by: PrincipalFacts,
        holder: DraftHolderFacts | None,
    ) -> prefill.Prefill:
        sources = [prefill.from_registry(obligation), prefill.NOTHING_LAST_YEAR]
        if holder is not None:
            sources.append(prefill.from_holder(by["username"], holder))
        forms = [form.id, *form.definition.get("continues", ())]
        filing = self.store.prefills.find_last_year(obligation, round_, forms)
        if filing is not None:
            then = self.store.kind.get_form(filing["form_id"], filing["form_version"], None)
            sources.append(prefill.from_last_year(then, filing))
        return prefill.prefilled(form, sources)
