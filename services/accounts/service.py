"""The accounts service as the bus sees it: one method per question, one line per step."""

from __future__ import annotations

import base64
import uuid
from datetime import timedelta
from typing import Any

from chassis.clock import Clock
from chassis.jobs import Job, RunsJobs, runs_job
from chassis.mongo import Kept
from chassis.outbox import Announces
from chassis.rpc import answers
from chassis.service import Service
from contracts.accounts.errors import OrganisationNotFound
from contracts.accounts.events import (
    CredentialsIssuedV1,
    OrganisationChangedV1,
    OrganisationRegisteredV1,
    SessionClosedV1,
    SessionOpenedV1,
    SlotActivatedV1,
)
from contracts.errors import ServiceError
from contracts.fields import wire_time
from contracts.paging import page
from contracts.principal import Principal, Role
from services.accounts import importing, issuing, metrics, signing_in
from services.accounts.codes import Codes
from services.accounts.coverage import show_coverage
from services.accounts.passwords import Passwords
from services.accounts.settings import Configured, Settings
from services.accounts.shapes import (
    show_dated,
    show_organisation,
    show_principal,
    show_slot,
)
from services.accounts.store import AccountsStore
from services.accounts.store.sessions import TakenOver

OFFICES = (Role.PROVINCE_OFFICER, Role.DISTRICT_OFFICER)


class AccountsService(Service):
    """The authority on organisations, slots, activation codes and sign-ins."""

    name = "accounts"

    announces = Announces(
        OrganisationRegisteredV1,
        OrganisationChangedV1,
        CredentialsIssuedV1,
        SlotActivatedV1,
        SessionOpenedV1,
        SessionClosedV1,
    )
    store = Kept(AccountsStore, Settings)
    jobs = RunsJobs()
    settings = Configured()
    passwords = Passwords()
    codes = Codes()
    now = Clock()

    # -- signing in -----------------------------------------------------------------------

    @answers
    def open_session(
        self, username: str, password: str, takeover: bool, address: str
    ) -> dict[str, Any]:
        """Sign a slot in and return its token, told this once; of two at once only one wins.

        A takeover ends the session that is open. Raises WrongCredentials, SlotInUse,
        TooManyAttempts. Publishes SessionOpenedV1, SessionClosedV1.
        """
        try:
            session, ending = signing_in.open_session(
                self.store,
                self.passwords,
                username=username,
                password=password,
                takeover=takeover,
                address=address,
                at=self.now(),
                life=timedelta(hours=self.settings.session_hours),
            )
        except ServiceError as refusal:
            metrics.record_sign_in(refusal.code)
            raise
        metrics.record_sign_in("opened" if ending is None else ending)
        return session

    @answers
    def find_sessions(self, token_hashes: list[str]) -> dict[str, dict[str, Any]]:
        """Return whose each token is, by the SHA-256 of the token in hexadecimal digits.

        A token that opens nothing is left out; one whose session was taken over says so.
        """
        found = self.store.sessions.list_by_token(token_hashes, at=self.now())
        answer: dict[str, dict[str, Any]] = {}
        for token_hash, session in found.items():
            if isinstance(session, TakenOver):
                since = wire_time(session.since)
                answer[token_hash] = {"ended": "taken_over", "since": since}
            else:
                answer[token_hash] = {
                    "session_id": session[1].id,
                    "expires_at": wire_time(session[1].expires_at),
                    "principal": session[0].principal.to_wire(),
                }
        return answer

    @answers
    def close_session(self, session_id: str, slot_id: str) -> None:
        """Sign out; nothing happens when the session has ended already.

        Publishes SessionClosedV1.
        """
        self.store.sessions.close(session_id, slot_id, at=self.now())

    @answers
    def describe_session(self, by: dict[str, Any]) -> dict[str, Any]:
        """Return who the caller is. Raises SessionEnded when the slot is no more."""
        principal = self.store.slots.get(by["slot_id"]).principal
        organisation = self.store.organisations.find(principal.organisation_id)
        return show_principal(principal, organisation)

    @answers
    def activate_slot(
        self,
        username: str,
        activation_code: str,
        password: str,
        holder: dict[str, str],
        address: str,
    ) -> dict[str, Any]:
        """Give a slot a password and a holder for its code, which dies; a live session ends.

        Raises WrongActivationCode, ActivationCodeSpent, WeakPassword, TooManyAttempts.
        Publishes SlotActivatedV1, SessionClosedV1.
        """
        try:
            activated = signing_in.activate_slot(
                self.store,
                self.passwords,
                self.codes,
                username=username,
                activation_code=activation_code,
                password=password,
                holder=holder,
                address=address,
                at=self.now(),
            )
        except ServiceError as refusal:
            metrics.record_activation(refusal.code)
            raise
        metrics.record_activation("activated")
        return activated

    # -- organisations and slots ----------------------------------------------------------

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
    def list_slots(
        self,
        by: dict[str, Any],
        limit: int = 50,
        cursor: str | None = None,
        organisation_id: str | None = None,
        state: str | None = None,
    ) -> dict[str, Any]:
        """Return a page of the slots the caller covers, by id. Raises InvalidInput."""
        slots, following = self.store.slots.list_page(
            Principal.from_wire(by),
            organisation_id=organisation_id,
            state=state,
            limit=limit,
            cursor=cursor,
        )
        organisations = self.store.organisations.list_by_id(
            {kept.slot.organisation_id for kept in slots if kept.slot.organisation_id}
        )
        shown = [show_slot(kept, organisations.get(kept.slot.organisation_id)) for kept in slots]
        return page(shown, following)

    # -- importing the registry -----------------------------------------------------------

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

    # -- issuing activation codes ---------------------------------------------------------

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

    @answers
    def get_job(self, by: dict[str, Any], job_id: str) -> dict[str, Any]:
        """Return the caller's own job. Raises JobNotFound."""
        return self.jobs.get(job_id, slot_id=by["slot_id"])
