"""What becomes of organisations: changes scheduled, listed, taken back, and carried out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import cast

from chassis.rpc import answers
from chassis.worker import timer
from contracts.accounts.changes import (
    ChangePreviewFacts,
    ChangeRequestFacts,
    ClosingProposalFacts,
    OrganisationChangeFacts,
    OrganisationRequestFacts,
    ScheduledChangeFacts,
)
from contracts.accounts.organisations import OrganisationNotFound, OrganisationRecordFacts
from contracts.paging import PageFacts, page
from contracts.principal import Principal, PrincipalFacts, Role
from services.accounts import metrics
from services.accounts.audit.trail import AuditTrail
from services.accounts.organisations import schedule as changing
from services.accounts.organisations.found import found
from services.accounts.organisations.rules.changes import OrderedChange
from services.accounts.organisations.shapes import (
    show_change,
    show_present,
    show_preview,
    show_proposal,
)
from services.accounts.repeats.once import once
from services.accounts.stores import AccountsStore

LOOK_EVERY_SECONDS = 15
KEEPERS = (Role.OPERATOR, Role.CODE_OWNER)


class ChangeQuestions:
    """What accounts is asked about changes of organisations."""

    store: AccountsStore
    audit: AuditTrail
    now: Callable[[], datetime]

    @answers
    def preview_organisation_change(
        self, by: PrincipalFacts, organisation_id: str, wanted: ChangeRequestFacts
    ) -> ChangePreviewFacts:
        """Return what a change would do, after all that is scheduled before it; nothing is kept.

        Raises OutOfScope, OrganisationNotFound, OrganisationClosed, OrganisationCodeTaken,
        InvalidInput.
        """
        principal = Principal.from_wire(by)
        principal.require_role(*KEEPERS)
        _, change, outcome = changing.plan(
            self.store, organisation_id, wanted, by=principal.username, at=self.now()
        )
        return show_preview(change, outcome, self.store.slots.list_of(organisation_id))

    @answers
    def schedule_organisation_change(
        self,
        by: PrincipalFacts,
        organisation_id: str,
        wanted: ChangeRequestFacts,
        idempotency_key: str | None = None,
    ) -> ScheduledChangeFacts:
        """Keep a change until its day, or carry it out at once when that has come.

        `replayed` says whether the key has had this answer before. Raises OutOfScope,
        OrganisationNotFound, OrganisationClosed, OrganisationCodeTaken, InvalidInput,
        StaleVersion, IdempotencyKeyReused. Publishes OrganisationRegisteredV1,
        OrganisationChangedV1, OrganisationClosedV1, SlotClosedV1, SessionClosedV1.
        """
        principal = Principal.from_wire(by)
        subject = f"organisation:{organisation_id}"
        told = {name: wanted[name] for name in ("kind", "effective_on", "order_no")}
        at = self.now()

        def schedule(change_id: str) -> OrganisationChangeFacts:
            if all(each.id != change_id for each in self._changes(organisation_id)):
                dossier, change, _ = changing.plan(
                    self.store,
                    organisation_id,
                    wanted,
                    by=principal.username,
                    at=at,
                    change_id=change_id,
                )
                self.store.changes.keep(dossier, change)
                metrics.record_organisation_change(change.kind, "scheduled")
            changing.apply_due_of(self.store, self.audit, organisation_id, at=at)
            kept = self._changes(organisation_id)
            return show_change(next(each for each in kept if each.id == change_id))

        asked = {"schedule_organisation_change": organisation_id, "wanted": wanted}
        with self.audit.watch("schedule_organisation_change", by, subject, told) as facts:
            principal.require_role(*KEEPERS)
            shown = cast(
                ScheduledChangeFacts,
                once(self.store.repeats, principal, idempotency_key, asked, schedule, at=at),
            )
            facts |= {"change_id": shown["id"], "replayed": shown["replayed"]}
        return shown

    def _changes(self, organisation_id: str) -> tuple[OrderedChange, ...]:
        return self.store.changes.get(organisation_id).changes

    @answers
    def list_organisation_changes(
        self, by: PrincipalFacts, organisation_id: str
    ) -> PageFacts[OrganisationChangeFacts]:
        """Return every change of an organisation, by day: applied, failed, scheduled, cancelled.

        Raises OrganisationNotFound.
        """
        dossier = self.store.changes.get(organisation_id)
        if not Principal.from_wire(by).covers(dossier.organisation.place):
            raise OrganisationNotFound(organisation_id=organisation_id)
        by_day = sorted(dossier.changes, key=lambda each: (each.effective_on, each.requested_at))
        return page([show_change(each) for each in by_day], None)

    @answers
    def cancel_organisation_change(
        self, by: PrincipalFacts, organisation_id: str, change_id: str
    ) -> None:
        """Take back a change whose day has not come.

        Raises OutOfScope, OrganisationNotFound, OrganisationChangeNotFound,
        OrganisationChangeSettled, OrganisationChangeNeeded, StaleVersion.
        """
        subject = f"organisation:{organisation_id}"
        told = {"change_id": change_id}
        with self.audit.watch("cancel_organisation_change", by, subject, told):
            Principal.from_wire(by).require_role(*KEEPERS)
            changing.cancel(self.store, organisation_id, change_id, at=self.now())

    @answers
    def list_closing_proposals(
        self,
        by: PrincipalFacts,
        limit: int = 50,
        cursor: str | None = None,
        dismissed: bool = False,
    ) -> PageFacts[ClosingProposalFacts]:
        """Return a page of the LAOs an imported registry did not have. Raises OutOfScope.

        Those that wait for a decision, or those that somebody decided shall stay.
        """
        Principal.from_wire(by).require_role(*KEEPERS)
        proposals, following = self.store.changes.list_proposals(
            dismissed=dismissed, limit=limit, cursor=cursor
        )
        return page([show_proposal(each) for each in proposals], following)

    @answers
    def dismiss_closing_proposal(
        self, by: PrincipalFacts, organisation_id: str, reason: str
    ) -> ClosingProposalFacts:
        """Let an LAO stay although the registry does not have it, and put on record why.

        It is proposed again when the registry has had it in between and then not any more.
        Raises OutOfScope, ClosingProposalNotFound.
        """
        with self.audit.watch("dismiss_closing_proposal", by, f"organisation:{organisation_id}"):
            principal = Principal.from_wire(by)
            principal.require_role(*KEEPERS)
            proposal = self.store.changes.dismiss_proposal(
                organisation_id, by=principal.username, reason=reason, at=self.now()
            )
        return show_proposal(proposal)

    @answers
    def add_organisation(
        self, by: PrincipalFacts, wanted: OrganisationRequestFacts
    ) -> OrganisationRecordFacts:
        """Register an organisation that no registry has, with the slots of its kind.

        Raises OutOfScope, OrganisationCodeTaken, InvalidInput. Publishes OrganisationRegisteredV1.
        """
        subject = f"organisation_code:{wanted['code']}"
        with self.audit.watch("add_organisation", by, subject, {"kind": wanted["kind"]}) as facts:
            Principal.from_wire(by).require_role(*KEEPERS)
            organisation = found(self.store, self.audit, wanted, at=self.now())
            facts["organisation_id"] = organisation.id
        return show_present(organisation)

    @timer(interval=LOOK_EVERY_SECONDS)
    def carry_out_due_changes(self) -> None:
        """Carry out whatever is due on its day, once, whichever processes look.

        Publishes OrganisationRegisteredV1, OrganisationChangedV1, OrganisationClosedV1.
        """
        changing.apply_due(self.store, self.audit, at=self.now())
