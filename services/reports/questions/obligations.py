"""What is owed, and the draft of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from chassis.rpc import answers
from contracts.fields import read_time, wire_time
from contracts.paging import page, read_cursor, unknown_cursor, write_cursor
from contracts.principal import Principal
from services.reports import drafting, wire
from services.reports.domain.obligations import Obligation
from services.reports.domain.rounds import Round, RoundState
from services.reports.forms import get_form
from services.reports.store import ReportsStore

Facts = dict[str, Any]


class ObligationQuestions:
    """What reports is asked about obligations and drafts."""

    store: ReportsStore
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
            after=_position(cursor) if cursor else None,
            limit=limit + 1,
        )
        shown = found[:limit]
        of_round = self.store.rounds.find_many({owed.round_id for owed in shown})
        at = self.now()
        more = len(found) > limit
        items = [
            wire.obligation_to_wire(owed, of_round[owed.round_id], at=at)
            for owed in shown
            if owed.round_id in of_round
        ]
        following = write_cursor(wire_time(shown[-1].due_at), shown[-1].id) if more else None
        return page(items, following)

    @answers
    def get_obligation(self, by: Facts, obligation_id: str) -> Facts:
        """Return one obligation. Raises ObligationNotFound, RoundNotFound, RoundPurged."""
        obligation, round_ = self._obligation(by, obligation_id)
        return wire.obligation_to_wire(obligation, round_, at=self.now())

    @answers
    def get_draft(self, by: Facts, obligation_id: str) -> Facts:
        """Return what is typed so far, or what was filed last, and what is missing.

        Raises ObligationNotFound, RoundNotFound, RoundPurged.
        """
        obligation, round_ = self._obligation(by, obligation_id)
        obligation.require_filed_by(Principal.from_wire(by))
        typed, version = self.store.drafts.get(obligation)
        return drafting.shown(obligation, _form_of(round_), typed, version)

    @answers
    def save_draft(self, by: Facts, obligation_id: str, made_from: int, answers: Facts) -> Facts:
        """Keep the answers at any completeness.

        Raises ObligationNotFound, RoundNotFound, RoundPurged, RoundNotInState, StaleVersion,
        InvalidInput.
        """
        principal = Principal.from_wire(by)
        obligation, round_ = self._obligation(by, obligation_id)
        obligation.require_filed_by(principal)
        round_.to(RoundState.OPEN, RoundState.OPEN)
        form = _form_of(round_)
        drafting.refuse_what_no_form_holds(form, answers)
        version = self.store.drafts.save(
            obligation,
            answers,
            made_from=made_from,
            at=self.now(),
            username=principal.username,
        )
        if version == 1:
            self.store.obligations.begin_draft(obligation.id)
        return drafting.shown(obligation, form, answers, version)

    @answers
    def list_filings(self, by: Facts, obligation_id: str) -> Facts:
        """Return every revision on an obligation with the answers that it changed.

        Raises ObligationNotFound, RoundNotFound, RoundPurged.
        """
        obligation, _ = self._obligation(by, obligation_id)
        filings = self.store.ledger.list(obligation.id)
        return {"items": drafting.with_changes(filings), "next": None}

    def _obligation(self, by: Facts, obligation_id: str) -> tuple[Obligation, Round]:
        obligation = self.store.obligations.get(obligation_id)
        obligation.require_seen_by(Principal.from_wire(by))
        return obligation, self.store.rounds.get(obligation.round_id)


def _position(cursor: str) -> tuple[datetime, str]:
    due_at, obligation_id = read_cursor(cursor, 2)
    try:
        return read_time(due_at), obligation_id
    except ValueError as problem:
        raise unknown_cursor() from problem


def _form_of(round_: Round) -> Any:
    return get_form(round_.form_id, round_.form_version)
