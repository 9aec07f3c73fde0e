"""The slots of organisations: who holds them, and whether they may be used."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import cast

from chassis.rpc import answers
from contracts.accounts.slots import (
    AddedSlotFacts,
    HandoverFacts,
    HolderChangeFacts,
    NewHolderFacts,
    SlotDetailFacts,
    SlotFacts,
    SlotNotFound,
)
from contracts.errors import OutOfScope
from contracts.paging import PageFacts, page
from contracts.principal import Principal, PrincipalFacts, Role
from services.accounts import metrics
from services.accounts.audit.trail import AuditTrail
from services.accounts.issuance.codes import ActivationCodes
from services.accounts.repeats.once import once
from services.accounts.settings import Settings
from services.accounts.slots import hand_over as handing_over
from services.accounts.slots.rules.slot import another_slot, may_see, stands_above
from services.accounts.slots.shapes import show_slot, show_slot_detail
from services.accounts.slots.store.slots import KeptSlot
from services.accounts.slots.store.tenure import Action
from services.accounts.stores import AccountsStore


class SlotQuestions:
    """What accounts is asked about slots.

    "Above" a slot are the operator and the office that hands out its slip. Personal data is kept
    to what the field needs: how to reach somebody is known of the present holder only and shown
    to the holder and to those above; events and the audit trail name nobody.
    """

    store: AccountsStore
    codes: ActivationCodes
    settings: Settings
    audit: AuditTrail
    now: Callable[[], datetime]

    @answers
    def list_slots(
        self,
        by: PrincipalFacts,
        limit: int = 50,
        cursor: str | None = None,
        organisation_id: str | None = None,
        state: str | None = None,
    ) -> PageFacts[SlotFacts]:
        """Return a page of the slots the caller covers, by id, shut ones too.

        An agency's slots cover those of the agency. Raises InvalidInput.
        """
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
        shown = [
            show_slot(kept, organisations.get(kept.slot.organisation_id or "")) for kept in slots
        ]
        return page(shown, following)

    @answers
    def get_slot(self, by: PrincipalFacts, slot_id: str) -> SlotDetailFacts:
        """Return one slot; its holder and those above also see contact and past holders.

        Raises SlotNotFound.
        """
        return self._show(by, self._find(Principal.from_wire(by), slot_id))

    @answers
    def add_slot(
        self,
        by: PrincipalFacts,
        organisation_id: str,
        label: str,
        role: str | None = None,
        idempotency_key: str | None = None,
    ) -> AddedSlotFacts:
        """Add a credential to an office or an agency; `p81-2` is a province office's second.

        `replayed` says whether the key has had this answer before. Raises OutOfScope,
        OrganisationNotFound, SlotNotAddable, SlotAlreadyExists, IdempotencyKeyReused.
        """

        def add(request_id: str) -> SlotDetailFacts:
            slot = self._add(organisation_id, label, role, request_id)
            return self._show(by, slot)

        asked = {"add_slot": organisation_id, "label": label, "role": role}
        with self.audit.watch("add_slot", by, f"organisation:{organisation_id}") as facts:
            principal = Principal.from_wire(by)
            principal.require_role(Role.OPERATOR)
            shown = cast(
                AddedSlotFacts,
                once(self.store.repeats, principal, idempotency_key, asked, add, at=self.now()),
            )
            facts |= {"slot_id": shown["slot_id"], "replayed": shown["replayed"]}
        return shown

    def _add(self, organisation_id: str, label: str, role: str | None, request_id: str) -> KeptSlot:
        organisation = self.store.organisations.get(organisation_id)
        wanted = None if role is None else Role(role)
        number = self.store.slots.count_of(organisation_id)
        while (kept := self.store.slots.find_requested(organisation_id, request_id)) is None:
            number += 1
            slot = another_slot(organisation, number, role=wanted, label=label)
            self.store.slots.add(slot, request_id=request_id)
        return kept

    @answers
    def change_holder(
        self, by: PrincipalFacts, slot_id: str, made_from: int, changes: HolderChangeFacts
    ) -> SlotDetailFacts:
        """Enter what has changed of a holder, as the holder or from above; the past is kept.

        Changes are of name, position, phone, email and standing; `made_from` is the version they
        were made from. Raises SlotNotFound, OutOfScope, StaleVersion, HolderIncomplete,
        SlotClosed, SlotNotActivated. Publishes HolderChangedV1.
        """
        told = {"changed": sorted(changes)}
        with self.audit.watch("change_holder", by, f"slot:{slot_id}", told):
            principal = Principal.from_wire(by)
            kept = self._find(principal, slot_id)
            if slot_id != principal.slot_id:
                _require_above(principal, kept)
            self.store.tenure.change_holder(slot_id, changes, made_from=made_from, at=self.now())
        return self._show(by, self.store.slots.require(slot_id))

    @answers
    def begin_handover(
        self,
        by: PrincipalFacts,
        slot_id: str,
        reason: str | None = None,
        new_holder: NewHolderFacts | None = None,
    ) -> HandoverFacts:
        """Let the holder go, as the leaver or from above, and issue a code for the next one.

        The sign-in ends, password and code are void. The office above reads the slip, once. From
        above it can be begun again, when the slip is lost. Raises SlotNotFound, OutOfScope,
        SlotClosed, SlotNotActivated. Publishes HandoverBegunV1, SessionClosedV1,
        CredentialsIssuedV1.
        """
        with self.audit.watch("begin_handover", by, f"slot:{slot_id}") as facts:
            principal = Principal.from_wire(by)
            kept = self._find(principal, slot_id)
            if slot_id != principal.slot_id or kept.slot.handed_out_by is None:
                _require_above(principal, kept)
            action = Action(self.now(), principal.slot_id, reason, new_holder)
            days = self.settings.code_days
            begun = handing_over.hand_over(self.store, self.codes, kept.slot, action, days=days)
            facts["issuance_id"] = begun["issuance_id"]
        metrics.record_slot_action("handed_over")
        return begun

    @answers
    def lock_slot(self, by: PrincipalFacts, slot_id: str, reason: str) -> SlotDetailFacts:
        """Keep a slot from being used until it is unlocked; a live session ends.

        Raises SlotNotFound, OutOfScope, SlotLocked, SlotClosed.
        Publishes SlotLockedV1, SessionClosedV1.
        """
        with self.audit.watch("lock_slot", by, f"slot:{slot_id}"):
            principal = Principal.from_wire(by)
            _require_above(principal, self._find(principal, slot_id))
            self.store.tenure.lock(slot_id, Action(self.now(), principal.slot_id, reason))
        metrics.record_slot_action("locked")
        return self._show(by, self.store.slots.require(slot_id))

    @answers
    def unlock_slot(self, by: PrincipalFacts, slot_id: str) -> None:
        """Let a slot be used again; nothing happens when it is not locked.

        Raises SlotNotFound, OutOfScope, SlotClosed. Publishes SlotUnlockedV1.
        """
        with self.audit.watch("unlock_slot", by, f"slot:{slot_id}"):
            principal = Principal.from_wire(by)
            _require_above(principal, self._find(principal, slot_id))
            self.store.tenure.unlock(slot_id, at=self.now())
        metrics.record_slot_action("unlocked")

    @answers
    def close_slot(self, by: PrincipalFacts, slot_id: str, reason: str) -> SlotDetailFacts:
        """Close a slot for ever; a live session ends, and what it did stays as it is.

        Raises SlotNotFound, OutOfScope, SlotClosed. Publishes SlotClosedV1, SessionClosedV1.
        """
        with self.audit.watch("close_slot", by, f"slot:{slot_id}"):
            principal = Principal.from_wire(by)
            principal.require_role(Role.OPERATOR)
            _require_above(principal, self._find(principal, slot_id))
            self.store.tenure.close(slot_id, Action(self.now(), principal.slot_id, reason))
        metrics.record_slot_action("closed")
        return self._show(by, self.store.slots.require(slot_id))

    def _find(self, principal: Principal, slot_id: str) -> KeptSlot:
        """Return a slot the caller may know of. Raises SlotNotFound."""
        kept = self.store.slots.require(slot_id)
        if not may_see(principal, kept.slot):
            raise SlotNotFound(slot_id=slot_id)
        return kept

    def _show(self, by: PrincipalFacts, kept: KeptSlot) -> SlotDetailFacts:
        organisation = self.store.organisations.find(kept.slot.organisation_id)
        return show_slot_detail(kept, organisation, Principal.from_wire(by))


def _require_above(principal: Principal, kept: KeptSlot) -> None:
    if not stands_above(principal, kept.slot):
        raise OutOfScope(username=principal.username)
