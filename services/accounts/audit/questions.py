"""Reading the audit chain."""

from __future__ import annotations

from chassis.rpc import answers
from chassis.worker import timer
from contracts.accounts.audit import AuditEntryFacts
from contracts.errors import OutOfScope
from contracts.paging import PageFacts, page
from contracts.principal import Principal, PrincipalFacts, Role
from services.accounts.audit.trail import AuditTrail
from services.accounts.stores import AccountsStore

LOOK_EVERY_SECONDS = 15


class AuditQuestions:
    """What accounts is asked about who did what."""

    store: AccountsStore
    audit: AuditTrail

    @answers
    def list_audit(
        self,
        by: PrincipalFacts,
        limit: int = 50,
        cursor: str | None = None,
        **filters: str | None,
    ) -> PageFacts[AuditEntryFacts]:
        """Return a page of entries, the newest first: all to the operator, to others their own
        organisation's.

        Filters are day, act and subject. Raises OutOfScope, InvalidInput.
        """
        principal = Principal.from_wire(by)
        own = None if principal.role is Role.OPERATOR else principal.organisation_id
        if principal.role is not Role.OPERATOR and own is None:
            raise OutOfScope(username=principal.username)
        entries, following = self.store.audit.list_page(
            organisation_id=own,
            day=filters.get("day"),
            act=filters.get("act"),
            subject=filters.get("subject"),
            limit=limit,
            cursor=cursor,
        )
        return page(entries, following)

    @timer(interval=LOOK_EVERY_SECONDS)
    def enter_interrupted_acts(self) -> None:
        """Enter in the chain the acts whose process died before it could, and what was counted.

        Publishes AuditDayClosedV1 as the first entry of a day.
        """
        self.audit.enter_counted()
        self.audit.enter_interrupted()
