"""Looking organisations up, and bringing the registry in."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime
from typing import Any

from chassis.jobs import Job, Jobs, runs_job
from chassis.rpc import answers
from contracts.accounts.errors import OrganisationNotFound
from contracts.paging import page
from contracts.principal import Principal, Role
from services.accounts import importing
from services.accounts.shapes import show_dated, show_organisation
from services.accounts.store import AccountsStore


class OrganisationQuestions:
    """What accounts is asked about organisations."""

    store: AccountsStore
    jobs: Jobs
    now: Callable[[], datetime]

    @answers
    def list_organisations(
        self,
        by: dict[str, Any],
        limit: int = 50,
        cursor: str | None = None,
        **filters: str | None,
    ) -> dict[str, Any]:
        """Return a page of the organisations the caller covers, as a Thai dictionary sorts.

        Filters are q, type, province and district. Raises InvalidInput.
        """
        given = {name: value for name, value in filters.items() if value is not None}
        principal = Principal.from_wire(by)
        organisations, following = self.store.organisations.list_page(
            principal, given, limit=limit, cursor=cursor
        )
        return page([show_organisation(each) for each in organisations], following)

    @answers
    def get_organisation(self, by: dict[str, Any], organisation_id: str) -> dict[str, Any]:
        """Return one with its details and history. Raises OrganisationNotFound."""
        organisation = self.store.organisations.get(organisation_id)
        if not Principal.from_wire(by).covers(organisation.place):
            raise OrganisationNotFound(organisation_id=organisation_id)
        return show_dated(organisation)

    @answers
    def begin_import(self, by: dict[str, Any], filename: str) -> dict[str, Any]:
        """Return the id under which the parts of a file are to be sent. Raises OutOfScope."""
        principal = Principal.from_wire(by)
        principal.require_role(Role.OPERATOR)
        upload_id = self.store.uploads.begin(filename, principal.slot_id, at=self.now())
        return {"import_id": upload_id}

    @answers
    def add_import_chunk(self, import_id: str, no: int, data_base64: str) -> None:
        """Keep part `no` of a file, counted from 0, of 1 MiB at most. Raises ImportNotFound."""
        data = base64.b64decode(data_base64, validate=True)
        self.store.uploads.add_part(import_id, no, data, at=self.now())

    @answers
    def start_import(self, by: dict[str, Any], import_id: str, dry_run: bool) -> dict[str, Any]:
        """Return the job that imports the file. Raises OutOfScope, ImportNotFound."""
        principal = Principal.from_wire(by)
        principal.require_role(Role.OPERATOR)
        self.store.uploads.require_begun_by(principal.slot_id, import_id)
        arguments = {"import_id": import_id, "dry_run": dry_run}
        return self.jobs.start(importing.KIND, arguments, requested_by=by)

    @runs_job(importing.KIND)
    def import_registry(self, job: Job) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Compare the file with what is stored and, unless it is a dry run, store it.

        Raises ImportNotFound, RegistryRefused.
        Publishes OrganisationRegisteredV1, OrganisationChangedV1.
        """
        return importing.import_registry(self.store, job, at=self.now()), []
