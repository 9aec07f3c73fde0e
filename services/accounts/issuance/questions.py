"""Issuing activation codes, and reading the slips once."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from chassis.jobs import Job, Jobs, runs_job
from chassis.rpc import answers
from chassis.typesetter import Typesetter
from contracts.accounts.issuance import (
    CoverageItemFacts,
    HandoutFacts,
    IssuanceFacts,
    IssuanceResultFacts,
    IssuanceScopeFacts,
    PrintedSlipsFacts,
    SlipListFacts,
)
from contracts.fields import JsonObject, wire_time
from contracts.jobs import StartedJobFacts
from contracts.paging import PageFacts, cut, page, read_position
from contracts.principal import Principal, PrincipalFacts, Role
from contracts.repeats import request_id
from services.accounts import metrics
from services.accounts.audit.trail import AuditTrail
from services.accounts.issuance import issue
from services.accounts.issuance import slips as printing
from services.accounts.issuance.codes import ActivationCodes
from services.accounts.issuance.coverage import show_coverage
from services.accounts.issuance.slips import Slip
from services.accounts.settings import Settings
from services.accounts.stores import AccountsStore

OFFICES = (Role.PROVINCE_OFFICER, Role.DISTRICT_OFFICER)
CENTRAL_TH = "ผู้ดูแลระบบสุจริต ส่วนกลาง"


class IssuanceQuestions:
    """What accounts is asked about activation codes."""

    store: AccountsStore
    jobs: Jobs
    codes: ActivationCodes
    typesetter: Typesetter
    settings: Settings
    audit: AuditTrail
    now: Callable[[], datetime]

    @answers
    def create_issuance(
        self,
        by: PrincipalFacts,
        scope: IssuanceScopeFacts,
        reissue: bool,
        idempotency_key: str | None = None,
    ) -> StartedJobFacts:
        """Return the job that makes a fresh code for every slot of the scope not yet activated, and
        whether it is `replayed`, having been asked for before under the key.

        The code a slot had before is void at once. With `reissue` the activated slots get one
        too; they stay signed in and activated until it is used. Raises OutOfScope,
        IdempotencyKeyReused.
        """
        issuance_id = uuid.uuid4().hex
        if idempotency_key is not None:
            issuance_id = request_id(by["slot_id"], idempotency_key, "issuance")
        asked: dict[str, Any] = {"scope": scope, "reissue": reissue}
        told = dict(asked)
        if "organisation" in scope:
            told["organisation_id"] = scope["organisation"]
        with self.audit.watch("issue_codes", by, f"issuance:{issuance_id}", told) as facts:
            Principal.from_wire(by).require_role(Role.OPERATOR)
            job = self.jobs.once(
                issue.KIND,
                asked,
                lambda: {"issuance_id": issuance_id, **asked},
                requested_by=by,
                key=idempotency_key,
            )
            facts["replayed"] = job["replayed"]
        return job

    @runs_job(issue.KIND)
    def issue_codes(self, job: Job) -> tuple[IssuanceResultFacts, list[JsonObject]]:
        """Give each slot of the scope its code, of which only the keyed hash is kept.

        Raises CodeKeyRetired.
        Publishes CredentialsIssuedV1.
        """
        days = self.settings.code_days
        return issue.issue_codes(self.store, self.codes, job, at=self.now(), days=days), []

    @answers
    def list_issuances(
        self, by: PrincipalFacts, limit: int = 50, cursor: str | None = None
    ) -> PageFacts[IssuanceFacts]:
        """Return a page of what the caller's office has to hand out, the latest first.

        Never a code. Raises OutOfScope, InvalidInput.
        """
        principal = Principal.from_wire(by)
        principal.require_role(Role.OPERATOR, *OFFICES)
        after = read_position(cursor)
        found = self.store.slips.list_issuances(principal, limit=limit, after=after)
        shown, following = cut(
            found, limit, lambda each: (wire_time(each["issued_at"]), each["_id"])
        )
        return page([issue.show_issuance(each) for each in shown], following)

    @answers
    def read_slips(
        self,
        by: PrincipalFacts,
        issuance_id: str,
        district: str | None = None,
        idempotency_key: str | None = None,
    ) -> SlipListFacts:
        """Return the slips the caller's office hands out, for the only time, and record it.

        With a key the same slot gets the same answer again for ten minutes.
        Raises OutOfScope, IssuanceNotFound, SlipsAlreadyRead, CodeKeyRetired,
        IdempotencyKeyReused.
        """
        return issue.show_slips(self._read(by, issuance_id, district, idempotency_key))

    @answers
    def print_slips(
        self,
        by: PrincipalFacts,
        issuance_id: str,
        district: str | None = None,
        idempotency_key: str | None = None,
    ) -> PrintedSlipsFacts:
        """Do as `read_slips` does, and return a PDF to print: one page for each slip.

        Raises OutOfScope, IssuanceNotFound, SlipsAlreadyRead, CodeKeyRetired,
        IdempotencyKeyReused, TooManyAtOnce.
        """
        with self.typesetter.place(by["slot_id"]) as print_slips:  # before the one reading is spent
            slips = self._read(by, issuance_id, district, idempotency_key)
            own = self.store.organisations.find(by["organisation_id"])
            office = CENTRAL_TH if own is None else own.facts.full_name
            portal = self.settings.portal_url
            pages = partial(printing.pages_of, slips, office=office, portal_url=portal)
            pdf = print_slips(printing.TEMPLATE, pages)
        return {"slips": len(slips), "pdf_base64": base64.b64encode(pdf).decode()}

    def _read(
        self, by: PrincipalFacts, issuance_id: str, district: str | None, key: str | None
    ) -> list[Slip]:
        principal = Principal.from_wire(by)
        told = {"district": district}
        with self.audit.watch("read_slips", by, f"issuance:{issuance_id}", told) as facts:
            principal.require_role(Role.OPERATOR, *OFFICES)
            slips = issue.read_slips(
                self.store, self.codes, principal, issuance_id, district, at=self.now(), key=key
            )
            facts["slips"] = len(slips)
            facts["organisation_ids"] = sorted({str(slip.slot.organisation_id) for slip in slips})
        return slips

    @answers
    def hand_out_slips(
        self,
        by: PrincipalFacts,
        issuance_id: str,
        slot_ids: list[str] | None = None,
        handed_to: str | None = None,
    ) -> HandoutFacts:
        """Put on record that slips the caller's office has read are handed out, all or some.

        The first hand-out of a slip stays on record, and in the audit of each organisation whose
        it is: no office hands out to more than a hundred or so. Raises OutOfScope, SlipsNotRead.
        """
        principal = Principal.from_wire(by)
        with self.audit.watch("hand_out_slips", by, f"issuance:{issuance_id}") as facts:
            principal.require_role(Role.OPERATOR, *OFFICES)
            handout = self.store.slips.hand_out(
                principal, issuance_id, slot_ids, to=handed_to, at=self.now()
            )
            facts["slips"] = handout.now
            facts["organisation_ids"] = handout.organisation_ids
        metrics.record_slips_handed_out(principal.role, handout.now)
        return {
            "issuance_id": issuance_id,
            "handed_out": handout.now,
            "already": handout.before,
        }

    @answers
    def get_coverage(self, by: PrincipalFacts, axis: str) -> PageFacts[CoverageItemFacts]:
        """Return how far the codes have come in each province or district the caller covers.

        Raises OutOfScope.
        """
        principal = Principal.from_wire(by)
        principal.require_role(Role.OPERATOR, *OFFICES)
        return page(show_coverage(self.store, principal, axis), None)
