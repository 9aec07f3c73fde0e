"""Troubles that organisations report: told, counted, answered, and answers passed on to all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from chassis.rpc import answers
from collecting.quotas.rules import Sent
from contracts.errors import InvalidInput, ServiceUnavailable
from contracts.fields import wire_time
from contracts.paging import PageFacts, cut, page, read_position
from contracts.principal import Principal, PrincipalFacts
from contracts.reference.calendar import as_bangkok
from contracts.reports.problems import (
    CirculatedAnswerFacts,
    ProblemFiltersFacts,
    ProblemReportBodyFacts,
    ProblemReportFacts,
    ProblemSummaryFacts,
    ToldProblemFacts,
)
from services.reports.problems import reports as problems
from services.reports.problems.rules import REPORTING, require_reportable
from services.reports.stores import ReportsStore

Facts = dict[str, Any]


class ProblemQuestions:
    """What reports is asked about problem reports."""

    store: ReportsStore
    now: Callable[[], datetime]

    @answers
    def report_problem(
        self, by: PrincipalFacts, report: ProblemReportBodyFacts, key: str | None
    ) -> ToldProblemFacts:
        """Keep a trouble met in a round, by default the latest live one; `repeated` says if the
        slot did so before under the same key.

        Raises OutOfScope, RoundNotFound, RoundPurged, RoundNotInState, InvalidInput,
        IdempotencyKeyReused, QuotaReached. Publishes ProblemReportedV1.
        """
        principal, at = Principal.from_wire(by), self.now()
        principal.require_role(*REPORTING)
        round_ = self.store.rounds.get(report.get("round_id") or self._latest_round())
        require_reportable(report["category"], round_, on=as_bangkok(at).date())
        organisation = self.store.problems.find_organisation(principal.organisation_id) or {}
        if principal.area == "organisation" and not organisation:
            raise ServiceUnavailable(service="reports")  # its registration is still on the way
        made = problems.reported(principal, report, round_, organisation, key, at)
        size = len(made.text.encode())
        self.store.quotas.charge(principal, Sent.PROBLEM_REPORTS, size, at=at)
        kept, repeated = self.store.problems.add(made, announcing=problems.reported_event(made))
        if repeated:
            self.store.quotas.give_back(principal, Sent.PROBLEM_REPORTS, size, at=at)
        return {"report": problems.report_to_wire(kept), "repeated": repeated}

    @answers
    def list_problems(
        self, by: PrincipalFacts, filters: ProblemFiltersFacts, limit: int, cursor: str | None
    ) -> PageFacts[ProblemReportFacts]:
        """Return the caller's own, or those in the caller's area, newest first.

        Raises InvalidInput.
        """
        found = self.store.problems.list(
            Principal.from_wire(by), filters, after=read_position(cursor), limit=limit + 1
        )
        shown, following = cut(found, limit, lambda last: (wire_time(last.reported_at), last.id))
        return page([problems.report_to_wire(report) for report in shown], following)

    @answers
    def get_problem(self, by: PrincipalFacts, problem_id: str) -> ProblemReportFacts:
        """Return a problem report with its answers. Raises ProblemReportNotFound."""
        report = self.store.problems.get(problem_id)
        report.require_seen_by(Principal.from_wire(by))
        return problems.report_to_wire(report)

    @answers
    def answer_problem(
        self,
        by: PrincipalFacts,
        problem_id: str,
        text: str,
        circulate: bool,
        key: str | None = None,
    ) -> ToldProblemFacts:
        """Add an answer from an office above; circulated by the central body, all may read it.
        `repeated` says if the slot did so before under the same key.

        Raises ProblemReportNotFound, OutOfScope, TooManyAnswers, IdempotencyKeyReused.
        Publishes ProblemAnsweredV1.
        """
        report = self.store.problems.get(problem_id)
        principal, at = Principal.from_wire(by), self.now()
        given = report.answer(principal, text=text, circulate=circulate, at=at)
        answer = problems.known_by(given, principal, problem_id, key)
        event = problems.answered_event(report, answer)
        kept, repeated = self.store.problems.answer(report, answer, announcing=event)
        return {"report": problems.report_to_wire(kept), "repeated": repeated}

    @answers
    def list_problem_answers(
        self, by: PrincipalFacts, category: str | None, limit: int, cursor: str | None
    ) -> PageFacts[CirculatedAnswerFacts]:
        """Return the answers that were circulated, the latest first. Raises InvalidInput."""
        found = self.store.problems.list_circulated(
            category, after=read_position(cursor), limit=limit + 1
        )
        listed = [problems.circulated_to_wire(document) for document in found]
        return page(*cut(listed, limit, lambda last: (last["answered_at"], last["id"])))

    @answers
    def count_problems(
        self, by: PrincipalFacts, axis: str, round_id: str | None
    ) -> ProblemSummaryFacts:
        """Count problem reports within the caller's area, of all live rounds or of one.

        Raises OutOfScope, RoundNotFound, RoundPurged.
        """
        principal = Principal.from_wire(by)
        problems.require_axis(principal, axis)
        if round_id is not None:
            self.store.rounds.get(round_id)
        counted = self.store.problems.counts(principal, axis, round_id)
        return {
            "round_id": round_id,
            "by": axis,
            "items": problems.rows(axis, counted),
            "total": problems.total(counted.values()),
            "as_of": wire_time(self.now()),
        }

    def _latest_round(self) -> str:
        latest = self.store.problems.find_latest_round()
        if latest is None:
            reason = "ยังไม่มีรอบจริงที่เปิดแล้ว โปรดระบุรอบการรายงาน"
            raise InvalidInput(pointer="/round_id", reason=reason)
        return latest
