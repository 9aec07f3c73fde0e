"""Looking organisations up, and bringing the registry in."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from typing import Any

from chassis.jobs import Job, Jobs, runs_job
from chassis.rpc import answers
from contracts.accounts.lookup import MOST_FOUND, FoundOrganisationsFacts
from contracts.accounts.organisations import (
    OrganisationFacts,
    OrganisationNotFound,
    OrganisationNotOnRecord,
    OrganisationRecordFacts,
)
from contracts.accounts.registry import BegunImportFacts
from contracts.errors import InvalidInput
from contracts.jobs import StartedJobFacts
from contracts.paging import PageFacts, page
from contracts.principal import Principal, PrincipalFacts, Role
from contracts.reference.calendar import as_bangkok
from services.accounts.audit.trail import AuditTrail
from services.accounts.organisations.rules.organisation import Organisation
from services.accounts.organisations.shapes import show_found, show_record
from services.accounts.registry import import_file
from services.accounts.slots.shapes import show_organisation, show_version
from services.accounts.stores import AccountsStore


class OrganisationQuestions:
    """What accounts is asked about organisations."""

    store: AccountsStore
    jobs: Jobs
    audit: AuditTrail
    now: Callable[[], datetime]

    @answers
    def list_organisations(
        self,
        by: PrincipalFacts,
        limit: int = 50,
        cursor: str | None = None,
        as_of: str | None = None,
        **filters: str | None,
    ) -> PageFacts[OrganisationFacts]:
        """Return a page of the organisations the caller covers, as a Thai dictionary sorts.

        Filters are q, type, province and district. With `as_of` they are found and shown by what
        they were on that day, among those there were. Raises InvalidInput.
        """
        given = {name: value for name, value in filters.items() if value is not None}
        day = self._day(as_of)
        organisations, following = self.store.organisations.list_page(
            Principal.from_wire(by), given, limit=limit, cursor=cursor, as_of=day
        )
        return page([*_shown(organisations, day)], following)

    @answers
    def get_organisation(
        self, by: PrincipalFacts, organisation_id: str, as_of: str | None = None
    ) -> OrganisationRecordFacts:
        """Return one with its details and history, and with `as_of` as it was on that day.

        Raises OrganisationNotFound, OrganisationNotOnRecord, InvalidInput.
        """
        organisation = self.store.organisations.get(organisation_id)
        if not Principal.from_wire(by).covers(organisation.place):
            raise OrganisationNotFound(organisation_id=organisation_id)
        shown = show_record(organisation, self._day(as_of))
        if shown is None:
            raise OrganisationNotOnRecord(organisation_id=organisation_id, as_of=as_of)
        return shown

    @answers
    def look_up_organisations(self, q: str) -> FoundOrganisationsFacts:
        """Return the first LAOs that a code or part of a name finds."""
        found = self.store.organisations.look_up(q, limit=MOST_FOUND + 1)
        return {
            "items": [show_found(each) for each in found[:MOST_FOUND]],
            "more": len(found) > MOST_FOUND,
        }

    def _day(self, as_of: str | None) -> date | None:
        """Return the day that is asked about, None for today. Raises InvalidInput."""
        if as_of is None:
            return None
        day, today = date.fromisoformat(as_of), as_bangkok(self.now()).date()
        if day > today:
            reason = "ต้องไม่เกินวันนี้ การเปลี่ยนแปลงที่กำหนดไว้ล่วงหน้าอยู่ในรายการ changes ของหน่วยงาน"
            raise InvalidInput(pointer="/as_of", reason=reason)
        return None if day == today else day

    @answers
    def begin_import(self, by: PrincipalFacts, filename: str) -> BegunImportFacts:
        """Return the id under which the parts of a file are to be sent. Raises OutOfScope."""
        principal = Principal.from_wire(by)
        with self.audit.watch_refusals("begin_import", by, "import:new"):
            principal.require_role(Role.OPERATOR)
        upload_id = self.store.uploads.begin(filename, principal.slot_id, at=self.now())
        return {"import_id": upload_id}

    @answers
    def add_import_chunk(
        self, by: PrincipalFacts, import_id: str, no: int, data_base64: str
    ) -> None:
        """Keep part `no` of a file, counted from 0, of 1 MiB at most.

        Raises OutOfScope, ImportNotFound.
        """
        data = base64.b64decode(data_base64, validate=True)
        principal = Principal.from_wire(by)
        with self.audit.watch_refusals("add_import_chunk", by, f"import:{import_id}", {"no": no}):
            principal.require_role(Role.OPERATOR)
            self.store.uploads.require_begun_by(principal.slot_id, import_id)
            self.store.uploads.add_part(import_id, no, data, at=self.now())

    @answers
    def start_import(self, by: PrincipalFacts, import_id: str, dry_run: bool) -> StartedJobFacts:
        """Return the job that imports the file, the same when asked again.

        Raises OutOfScope, ImportNotFound.
        """
        principal = Principal.from_wire(by)
        arguments = {"import_id": import_id, "dry_run": dry_run}
        key = f"{import_id}-{'compare' if dry_run else 'import'}"
        with self.audit.watch(import_file.KIND, by, f"import:{import_id}", {"dry_run": dry_run}):
            principal.require_role(Role.OPERATOR)
            self.store.uploads.require_begun_by(principal.slot_id, import_id)
            return self.jobs.start(import_file.KIND, arguments, requested_by=by, key=key)

    @runs_job(import_file.KIND)
    def import_registry(self, job: Job) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Compare the file with what is stored and, unless it is a dry run, store it.

        Raises ImportNotFound, RegistryRefused.
        Publishes OrganisationRegisteredV1, OrganisationChangedV1.
        """
        return import_file.import_registry(self.store, job, at=self.now()), []


def _shown(organisations: Iterable[Organisation], day: date | None) -> Iterator[OrganisationFacts]:
    for organisation in organisations:
        version = None if day is None else organisation.on(day)
        if version is None:
            yield show_organisation(organisation)
        else:
            yield show_version(organisation.id, version)
