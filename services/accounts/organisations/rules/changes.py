"""What may become of an organisation from a day on: renamed, upgraded, merged, split, closed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from contracts.accounts.organisations import OrganisationClosed
from contracts.errors import InvalidInput
from contracts.reference.lao_types import LaoType
from services.accounts.organisations.rules.organisation import (
    Change,
    Difference,
    District,
    Facts,
    Organisation,
    OrganisationKind,
    compared,
    lao_facts,
)


class ChangeKind(StrEnum):
    """What happens. A correction is only ever found by comparing with a registry."""

    RENAME = "rename"
    UPGRADE = "upgrade"
    MERGE = "merge"
    SPLIT = "split"
    CLOSE = "close"
    CORRECTION = "correction"


ENDINGS = (ChangeKind.MERGE, ChangeKind.SPLIT, ChangeKind.CLOSE)


class ChangeState(StrEnum):
    """How far a change is; only a scheduled one can be cancelled."""

    SCHEDULED = "scheduled"
    APPLIED = "applied"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Founding:
    """An LAO that a split brings about. Its id is settled when the split is scheduled."""

    id: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Terms:
    """What a change says beside its kind and day."""

    name: str | None = None
    type: LaoType | None = None
    district: District | None = None
    successor_ids: tuple[str, ...] = ()
    founds: tuple[Founding, ...] = ()
    continues: bool = False
    slots_close_on: date | None = None


@dataclass(frozen=True, slots=True)
class OrderedChange:
    """A change with the order it rests on and what has become of it."""

    id: str
    kind: ChangeKind
    effective_on: date
    order_no: str | None
    reason: str
    requested_by: str
    requested_at: datetime
    terms: Terms = Terms()
    state: ChangeState = ChangeState.SCHEDULED
    settled_at: datetime | None = None
    differences: tuple[Difference, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a change makes of an organisation, and which others it brings about."""

    before: Organisation
    after: Organisation
    founded: tuple[Organisation, ...] = ()

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Every fact that differs, and `valid_to` of one that is closed."""
        found = compared(self.before.facts, self.after.facts)
        if self.after.closed_on is not None:
            found.append(Difference("valid_to", None, self.after.closed_on.isoformat()))
        return tuple(found)


def carry_out(organisation: Organisation, change: OrderedChange) -> Outcome:
    """Return what the change makes of the organisation. Raises OrganisationClosed, InvalidInput."""
    if organisation.closed_on is not None:
        raise OrganisationClosed(closed_on=organisation.closed_on)
    _require_possible(organisation, change)
    return _CARRIED_OUT[change.kind](organisation, change)


def in_order(changes: Iterable[OrderedChange]) -> list[OrderedChange]:
    """Return those still scheduled as they will be applied: by day, then as they were asked for."""
    scheduled = [each for each in changes if each.state is ChangeState.SCHEDULED]
    return sorted(scheduled, key=lambda each: (each.effective_on, each.requested_at))


def project(organisation: Organisation, changes: Iterable[OrderedChange]) -> dict[str, Outcome]:
    """Return what each scheduled change will do, by its id, when all come in their order.

    Raises OrganisationClosed, InvalidInput for one that the others make impossible.
    """
    outcomes = {}
    for change in in_order(changes):
        outcomes[change.id] = carry_out(organisation, change)
        organisation = outcomes[change.id].after
    return outcomes


def found_by_import(change: Change, *, at: datetime) -> OrderedChange:
    """Return what a registry showed to have changed, as the history lists it."""
    after = change.after
    return OrderedChange(
        id=f"{after.id}-{after.version}",
        kind=kind_of(change.dated),
        effective_on=after.valid_from,
        order_no=None,
        reason="พบเมื่อนำเข้าทะเบียน อปท.",
        requested_by="registry",
        requested_at=at,
        state=ChangeState.APPLIED,
        settled_at=at,
        differences=tuple(compared(change.before.facts, after.facts)),
    )


def kind_of(names: Sequence[str]) -> ChangeKind:
    """Return what facts that a registry has otherwise amount to."""
    if "type" in names:
        return ChangeKind.UPGRADE
    return ChangeKind.RENAME if "name" in names else ChangeKind.CORRECTION


def _require_possible(organisation: Organisation, change: OrderedChange) -> None:
    kind = organisation.facts.kind
    if kind not in _KINDS_THAT_CHANGE[change.kind]:
        raise InvalidInput(pointer="/kind", reason="หน่วยงานประเภทนี้เปลี่ยนแปลงแบบนี้ไม่ได้")
    begun = organisation.founded_on or (organisation.valid_from if organisation.history else None)
    if begun is not None and change.effective_on < max(begun, organisation.valid_from):
        since = organisation.valid_from.isoformat()
        raise InvalidInput(pointer="/effective_on", reason=f"ต้องไม่อยู่ก่อนวันที่ข้อมูลปัจจุบันเริ่มใช้ ({since})")


def _renamed(organisation: Organisation, change: OrderedChange) -> Outcome:
    return _changed(organisation, change, organisation.facts.type)


def _upgraded(organisation: Organisation, change: OrderedChange) -> Outcome:
    before, after = organisation.facts.type, change.terms.type
    if before not in _RANKS or after not in _RANKS or _RANKS[after] <= _RANKS[before]:
        raise InvalidInput(
            pointer="/type", reason="ยกฐานะได้จาก อบต. เป็นเทศบาลตำบล เทศบาลเมือง หรือเทศบาลนคร ตามลำดับ"
        )
    return _changed(organisation, change, after)


def _changed(
    organisation: Organisation, change: OrderedChange, lao_type: LaoType | None
) -> Outcome:
    facts, terms = organisation.facts, change.terms
    name = terms.name or facts.name
    if lao_type is None:
        changed = replace(facts, name=name, full_name=name)
    else:
        # The six digits after the first are an LAO's own for good: so usernames and imports last.
        digit = facts.code[0] if lao_type is facts.type else lao_type.code_digit
        district = terms.district or _seat(facts)
        changed = replace(
            lao_facts(
                lao_type,
                code=digit + facts.code[1:],
                name=name,
                province_code=district.code[:2] if district else facts.province_code,
                district=district,
            ),
            details=facts.details,
        )
    if changed == facts:
        raise InvalidInput(pointer="/name", reason="ไม่มีสิ่งใดต่างจากข้อมูลที่ใช้อยู่ในวันนั้น")
    return Outcome(organisation, organisation.since(change.effective_on, changed))


def _closed(organisation: Organisation, change: OrderedChange) -> Outcome:
    return Outcome(organisation, _ended(organisation, change, change.terms.successor_ids))


def _split(organisation: Organisation, change: OrderedChange) -> Outcome:
    founded = tuple(
        Organisation(each.id, each.facts, change.effective_on, founded_on=change.effective_on)
        for each in change.terms.founds
    )
    if change.terms.continues:
        return Outcome(
            organisation, replace(organisation, version=organisation.version + 1), founded
        )
    ended = _ended(organisation, change, tuple(each.id for each in founded))
    return Outcome(organisation, ended, founded)


def _ended(
    organisation: Organisation, change: OrderedChange, successor_ids: tuple[str, ...]
) -> Organisation:
    slots_close_on = change.terms.slots_close_on
    if slots_close_on is not None and slots_close_on < change.effective_on:
        raise InvalidInput(
            pointer="/slots_close_on", reason="ต้องไม่อยู่ก่อนวันที่การเปลี่ยนแปลงมีผล (effective_on)"
        )
    return replace(
        organisation,
        valid_from=min(organisation.valid_from, change.effective_on),
        closed_on=change.effective_on,
        slots_close_on=slots_close_on,
        successor_ids=successor_ids,
        version=organisation.version + 1,
    )


def _seat(facts: Facts) -> District | None:
    if facts.district_code is None or facts.district is None:
        return None
    return District(facts.district_code, facts.district)


_RANKS: Mapping[LaoType | None, int] = {
    LaoType.SAO: 0,
    LaoType.SUBDISTRICT: 1,
    LaoType.TOWN: 2,
    LaoType.CITY: 3,
}
_ONLY_LAOS = (OrganisationKind.LAO,)
_LAOS_AND_AGENCIES = (OrganisationKind.LAO, OrganisationKind.AGENCY)
_KINDS_THAT_CHANGE: Mapping[ChangeKind, tuple[OrganisationKind, ...]] = {
    ChangeKind.RENAME: _LAOS_AND_AGENCIES,
    ChangeKind.UPGRADE: _ONLY_LAOS,
    ChangeKind.MERGE: _ONLY_LAOS,
    ChangeKind.SPLIT: _ONLY_LAOS,
    ChangeKind.CLOSE: _LAOS_AND_AGENCIES,
}
_CARRIED_OUT: Mapping[ChangeKind, Callable[[Organisation, OrderedChange], Outcome]] = {
    ChangeKind.RENAME: _renamed,
    ChangeKind.UPGRADE: _upgraded,
    ChangeKind.MERGE: _closed,
    ChangeKind.SPLIT: _split,
    ChangeKind.CLOSE: _closed,
}
