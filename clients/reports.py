"""Asking reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chassis.rpc import Call
from contracts.errors import ServiceError
from contracts.reports import errors

Facts = dict[str, Any]


class ReportsClient:
    """What reports can be asked; every method answers in the API's shape or raises a refusal."""

    service = "reports"
    errors = (
        errors.RoundNotFound,
        errors.RoundPurged,
        errors.RoundNotInState,
        errors.RoundNotTrial,
        errors.RoundAlreadyExists,
        errors.FormNotFound,
        errors.ObligationNotFound,
        errors.FilingNotFound,
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

    def get_draft(self, by: Facts, obligation_id: str) -> Facts:
        return self._call("get_draft", by=by, obligation_id=obligation_id)

    def save_draft(self, by: Facts, obligation_id: str, *, made_from: int, answers: Facts) -> Facts:
        return self._call(
            "save_draft", by=by, obligation_id=obligation_id, made_from=made_from, answers=answers
        )

    def get_form(self, form_id: str, version: int) -> Facts:
        return self._call("get_form", form_id=form_id, version=version)

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

    def get_job(self, by: Facts, job_id: str) -> Facts:
        return self._call("get_job", by=by, job_id=job_id)


class FilingsIntake:
    """The durable way in for filings."""

    errors: tuple[type[ServiceError], ...] = (
        errors.ObligationNotFound,
        errors.WrongFormVersion,
        errors.WindowClosed,
        errors.AlreadyFiled,
        errors.NothingToAmend,
        errors.StaleRevision,
        errors.NothingChanged,
        errors.IdempotencyKeyReused,
    )

    def __init__(self, ask: Callable[[Facts], Facts | None]) -> None:
        self._ask = ask
        self._by_code = {kind.code: kind for kind in self.errors}

    def file(self, submission: Facts) -> Facts | None:
        """Return `{outcome: recorded|repeated, filing, receipt}`, or None when the submission is
        durable and not yet recorded.

        Raises one of `errors`, or ServiceUnavailable when it may not have been taken in.
        """
        answer = self._ask(submission)
        if answer is not None and answer["outcome"] == "refused":
            raise self._by_code[answer["code"]](answer["details"])
        return answer
