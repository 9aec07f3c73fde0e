"""Extending a round: what it reaches is due later, moved and announced district by district."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from contracts.errors import InvalidInput
from contracts.fields import read_time, wire_time
from contracts.reports.events import DueDatesMovedV1, RoundExtendedV1
from services.reports import wire
from services.reports.domain.extensions import Extension
from services.reports.domain.rounds import Round, RoundState
from services.reports.store import ReportsStore
from services.reports.store.extensions import TOLD

Facts = dict[str, Any]


def require_possible(store: ReportsStore, round_: Round, proposal: Facts) -> None:
    """Refuse what would extend nothing. Raises RoundNotInState, InvalidInput."""
    round_.require(RoundState.OPEN, RoundState.CLOSED)
    if read_time(proposal["lao_due_at"]) <= round_.first_due_at:
        reason = "วันครบกำหนดใหม่ต้องอยู่หลังวันครบกำหนดเดิม"
        raise InvalidInput(pointer="/lao_due_at", reason=reason)
    scope = proposal["scope"]
    if not store.extensions.reaches(round_.id, wire.read_scope(scope), scope.get("obligation")):
        raise InvalidInput(pointer="/scope", reason="ไม่มีภาระการรายงานของรอบนี้ในขอบเขตที่ระบุ")


def keep(store: ReportsStore, extension_id: str, proposal: Facts, *, by: str) -> Extension:
    """Keep the extension under the round's next number and announce it; once, whoever repeats it.

    Raises RoundNotFound, RoundPurged, RoundNotInState.
    """
    while True:
        kept = store.extensions.get(extension_id)
        if kept is not None:
            return kept
        round_ = store.rounds.get(proposal["round_id"])
        round_.require(RoundState.OPEN, RoundState.CLOSED)
        extension = Extension(
            id=extension_id,
            round_id=round_.id,
            no=store.extensions.next_no(round_.id),
            scope=wire.read_scope(proposal["scope"]),
            obligation=proposal["scope"].get("obligation"),
            lao_due_at=read_time(proposal["lao_due_at"]),
            order_no=proposal["order_no"],
            reason=proposal["reason"],
            extended_by=by,
            extended_at=read_time(proposal["extended_at"]),
        )
        if store.extensions.add(extension, _extended(extension, round_)):
            return extension


def move_due_dates(
    store: ReportsStore,
    extension: Extension,
    *,
    at: datetime,
    show: Callable[[int, int], None],
) -> int:
    """Move and announce what the extension reaches; return how much. Repeating it adds nothing."""
    round_ = store.rounds.get(extension.round_id)
    places = list(store.extensions.districts(extension))
    moved = 0
    for done, (province, district) in enumerate(places, start=1):
        owed = store.extensions.move(extension, province, district, at=at)
        if owed:
            event = _moved(extension, round_, province, district, owed)
            store.extensions.announce(extension, district, event)
        moved += len(owed)
        if done == len(places) or places[done][0] != province:
            show(done, len(places))
    return moved


def to_wire(extension: Extension) -> Facts:
    """Return an extension as the API shows it."""
    return {
        "no": extension.no,
        "scope": {**wire.scope_to_wire(extension.scope), "obligation": extension.obligation},
        "lao_due_at": wire_time(extension.lao_due_at),
        "order_no": extension.order_no,
        "reason": extension.reason,
        "extended_by": extension.extended_by,
        "extended_at": wire_time(extension.extended_at),
    }


def _extended(extension: Extension, round_: Round) -> RoundExtendedV1:
    return RoundExtendedV1(
        round_id=round_.id,
        mode=round_.mode.value,
        extension_no=extension.no,
        province_code=extension.scope.province,
        district_code=extension.scope.district,
        organisation_id=extension.scope.organisation,
        obligation_id=extension.obligation,
        lao_due_at=extension.lao_due_at,
        order_no=extension.order_no,
        reason=extension.reason,
        extended_by=extension.extended_by,
        extended_at=extension.extended_at,
    )


def _moved(
    extension: Extension, round_: Round, province: str, district: str, owed: list[Facts]
) -> DueDatesMovedV1:
    return DueDatesMovedV1(
        round_id=round_.id,
        mode=round_.mode.value,
        extension_no=extension.no,
        province_code=province,
        district_code=district,
        due_at=extension.lao_due_at,
        order_no=extension.order_no,
        obligations=[
            {"obligation_id": each["_id"], **{name: each[name] for name in TOLD}} for each in owed
        ],
    )
