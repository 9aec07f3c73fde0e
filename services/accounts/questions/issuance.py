"""Issuing activation codes, and reading the slips once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from chassis.jobs import Job, Jobs, runs_job
from chassis.rpc import answers
from contracts.paging import page
from contracts.principal import Principal, Role
from services.accounts import issuing
from services.accounts.codes import ActivationCodes
from services.accounts.coverage import show_coverage
from services.accounts.settings import Settings
from services.accounts.store import AccountsStore

OFFICES = (Role.PROVINCE_OFFICER, Role.DISTRICT_OFFICER)


class IssuanceQuestions:
    """What accounts is asked about activation codes."""

    store: AccountsStore
    jobs: Jobs
    codes: ActivationCodes
    settings: Settings
    now: Callable[[], datetime]

    @answers
    def create_issuance(
        self, by: dict[str, Any], scope: dict[str, str], reissue: bool
    ) -> dict[str, Any]:
        """Return the job that makes a fresh code for every slot of the scope not yet activated.

        The code a slot had before is void at once. With `reissue` the activated slots get one
        too; they stay signed in and activated until it is used. Raises OutOfScope.
        """
        Principal.from_wire(by).require_role(Role.OPERATOR)
        arguments = {"issuance_id": uuid.uuid4().hex, "scope": scope, "reissue": reissue}
        return self.jobs.start(issuing.KIND, arguments, requested_by=by)

    @runs_job(issuing.KIND)
    def issue_codes(self, job: Job) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Give each slot of the scope its code, of which only the keyed hash is kept.

        Publishes CredentialsIssuedV1.
        """
        days = self.settings.code_days
        return issuing.issue_codes(self.store, self.codes, job, at=self.now(), days=days), []

    @answers
    def read_slips(
        self, by: dict[str, Any], issuance_id: str, district: str | None = None
    ) -> dict[str, Any]:
        """Return the slips the caller's office hands out, for the only time, and record it.

        Raises OutOfScope, IssuanceNotFound, SlipsAlreadyRead.
        """
        principal = Principal.from_wire(by)
        principal.require_role(Role.OPERATOR, *OFFICES)
        return issuing.read_slips(
            self.store, self.codes, principal, issuance_id, district, at=self.now()
        )

    @answers
    def get_coverage(self, by: dict[str, Any], axis: str) -> dict[str, Any]:
        """Return how far the codes have come in each province or district the caller covers.

        Raises OutOfScope.
        """
        principal = Principal.from_wire(by)
        principal.require_role(Role.OPERATOR, *OFFICES)
        return page(show_coverage(self.store, principal, axis), None)
