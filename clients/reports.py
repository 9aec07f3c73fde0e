"""Asking reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from chassis.log import correlation_id
from clients.collecting import CollectionClient
from contracts.collecting import filings, forms, obligations
from contracts.errors import IdempotencyKeyReused, ServiceError, refusals_of
from contracts.jobs import StartedJobFacts
from contracts.paging import PageFacts
from contracts.principal import PrincipalFacts
from contracts.reports import consolidations, problems


class ReportsClient(CollectionClient):
    """What reports can be asked beside what every collection can."""

    service: ClassVar[str] = "reports"
    errors: ClassVar[tuple[type[ServiceError], ...]] = (
        *CollectionClient.errors,
        *refusals_of(consolidations, problems),
    )

    def report_problem(
        self, by: PrincipalFacts, report: problems.ProblemReportBodyFacts, *, key: str | None
    ) -> problems.ToldProblemFacts:
        """Return the report as kept, for the latest live round unless it names one."""
        return self._call("report_problem", by=by, report=report, key=key)

    def list_problems(
        self,
        by: PrincipalFacts,
        filters: problems.ProblemFiltersFacts,
        *,
        limit: int,
        cursor: str | None,
    ) -> PageFacts[problems.ProblemReportFacts]:
        """Return a page of the caller's own, or of those in the caller's area, the newest first."""
        return self._call("list_problems", by=by, filters=filters, limit=limit, cursor=cursor)

    def get_problem(self, by: PrincipalFacts, problem_id: str) -> problems.ProblemReportFacts:
        """Return a problem report with its answers."""
        return self._call("get_problem", by=by, problem_id=problem_id)

    def answer_problem(
        self,
        by: PrincipalFacts,
        problem_id: str,
        *,
        text: str,
        circulate: bool,
        key: str | None = None,
    ) -> problems.ToldProblemFacts:
        """Return the report as answered; a circulated answer is for everybody to read."""
        return self._call(
            "answer_problem", by=by, problem_id=problem_id, text=text, circulate=circulate, key=key
        )

    def list_problem_answers(
        self, by: PrincipalFacts, *, category: str | None, limit: int, cursor: str | None
    ) -> PageFacts[problems.CirculatedAnswerFacts]:
        """Return a page of circulated answers, the latest first."""
        return self._call(
            "list_problem_answers", by=by, category=category, limit=limit, cursor=cursor
        )

    def count_problems(
        self, by: PrincipalFacts, *, axis: str, round_id: str | None
    ) -> problems.ProblemSummaryFacts:
        """Return how many problems there are by `axis`, category or province; without a round,
        of all live ones.
        """
        return self._call("count_problems", by=by, axis=axis, round_id=round_id)

    def start_consolidation(
        self,
        by: PrincipalFacts,
        round_id: str,
        *,
        as_of: str | None,
        code_groups: list[str] | None = None,
        key: str | None = None,
    ) -> StartedJobFacts:
        """Return the job that builds the report as of a moment, by default now, of some code groups
        or all that the caller may; the same for the same `key`.
        """
        return self._call(
            "start_consolidation",
            by=by,
            round_id=round_id,
            as_of=as_of,
            code_groups=code_groups,
            key=key,
        )

    def list_consolidations(
        self, by: PrincipalFacts, round_id: str, *, limit: int, cursor: str | None
    ) -> PageFacts[consolidations.ConsolidationFacts]:
        """Return a page of a round's consolidated reports, the latest moment first."""
        return self._call(
            "list_consolidations", by=by, round_id=round_id, limit=limit, cursor=cursor
        )

    def get_consolidation(
        self, by: PrincipalFacts, round_id: str, consolidation_id: str
    ) -> consolidations.ConsolidationFacts:
        """Return a consolidated report: its figures, and which files it has."""
        return self._call(
            "get_consolidation", by=by, round_id=round_id, consolidation_id=consolidation_id
        )

    def read_consolidation(
        self, by: PrincipalFacts, round_id: str, consolidation_id: str, *, file: str, number: int
    ) -> str:
        """Return base64 of chunk `number`, from 0, of the json, xlsx or pdf `file`; empty beyond
        the last.
        """
        return self._call(
            "read_consolidation",
            by=by,
            round_id=round_id,
            consolidation_id=consolidation_id,
            file=file,
            number=number,
        )


class FilingsIntake:
    """The durable way in for filings."""

    errors: tuple[type[ServiceError], ...] = (
        obligations.ObligationNotFound,
        forms.WrongFormVersion,
        filings.NotOwed,
        filings.WindowClosed,
        filings.AlreadyFiled,
        filings.NothingToAmend,
        filings.NothingToWithdraw,
        filings.StaleRevision,
        filings.NotAmendedAs,
        filings.NothingChanged,
        filings.NotSigned,
        IdempotencyKeyReused,
    )

    def __init__(
        self, ask: Callable[[filings.SubmissionFacts], filings.FilingAnswer | None]
    ) -> None:
        self._ask = ask
        self._by_code = {kind.code: kind for kind in self.errors}

    def file(self, submission: filings.SubmissionFacts) -> filings.AnsweredFilingFacts | None:
        """Return what is recorded, or None when the submission is durable and not yet recorded.

        Raises one of `errors`, or ServiceUnavailable when it may not have been taken in.
        """
        answer = self._ask({**submission, "correlation_id": correlation_id.get()})
        if answer is not None and answer["outcome"] == "refused":
            raise self._by_code[answer["code"]](answer["details"])
        return answer
