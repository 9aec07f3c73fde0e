"""The slots of organisations."""

from __future__ import annotations

from typing import Any

from chassis.rpc import answers
from contracts.paging import page
from contracts.principal import Principal
from services.accounts.shapes import show_slot
from services.accounts.store import AccountsStore


class SlotQuestions:
    """What accounts is asked about slots."""

    store: AccountsStore

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
