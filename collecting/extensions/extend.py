"""Orders on the due dates of a round that was opened: what they reach is moved and announced
district by district.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from collecting.extensions import rules
from collecting.extensions.rules import Extension, Orders
from collecting.kind import Events, Kind, Subject
from collecting.obligations.rules.obligation import Obligation
from collecting.rounds.rules import Round, RoundState, Scope
from collecting.rounds.shapes import read_scope, scope_to_wire
from collecting.stores import Stores
from contracts.collecting.extensions import ExtensionFacts
from contracts.collecting.obligation_id import ObligationId
from contracts.errors import InvalidInput
from contracts.events import Event
from contracts.fields import read_time, wire_time
from contracts.principal import Principal, Role


def require_possible(
    store: Stores, round_: Round, proposal: Mapping[str, Any], by: Principal
) -> None:
    """Refuse an order that could not be kept, or would reach nothing.

    Raises RoundNotInState, OutOfScope, SupervisedByAnother, InvalidInput, ExtensionNotFound,
    ExtensionAlreadyWithdrawn, TooManyExtensions.
    """
    order = _next(store, round_, proposal, extension_id="", by=by, at=round_.opens_at)
    rules.require_possible(order, round_)
    if not store.extensions.reaches(order):
        raise InvalidInput(pointer="/scope", reason="ไม่มีภาระการรายงานของรอบนี้ในขอบเขตที่ระบุ")


def keep(
    store: Stores, extension_id: str, proposal: Mapping[str, Any], *, by: Principal, at: datetime
) -> Extension:
    """Keep the order under the round's next number and announce it; once, whoever repeats it.

    Raises RoundNotFound, RoundPurged, RoundNotInState, OutOfScope, SupervisedByAnother,
    ExtensionNotFound, ExtensionAlreadyWithdrawn, TooManyExtensions.
    """
    while True:
        kept = store.extensions.get(extension_id)
        if kept is not None:
            return kept
        round_ = store.rounds.get(proposal["round_id"])
        order = _next(store, round_, proposal, extension_id=extension_id, by=by, at=at)
        if store.extensions.add(order, _announced(order, round_, store.kind)):
            return order


def move_due_dates(
    store: Stores,
    extension: Extension,
    *,
    at: datetime,
    show: Callable[[int, int], None],
) -> int:
    """Move and announce what the order reaches; return how much. Repeating it adds nothing."""
    round_ = store.rounds.get(extension.round_id)
    orders = Orders(store.extensions.up_to(round_.id, extension.no))
    places = list(store.extensions.districts(extension))
    moved = 0
    for done, (province, district) in enumerate(places, start=1):
        owed = store.extensions.move(extension, orders, round_, province, district, at=at)
        if owed:
            event = moved_event(extension, round_, owed, store.kind.events)
            store.extensions.announce(extension, district, event)
        moved += len(owed)
        if done == len(places) or places[done][0] != province:
            show(done, len(places))
    return moved


def move_added(
    store: Stores, round_: Round, organisation_id: str, owed: Obligation, *, at: datetime
) -> None:
    """Bring the due dates of an organisation that was added to what the orders make of them."""
    orders = Orders(store.extensions.up_to(round_.id))
    reaching = orders.reaching("", owed.place)
    if reaching:
        last = replace(
            reaching[-1],
            scope=Scope(organisation=organisation_id),
            obligation=None,
            subjects=store.kind.subject_ids,
        )
        place = owed.place
        store.extensions.move(last, orders, round_, place.province, place.district, at=at)


def listed(store: Stores, round_id: str, *, after: int, limit: int) -> list[ExtensionFacts]:
    """Return up to so many orders from after a number on, each with whether it stands."""
    found = store.extensions.list(round_id, after=after, limit=limit)
    ended_by = Orders(store.extensions.up_to(round_id)).ended_by() if found else {}
    return [_to_wire(order, ended_by.get(order.no)) for order in found]


def _to_wire(order: Extension, ended_by: int | None) -> ExtensionFacts:
    return {
        "no": order.no,
        "scope": {**scope_to_wire(order.scope), "obligation": order.obligation},
        "lao_due_at": None if order.lao_due_at is None else wire_time(order.lao_due_at),
        "subjects": list(order.subjects),
        "withdraws": order.withdraws,
        "stands": ended_by is None,
        "ended_by": ended_by,
        "order_no": order.order_no,
        "reason": order.reason,
        "extended_by": order.extended_by,
        "extended_at": wire_time(order.extended_at),
    }


def _next(
    store: Stores,
    round_: Round,
    proposal: Mapping[str, Any],
    *,
    extension_id: str,
    by: Principal,
    at: datetime,
) -> Extension:
    """Return the order that a proposal makes as the round's next one; it reaches what `by`
    supervises, and is refused if it names what another does.
    """
    round_.require(RoundState.OPEN, RoundState.CLOSED)
    before = store.extensions.up_to(round_.id)
    withdraws = proposal.get("withdraws")
    if withdraws is not None:
        of = rules.to_withdraw(before, withdraws)
        scope, obligation, due_at = of.scope, of.obligation, None
        subjects = tuple(map(store.kind.subject, of.subjects))
    else:
        scope = read_scope(proposal["scope"])
        obligation = proposal["scope"].get("obligation")
        due_at = read_time(proposal["lao_due_at"])
        subjects = _named(store.kind, round_, obligation, by)
    if by.role is not Role.OPERATOR:
        for subject in subjects:
            subject.require_supervised_by(by, round_.opens_at)
    order = Extension(
        id=extension_id,
        round_id=round_.id,
        no=before[-1].no + 1 if before else 1,
        scope=scope,
        obligation=obligation,
        lao_due_at=due_at,
        withdraws=withdraws,
        order_no=proposal["order_no"],
        reason=proposal["reason"],
        extended_by=by.username,
        subjects=tuple(subject.id for subject in subjects),
        # Numbers and times go the same way, whatever clock and process an order was kept by.
        extended_at=max([at, *(each.extended_at for each in before[-1:])]),
    )
    rules.require_room(before, order.part, order.subjects)
    return order


def _named(kind: Kind, round_: Round, obligation: str | None, by: Principal) -> tuple[Subject, ...]:
    """Return the subject of the obligation that is named, else all that the caller orders about."""
    reached = kind.ordered_by(by, round_.opens_at)
    name = ObligationId.read(obligation) if obligation else None
    if name is None or reached == kind.subjects:
        return reached
    of_one = [each for each in kind.subjects if str(each.number) == name.subject_number]
    return tuple(of_one) or reached


def _announced(order: Extension, round_: Round, kind: Kind) -> Event:
    events, of_all = kind.events, order.subjects == kind.subject_ids
    facts: Mapping[str, Any] = {
        "round_id": round_.id,
        "mode": round_.mode.value,
        "extension_no": order.no,
        "province_code": order.scope.province,
        "district_code": order.scope.district,
        "organisation_id": order.scope.organisation,
        "obligation_id": order.obligation,
        "order_no": order.order_no,
        "reason": order.reason,
    }
    if not of_all:
        facts = {**facts, "subjects": list(order.subjects)}
    if order.lao_due_at is None:
        withdrawn = events.extension_withdrawn if of_all else events.subjects_extension_withdrawn
        return withdrawn(
            **facts,
            withdraws=order.withdraws,
            withdrawn_by=order.extended_by,
            withdrawn_at=order.extended_at,
        )
    extended = events.round_extended if of_all else events.subjects_extended
    return extended(
        **facts,
        lao_due_at=order.lao_due_at,
        extended_by=order.extended_by,
        extended_at=order.extended_at,
    )


def moved_event(
    extension: Extension, round_: Round, owed: Sequence[Obligation], events: Events
) -> Event:
    """Return what announces the due dates of obligations of one district that an order moved."""
    return events.due_dates_moved(
        round_id=round_.id,
        mode=round_.mode.value,
        extension_no=extension.no,
        province_code=owed[0].province_code,
        district_code=owed[0].district_code,
        order_no=extension.order_no,
        obligations=[
            {
                "obligation_id": each.id,
                "organisation_id": each.organisation_id,
                "organisation_code": each.organisation_code,
                "organisation_type": each.organisation_type,
                each.subject.axis: each.subject.id,
                "due_at": wire_time(each.due_at),
                "stood": [one.to_wire() for one in each.stood],
            }
            for each in owed
        ],
    )
