"""What is owed, and the draft of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson

from chassis.press import Press
from chassis.rpc import answers
from contracts.fields import wire_time
from contracts.forms import Form
from contracts.paging import cut, page, read_position
from contracts.principal import Principal
from services.reports import drafting, prefilling, wire
from services.reports.acts import obligation_in_full
from services.reports.domain.obligations import Obligation, State
from services.reports.domain.quotas import Sent
from services.reports.domain.rounds import Round
from services.reports.forms import get_form
from services.reports.store import ReportsStore

Facts = dict[str, Any]


class ObligationQuestions:
    """What reports is asked about obligations and drafts."""

    store: ReportsStore
    press: Press
    now: Callable[[], datetime]

    @answers
    def list_obligations(
        self,
        by: Facts,
        round_id: str | None,
        state: str | None,
        limit: int,
        cursor: str | None,
    ) -> Facts:
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
            wire.obligation_to_wire(owed, of_round[owed.round_id], at=at)
            for owed in shown
            if owed.round_id in of_round
        ]
        return page(items, following)

    @answers
    def get_obligation(self, by: Facts, obligation_id: str) -> Facts:
        """Return one obligation with what offices did about it.

        Raises ObligationNotFound, RoundNotFound, RoundPurged.
        """
        obligation, round_ = self._obligation(by, obligation_id)
        return obligation_in_full(obligation, round_, at=self.now())

    @answers
    def get_draft(self, by: Facts, obligation_id: str, holder: Facts | None = None) -> Facts:
        """Return what is typed so far, or what was filed last, and what is missing.

        Before either it is prefilled, also from the `holder` of the caller's slot if that is told.
        Raises ObligationNotFound, RoundNotFound, RoundPurged.
        """
        desk = self.store.desks.get(obligation_id)
        obligation, form = desk.obligation, _form_of(desk.round_)
        obligation.require_signed_by(Principal.from_wire(by), desk.round_)
        if desk.version:
            marks = prefilling.unconfirmed(desk.marks, desk.typed)
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
        by: Facts,
        obligation_id: str,
        made_from: int,
        answers: Facts,
        confirmed: list[str] | None = None,
    ) -> Facts:
        """Keep the answers at any completeness; `confirmed` points to prefilled ones that hold.

        Raises ObligationNotFound, RoundNotFound, RoundPurged, RoundNotInState, DraftSigned,
        StaleVersion, InvalidInput, QuotaReached.
        """
        principal = Principal.from_wire(by)
        desk = self.store.desks.get(obligation_id)
        obligation, form = desk.obligation, _form_of(desk.round_)
        obligation.require_filed_by(principal)
        obligation.require_draftable(desk.round_, self.now())
        drafting.require_keepable(form, answers)
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
        marks = prefilling.unconfirmed(desk.marks, answers)
        for pointer in confirmed or ():
            marks.pop(pointer.removeprefix("/answers/"), None)
        if marks != desk.marks:
            self.store.prefills.keep(obligation, marks)
        return self._draft(obligation, form, answers, version, marks=marks)

    @answers
    def list_filings(self, by: Facts, obligation_id: str) -> Facts:
        """Return every revision on an obligation with the answers that it changed.

        Raises ObligationNotFound, RoundNotFound, RoundPurged.
        """
        obligation, _ = self._obligation(by, obligation_id)
        filings = self.store.ledger.list(obligation.id)
        return {"items": drafting.with_changes(filings), "next": None}

    def _draft(self, *draft: Any, **told: Any) -> Facts:
        return drafting.shown(*draft, lacking=self.press.glyphs.lacking, **told)

    def _prefilled(
        self,
        form: Form,
        obligation: Obligation,
        round_: Round,
        by: Facts,
        holder: Facts | None,
    ) -> prefilling.Prefill:
        sources = [prefilling.from_registry(obligation), prefilling.NOTHING_LAST_YEAR]
        if holder is not None:
            sources.append(prefilling.from_holder(by["username"], holder))
        forms = [form.id, *form.definition.get("continues", ())]
        filing = self.store.prefills.find_last_year(obligation, round_, forms)
        if filing is not None:
            then = get_form(filing["form_id"], filing["form_version"])
            sources.append(prefilling.from_last_year(then, filing))
        return prefilling.prefilled(form, sources)

    def _obligation(self, by: Facts, obligation_id: str) -> tuple[Obligation, Round]:
        return see(self.store, Principal.from_wire(by), obligation_id)


def see(store: ReportsStore, by: Principal, obligation_id: str) -> tuple[Obligation, Round]:
    """Return an obligation that the caller may see, or sign, and its round.

    Raises ObligationNotFound, RoundNotFound, RoundPurged.
    """
    obligation = store.obligations.get(obligation_id)
    round_ = store.rounds.get(obligation.round_id)
    if not obligation.is_signed_by(by, round_):
        obligation.require_seen_by(by)
    return obligation, round_


def _form_of(round_: Round) -> Any:
    return get_form(round_.form_id, round_.form_version, round_.fiscal_year_be)
