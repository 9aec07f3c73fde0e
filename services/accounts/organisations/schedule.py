"""Scheduling what becomes of an organisation, and carrying it out on its day."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from contracts.accounts.changes import (
    OrganisationChangeNeeded,
    OrganisationChangeNotFound,
    OrganisationChangeSettled,
)
from contracts.accounts.events import OrganisationChangedV1, OrganisationClosedV1
from contracts.accounts.organisations import OrganisationClosed
from contracts.accounts.slots import SlotClosed
from contracts.errors import InvalidInput, ServiceError, StaleVersion
from contracts.events import Event
from contracts.reference.calendar import as_bangkok
from contracts.reference.closing import slots_close_on
from contracts.reference.lao_types import LaoType
from services.accounts import metrics
from services.accounts.audit.trail import SYSTEM, AuditTrail
from services.accounts.organisations.rules.changes import (
    ENDINGS,
    ChangeKind,
    ChangeState,
    Founding,
    OrderedChange,
    Outcome,
    Terms,
    carry_out,
    in_order,
    project,
)
from services.accounts.organisations.rules.organisation import (
    DETAILS,
    District,
    Organisation,
    OrganisationKind,
    lao_facts,
)
from services.accounts.organisations.store.changes import Dossier
from services.accounts.organisations.store.organisations import event_facts
from services.accounts.slots.rules.slot import slots_of
from services.accounts.slots.store.tenure import Action
from services.accounts.stores import AccountsStore

AT_ONCE = 500
_STATES_TH = {
    ChangeState.APPLIED: "มีผลใช้แล้ว",
    ChangeState.CANCELLED: "ยกเลิกแล้ว",
    ChangeState.FAILED: "ดำเนินการไม่สำเร็จ",
}


def plan(
    store: AccountsStore,
    organisation_id: str,
    wanted: Mapping[str, Any],
    *,
    by: str,
    at: datetime,
    change_id: str | None = None,
) -> tuple[Dossier, OrderedChange, Outcome]:
    """Return a change as it would be scheduled, and what it will do after those before it.

    Raises OrganisationNotFound, OrganisationClosed, OrganisationCodeTaken, InvalidInput.
    """
    dossier = store.changes.get(organisation_id)
    change = OrderedChange(
        id=change_id or secrets.token_hex(8),
        kind=ChangeKind(wanted["kind"]),
        effective_on=date.fromisoformat(wanted["effective_on"]),
        order_no=wanted["order_no"],
        reason=wanted["reason"],
        requested_by=by,
        requested_at=at,
        terms=_terms(store, dossier.organisation, wanted),
    )
    outcome = project(dossier.organisation, dossier.with_change(change))[change.id]
    store.changes.require_codes_free(outcome.founded)
    return dossier, change, outcome


def cancel(store: AccountsStore, organisation_id: str, change_id: str, *, at: datetime) -> None:
    """Take back a change that has not come about.

    Raises OrganisationNotFound, OrganisationChangeNotFound, OrganisationChangeSettled,
    OrganisationChangeNeeded, StaleVersion.
    """
    dossier = store.changes.get(organisation_id)
    change = next((each for each in dossier.changes if each.id == change_id), None)
    if change is None:
        raise OrganisationChangeNotFound(change_id=change_id)
    if change.state is not ChangeState.SCHEDULED:
        raise OrganisationChangeSettled(state=change.state.value, state_th=_STATES_TH[change.state])
    if change.effective_on <= as_bangkok(at).date():
        raise OrganisationChangeSettled(state="due", state_th="ถึงวันที่มีผลแล้ว")
    cancelled = replace(change, state=ChangeState.CANCELLED, settled_at=at)
    try:
        project(dossier.organisation, dossier.with_change(cancelled))
    except (OrganisationClosed, InvalidInput) as problem:
        raise OrganisationChangeNeeded from problem
    store.changes.keep(dossier, cancelled)


def apply_due(store: AccountsStore, audit: AuditTrail, *, at: datetime) -> int:
    """Carry out what is due, the longest due first; return how many changes this process did."""
    today = as_bangkok(at).date()
    due = store.changes.list_due(today, limit=AT_ONCE)
    done = sum(apply_due_of(store, audit, organisation_id, at=at) for organisation_id in due)
    for organisation_id in store.changes.list_slots_due(today, limit=AT_ONCE):
        settle_slots(store, audit, organisation_id, at=at)
    return done


def apply_due_of(
    store: AccountsStore, audit: AuditTrail, organisation_id: str, *, at: datetime
) -> int:
    """Carry out the changes of an organisation that are due, in their order."""
    today = as_bangkok(at).date()
    done = 0
    while True:
        dossier = store.changes.get(organisation_id)
        due = [each for each in in_order(dossier.changes) if each.effective_on <= today]
        if not due:
            return done
        if _apply(store, audit, dossier, due[0], at=at):
            settle_slots(store, audit, organisation_id, at=at)
            done += 1


def _apply(
    store: AccountsStore,
    audit: AuditTrail,
    dossier: Dossier,
    change: OrderedChange,
    *,
    at: datetime,
) -> bool:
    told = {"change_id": change.id, "kind": change.kind, "ordered_by": change.requested_by}
    subject = f"organisation:{dossier.organisation.id}"
    begun = audit.begin("apply_organisation_change", SYSTEM, subject, told)
    try:
        outcome = carry_out(dossier.organisation, change)
        store.changes.require_codes_free(outcome.founded)
        _require_successors(store, dossier.organisation, change.terms.successor_ids)
    except ServiceError as refusal:
        failed = replace(change, state=ChangeState.FAILED, settled_at=at, problem=refusal.in_thai())
        try:
            store.changes.keep(dossier, failed)
        except StaleVersion:  # then another process has decided, or will
            begun.came_to_nothing()
        else:
            begun.refused(refusal, told)
            metrics.record_organisation_change(change.kind, "failed")
        return False
    store.organisations.add(outcome.founded, at=at, slots_due_on=as_bangkok(at).date())
    for founded in outcome.founded:
        settle_slots(store, audit, founded.id, at=at)
    if not store.changes.apply(dossier, change, outcome, _events(change, outcome, at), at=at):
        begun.came_to_nothing()
        return False
    begun.done(told)
    metrics.record_organisation_change(change.kind, "applied")
    return True


def settle_slots(
    store: AccountsStore, audit: AuditTrail, organisation_id: str, *, at: datetime
) -> None:
    """Let the slots follow their organisation: to its new district and tier, or to their end.

    Those of one that is no more stay usable until the day its change has set.
    """
    organisation = store.organisations.get(organisation_id)
    kept = store.slots.list_of(organisation_id)
    closing = organisation.slots_close_on
    if organisation.closed_on is None:
        store.slots.settle(slots_of(organisation), {each.slot.id: each.slot for each in kept})
    elif closing is None or closing <= as_bangkok(at).date():
        reason = f"หน่วยงานเลิกตั้งแต่วันที่ {organisation.closed_on.isoformat()}"
        for each in kept:
            if each.closure is None:
                _close(store, audit, each.slot.id, Action(at, SYSTEM["slot_id"], reason))
    else:
        store.changes.note_slots_due(organisation, closing)
        return
    store.changes.note_slots_due(organisation, None)


def _close(store: AccountsStore, audit: AuditTrail, slot_id: str, action: Action) -> None:
    begun = audit.begin("close_slot", SYSTEM, f"slot:{slot_id}")
    try:
        store.tenure.close(slot_id, action)
    except SlotClosed:  # another process was quicker
        begun.came_to_nothing()
    else:
        begun.done({"reason": "organisation_closed"})


def _events(change: OrderedChange, outcome: Outcome, at: datetime) -> Iterable[Event]:
    after = outcome.after
    if after.closed_on is not None:
        facts = after.facts
        yield OrganisationClosedV1(
            organisation_id=after.id,
            kind=facts.kind,
            type=facts.type,
            code=facts.code,
            full_name=facts.full_name,
            province_code=facts.province_code,
            district_code=facts.district_code,
            closed_on=after.closed_on.isoformat(),
            because=change.kind,
            successor_ids=list(after.successor_ids),
            changed_at=at,
        )
        return
    names = [each.field for each in outcome.differences if each.field not in DETAILS]
    if names:
        named = ["organisation_name" if name == "name" else name for name in names]
        yield OrganisationChangedV1(**event_facts(after, at), changed=named)


# -- what is asked for, as terms ---------------------------------------------------------------


def _terms(store: AccountsStore, organisation: Organisation, wanted: Mapping[str, Any]) -> Terms:
    successor_ids = tuple(wanted.get("successor_ids", ()))
    _require_successors(store, organisation, successor_ids)
    district = wanted.get("district_code")
    return Terms(
        name=wanted.get("name"),
        type=LaoType(wanted["type"]) if "type" in wanted else None,
        district=district and find_district(store, district, "/district_code"),
        successor_ids=successor_ids,
        founds=tuple(
            _founding(store, organisation, each, f"/founds/{place}")
            for place, each in enumerate(wanted.get("founds", ()))
        ),
        continues=wanted.get("continues", False),
        slots_close_on=_slots_close_on(wanted),
    )


def _slots_close_on(wanted: Mapping[str, Any]) -> date | None:
    """Return the day the slots of an organisation that ends are to be closed on."""
    if wanted["kind"] not in ENDINGS or wanted.get("continues", False):
        return None
    given = wanted.get("slots_close_on")
    if given is not None:
        return date.fromisoformat(given)
    return slots_close_on(date.fromisoformat(wanted["effective_on"]))


def _require_successors(
    store: AccountsStore, organisation: Organisation, ids: tuple[str, ...]
) -> None:
    found = store.organisations.list_by_id(ids)
    for place, each in enumerate(ids):
        there = found.get(each)
        if there is None or there.closed_on is not None or there.id == organisation.id:
            raise InvalidInput(
                pointer=f"/successor_ids/{place}",
                reason="หน่วยงานที่รับช่วงต้องเป็นหน่วยงานอื่นที่ยังไม่เลิก",
            )


def find_district(store: AccountsStore, code: str, pointer: str) -> District:
    """Return a district there is an office of. Raises InvalidInput."""
    office = store.organisations.find_by_code(OrganisationKind.DISTRICT_OFFICE, code)
    if office is None:
        raise InvalidInput(pointer=pointer, reason="ไม่พบอำเภอตามรหัสนี้")
    return District(code, office.facts.name)


def _founding(
    store: AccountsStore, organisation: Organisation, wanted: Mapping[str, Any], pointer: str
) -> Founding:
    lao_type = LaoType(wanted["type"])
    code = wanted["code"]
    district_code = wanted.get("district_code") or organisation.facts.district_code
    if district_code is None:
        raise InvalidInput(pointer=f"{pointer}/district_code", reason="โปรดระบุอำเภอ")
    require_code(lao_type, code, district_code[:2], f"{pointer}/code")
    return Founding(
        id=secrets.token_hex(6),
        facts=lao_facts(
            lao_type,
            code=code,
            name=wanted["name"],
            province_code=district_code[:2],
            district=find_district(store, district_code, f"{pointer}/district_code"),
        ),
    )


def require_code(lao_type: LaoType, code: str, province_code: str, pointer: str) -> None:
    """Refuse a code that cannot be of that type in that province. Raises InvalidInput."""
    expected = lao_type.code_digit + province_code
    if not code.startswith(expected):
        reason = f"รหัสของ อปท. ประเภทนี้ในจังหวัดนี้ต้องขึ้นต้นด้วย {expected}"
        raise InvalidInput(pointer=pointer, reason=reason)
