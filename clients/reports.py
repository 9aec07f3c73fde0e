"""Asking reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chassis.log import correlation_id
from chassis.rpc import Call
from contracts.collecting import (
    corrections,
    drafts,
    evidence,
    extensions,
    filings,
    forms,
    obligations,
    orders,
    quotas,
    receipts,
    rounds,
    signatures,
)
from contracts.errors import IdempotencyKeyReused, ServiceError, refusals_of
from contracts.reports import consolidations, problems

Facts = dict[str, Any]


class ReportsClient:
    """What reports can be asked; every method answers in the API's shape or raises a refusal."""

    service = "reports"
    errors = refusals_of(
        corrections,
        drafts,
        evidence,
        extensions,
        filings,
        forms,
        obligations,
        orders,
        quotas,
        receipts,
        rounds,
        signatures,
        consolidations,
        problems,
    )

    def __init__(self, call: Call) -> None:
        self._call = call

    def create_round(self, by: Facts, proposal: Facts) -> Facts:
        return self._call("create_round", by=by, proposal=proposal)

    def list_rounds(self, by: Facts, *, limit: int, cursor: str | None) -> Facts:
        return self._call("list_rounds", by=by, limit=limit, cursor=cursor)

    def get_round(self, by: Facts, round_id: str) -> Facts:
        return self._call("get_round", by=by, round_id=round_id)

    def change_round(self, by: Facts, round_id: str, *, made_from: int, changes: Facts) -> Facts:
        return self._call(
            "change_round", by=by, round_id=round_id, made_from=made_from, changes=changes
        )

    def open_round(self, by: Facts, round_id: str) -> Facts:
        return self._call("open_round", by=by, round_id=round_id)

    def close_round(self, by: Facts, round_id: str) -> Facts:
        return self._call("close_round", by=by, round_id=round_id)

    def extend_round(
        self, by: Facts, round_id: str, proposal: Facts, *, key: str | None = None
    ) -> Facts:
        return self._call("extend_round", by=by, round_id=round_id, proposal=proposal, key=key)

    def withdraw_extension(
        self, by: Facts, round_id: str, no: int, order: Facts, *, key: str | None = None
    ) -> Facts:
        return self._call(
            "withdraw_extension", by=by, round_id=round_id, no=no, order=order, key=key
        )

    def list_extensions(self, by: Facts, round_id: str, *, limit: int, cursor: str | None) -> Facts:
        return self._call("list_extensions", by=by, round_id=round_id, limit=limit, cursor=cursor)

    def exempt_obligation(self, by: Facts, obligation_id: str, exemption: Facts) -> Facts:
        return self._call(
            "exempt_obligation", by=by, obligation_id=obligation_id, exemption=exemption
        )

    def lift_exemption(self, by: Facts, obligation_id: str) -> Facts:
        return self._call("lift_exemption", by=by, obligation_id=obligation_id)

    def change_organisation_in_round(self, by: Facts, round_id: str, proposal: Facts) -> Facts:
        return self._call(
            "change_organisation_in_round", by=by, round_id=round_id, proposal=proposal
        )

    def purge_round(self, by: Facts, round_id: str) -> Facts:
        return self._call("purge_round", by=by, round_id=round_id)

    def list_obligations(
        self,
        by: Facts,
        *,
        round_id: str | None,
        state: str | None,
        limit: int,
        cursor: str | None,
    ) -> Facts:
        return self._call(
            "list_obligations", by=by, round_id=round_id, state=state, limit=limit, cursor=cursor
        )

    def get_obligation(self, by: Facts, obligation_id: str) -> Facts:
        return self._call("get_obligation", by=by, obligation_id=obligation_id)

    def get_draft(self, by: Facts, obligation_id: str, *, holder: Facts | None = None) -> Facts:
        """Return the draft; the holder has name, position, phone and email, to prefill with."""
        return self._call("get_draft", by=by, obligation_id=obligation_id, holder=holder)

    def save_draft(
        self,
        by: Facts,
        obligation_id: str,
        *,
        made_from: int,
        answers: Facts,
        confirmed: list[str] | None = None,
    ) -> Facts:
        return self._call(
            "save_draft",
            by=by,
            obligation_id=obligation_id,
            made_from=made_from,
            answers=answers,
            confirmed=confirmed,
        )

    def return_report(self, by: Facts, obligation_id: str, proposal: Facts) -> Facts:
        return self._call("return_report", by=by, obligation_id=obligation_id, proposal=proposal)

    def take_return_back(self, by: Facts, obligation_id: str) -> Facts:
        return self._call("take_return_back", by=by, obligation_id=obligation_id)

    def accept_report(self, by: Facts, obligation_id: str, proposal: Facts) -> Facts:
        return self._call("accept_report", by=by, obligation_id=obligation_id, proposal=proposal)

    def sign_draft(
        self, by: Facts, obligation_id: str, *, part: str, made_from: int, person: Facts
    ) -> Facts:
        return self._call(
            "sign_draft",
            by=by,
            obligation_id=obligation_id,
            part=part,
            made_from=made_from,
            person=person,
        )

    def unlock_draft(self, by: Facts, obligation_id: str) -> Facts:
        return self._call("unlock_draft", by=by, obligation_id=obligation_id)

    def get_form(self, form_id: str, version: int) -> Facts:
        return self._call("get_form", form_id=form_id, version=version)

    def print_blank_form(self, by: Facts, form_id: str, version: int) -> str:
        """Return base64 of a PDF."""
        return str(self._call("print_blank_form", by=by, form_id=form_id, version=version))

    def print_filing(self, by: Facts, filing_id: str) -> str:
        """Return base64 of a PDF."""
        return str(self._call("print_filing", by=by, filing_id=filing_id))

    def get_filing(self, by: Facts, filing_id: str) -> Facts:
        return self._call("get_filing", by=by, filing_id=filing_id)

    def get_receipt(self, by: Facts, filing_id: str) -> Facts:
        return self._call("get_receipt", by=by, filing_id=filing_id)

    def list_filings(self, by: Facts, obligation_id: str) -> Facts:
        return self._call("list_filings", by=by, obligation_id=obligation_id)

    def verify_receipt(self, *, jws: str, claimed: Facts | None) -> Facts:
        return self._call("verify_receipt", jws=jws, claimed=claimed)

    def list_signing_keys(self) -> Facts:
        return self._call("list_signing_keys")

    def print_receipt(self, by: Facts, filing_id: str) -> Facts:
        return self._call("print_receipt", by=by, filing_id=filing_id)

    def prove_receipt(self, by: Facts, filing_id: str) -> Facts:
        return self._call("prove_receipt", by=by, filing_id=filing_id)

    def list_receipt_rolls(self, round_id: str | None, *, limit: int, cursor: str | None) -> Facts:
        return self._call("list_receipt_rolls", round_id=round_id, limit=limit, cursor=cursor)

    def get_receipt_roll(self, day: str, round_id: str | None) -> Facts:
        return self._call("get_receipt_roll", day=day, round_id=round_id)

    def begin_evidence(
        self,
        by: Facts,
        *,
        filename: str,
        obligation_id: str | None,
        round_id: str | None,
        size: int,
    ) -> Facts:
        return self._call(
            "begin_evidence",
            by=by,
            filename=filename,
            obligation_id=obligation_id,
            round_id=round_id,
            size=size,
        )

    def add_evidence_chunk(
        self, by: Facts, upload_id: str, *, number: int, data_base64: str
    ) -> None:
        self._call(
            "add_evidence_chunk", by=by, upload_id=upload_id, number=number, data_base64=data_base64
        )

    def finish_evidence(self, by: Facts, upload_id: str) -> Facts:
        return self._call("finish_evidence", by=by, upload_id=upload_id)

    def get_evidence(self, by: Facts, evidence_id: str) -> Facts:
        return self._call("get_evidence", by=by, evidence_id=evidence_id)

    def read_evidence(self, by: Facts, evidence_id: str, *, number: int) -> str:
        return self._call("read_evidence", by=by, evidence_id=evidence_id, number=number)

    def list_evidence(self, by: Facts, *, limit: int, cursor: str | None) -> Facts:
        return self._call("list_evidence", by=by, limit=limit, cursor=cursor)

    def use_evidence(self, by: Facts, obligation_id: str, evidence_ids: list[str]) -> Facts:
        return self._call(
            "use_evidence", by=by, obligation_id=obligation_id, evidence_ids=evidence_ids
        )

    def delete_evidence(self, by: Facts, evidence_id: str) -> None:
        self._call("delete_evidence", by=by, evidence_id=evidence_id)

    def report_problem(self, by: Facts, report: Facts, *, key: str | None) -> Facts:
        return self._call("report_problem", by=by, report=report, key=key)

    def list_problems(self, by: Facts, filters: Facts, *, limit: int, cursor: str | None) -> Facts:
        return self._call("list_problems", by=by, filters=filters, limit=limit, cursor=cursor)

    def get_problem(self, by: Facts, problem_id: str) -> Facts:
        return self._call("get_problem", by=by, problem_id=problem_id)

    def answer_problem(
        self, by: Facts, problem_id: str, *, text: str, circulate: bool, key: str | None = None
    ) -> Facts:
        return self._call(
            "answer_problem", by=by, problem_id=problem_id, text=text, circulate=circulate, key=key
        )

    def list_problem_answers(
        self, by: Facts, *, category: str | None, limit: int, cursor: str | None
    ) -> Facts:
        return self._call(
            "list_problem_answers", by=by, category=category, limit=limit, cursor=cursor
        )

    def count_problems(self, by: Facts, *, axis: str, round_id: str | None) -> Facts:
        return self._call("count_problems", by=by, axis=axis, round_id=round_id)

    def write_blank_workbook(self, form_id: str, version: int) -> str:
        return self._call("write_blank_workbook", form_id=form_id, version=version)

    def write_workbook(self, by: Facts, obligation_id: str) -> Facts:
        return self._call("write_workbook", by=by, obligation_id=obligation_id)

    def list_workbooks(
        self, by: Facts, round_id: str, *, district: str | None, limit: int, cursor: str | None
    ) -> Facts:
        return self._call(
            "list_workbooks",
            by=by,
            round_id=round_id,
            district=district,
            limit=limit,
            cursor=cursor,
        )

    def begin_workbooks(self, by: Facts, upload_id: str, upload: Facts) -> Facts:
        return self._call("begin_workbooks", by=by, upload_id=upload_id, upload=upload)

    def add_workbooks_chunk(
        self, by: Facts, file_id: str, *, number: int, data_base64: str
    ) -> None:
        self._call(
            "add_workbooks_chunk", by=by, file_id=file_id, number=number, data_base64=data_base64
        )

    def start_workbooks(self, by: Facts, file_id: str) -> Facts:
        return self._call("start_workbooks", by=by, file_id=file_id)

    def start_consolidation(
        self, by: Facts, round_id: str, *, as_of: str | None, key: str | None = None
    ) -> Facts:
        return self._call("start_consolidation", by=by, round_id=round_id, as_of=as_of, key=key)

    def list_consolidations(
        self, by: Facts, round_id: str, *, limit: int, cursor: str | None
    ) -> Facts:
        return self._call(
            "list_consolidations", by=by, round_id=round_id, limit=limit, cursor=cursor
        )

    def get_consolidation(self, by: Facts, round_id: str, consolidation_id: str) -> Facts:
        return self._call(
            "get_consolidation", by=by, round_id=round_id, consolidation_id=consolidation_id
        )

    def read_consolidation(
        self, by: Facts, round_id: str, consolidation_id: str, *, file: str, number: int
    ) -> str:
        return self._call(
            "read_consolidation",
            by=by,
            round_id=round_id,
            consolidation_id=consolidation_id,
            file=file,
            number=number,
        )

    def count_receipts(self) -> Facts:
        return self._call("count_receipts")

    def get_job(self, by: Facts, job_id: str) -> Facts:
        return self._call("get_job", by=by, job_id=job_id)


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

    def __init__(self, ask: Callable[[Facts], Facts | None]) -> None:
        self._ask = ask
        self._by_code = {kind.code: kind for kind in self.errors}

    def file(self, submission: Facts) -> Facts | None:
        """Return `{outcome: recorded|repeated, filing, receipt}`, or None when the submission is
        durable and not yet recorded.

        Raises one of `errors`, or ServiceUnavailable when it may not have been taken in.
        """
        answer = self._ask(submission | {"correlation_id": correlation_id.get()})
        if answer is not None and answer["outcome"] == "refused":
            raise self._by_code[answer["code"]](answer["details"])
        return answer
